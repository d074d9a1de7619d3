import Testing

@testable import PenstockService

/// Prometheus' text format, version 0.0.4.
@Suite("Metrics as text")
struct PrometheusTextTests {
    @Test("a family begins with its help and type; a sample has its labels and value on one line")
    func family() {
        var page = PrometheusText()
        page.begin("x_total", .counter, "What it is.")
        page.add("x_total", [], 3)
        page.add("x_total", [("flow", "a"), ("outcome", "b")], 0)
        #expect(
            page.text == """
                # HELP x_total What it is.
                # TYPE x_total counter
                x_total 3
                x_total{flow="a",outcome="b"} 0

                """)
    }

    @Test("labels escape backslash, quote and newline; help escapes backslash and newline")
    func escapes() {
        var page = PrometheusText()
        page.begin("x", .gauge, "a\\b\nc \"d\"")
        page.add("x", [("l", "a\\b\nc \"d\" é")], 1)
        #expect(page.text.hasPrefix("# HELP x a\\\\b\\nc \"d\"\n# TYPE x gauge\n"))
        #expect(page.text.hasSuffix("x{l=\"a\\\\b\\nc \\\"d\\\" é\"} 1\n"))
    }

    @Test("buckets are cumulative, end with +Inf, and agree with the count")
    func histogram() {
        var page = PrometheusText()
        page.begin("t_seconds", .histogram, "T.")
        page.add("t_seconds", [("s", "erp")], bounds: [0.005, 1, 10], counts: [2, 0, 3, 1], sum: 42.5)
        #expect(
            page.text.split(separator: "\n").dropFirst(2) == [
                "t_seconds_bucket{s=\"erp\",le=\"0.005\"} 2", "t_seconds_bucket{s=\"erp\",le=\"1\"} 2",
                "t_seconds_bucket{s=\"erp\",le=\"10\"} 5", "t_seconds_bucket{s=\"erp\",le=\"+Inf\"} 6",
                "t_seconds_sum{s=\"erp\"} 42.5", "t_seconds_count{s=\"erp\"} 6",
            ])
    }

    @Test(
        "numbers are as Prometheus reads them",
        arguments: [
            (0.0, "0"), (2.5, "2.5"), (-.infinity, "-Inf"), (.infinity, "+Inf"), (.nan, "NaN"), (1e21, "1e+21"),
        ])
    func numbers(value: Double, text: String) {
        var page = PrometheusText()
        page.add("x", [], value)
        #expect(page.text == "x \(text)\n")
    }
}
