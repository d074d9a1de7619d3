/// Figures in Prometheus' text format, version 0.0.4.
struct PrometheusText {
    static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    enum Kind: String {
        case counter, gauge, histogram
    }

    typealias Label = (name: String, value: String)

    private(set) var text = ""

    /// Begins a family; its samples follow.
    mutating func begin(_ name: String, _ kind: Kind, _ help: String) {
        let help = help.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
    }

    mutating func add(_ name: String, _ labels: [Label], _ value: Int) {
        add(name, labels, text: String(value))
    }

    mutating func add(_ name: String, _ labels: [Label], _ value: Double) {
        add(name, labels, text: PrometheusText.number(value))
    }

    /// One histogram of a family.
    /// - Parameters:
    ///   - bounds: the upper bounds of all buckets but the last, ascending.
    ///   - counts: how many fell into each bucket, one more than bounds; they are added up here.
    mutating func add(_ name: String, _ labels: [Label], bounds: [Double], counts: [Int], sum: Double) {
        var total = 0
        for (bound, count) in zip(bounds + [.infinity], counts) {
            total += count
            add(name + "_bucket", labels + [("le", PrometheusText.number(bound))], total)
        }
        add(name + "_sum", labels, sum)
        add(name + "_count", labels, total)
    }

    private mutating func add(_ name: String, _ labels: [Label], text value: String) {
        text += name
        if !labels.isEmpty {
            let pairs = labels.map { "\($0.name)=\"\(PrometheusText.escaped($0.value))\"" }
            text += "{" + pairs.joined(separator: ",") + "}"
        }
        text += " \(value)\n"
    }

    private static func escaped(_ value: String) -> String {
        value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }

    /// As Prometheus writes numbers: whole ones without a point, and `+Inf`.
    private static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        return Int(exactly: value).map(String.init) ?? String(value)
    }
}
