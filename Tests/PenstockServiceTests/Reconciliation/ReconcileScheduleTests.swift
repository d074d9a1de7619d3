import Delivery
import Testing

@testable import PenstockService

@Suite("Scheduled comparisons") struct ReconcileScheduleTests {
    private func lines(_ figures: [ReconcileFigures]) -> [String] {
        MetricsPage([.well()], figures, now: .zero).text.split(separator: "\n").map(String.init)
            .filter { $0.contains("penstock_reconcile") && !$0.hasPrefix("#") }
    }

    @Test("their times are multiples of the interval since 1970, the same for every process")
    func times() {
        let midnight: Int64 = 1_790_812_800_000
        let day = ReconcileSchedule.round(at: midnight, every: .seconds(86_400))
        #expect(ReconcileSchedule.round(at: midnight - 1, every: .seconds(86_400)) == day - 1)
        #expect(ReconcileSchedule.round(at: midnight + 86_399_999, every: .seconds(86_400)) == day)
        #expect(ReconcileSchedule.round(at: midnight + 3_600_000, every: .seconds(3_600)) == day * 24 + 1)
    }

    @Test("a metric has what the last one found, with a nought for what there was none of")
    func metrics() {
        var figures = ReconcileFigures(flow: "orders")
        figures.failures = 2
        #expect(lines([figures]) == ["penstock_reconcile_failures_total{flow=\"orders\"} 2"], "unknown is not nought")
        figures.keys = [.equal: 90, .missing: 3]
        figures.finishedAt = 1_500
        figures.duration = .milliseconds(2_500)
        let lines = lines([figures])
        for line in [
            "penstock_reconcile_keys{flow=\"orders\",verdict=\"equal\"} 90",
            "penstock_reconcile_keys{flow=\"orders\",verdict=\"missing\"} 3",
            "penstock_reconcile_keys{flow=\"orders\",verdict=\"different\"} 0",
            "penstock_reconcile_finished_seconds{flow=\"orders\"} 1.5",
            "penstock_reconcile_duration_seconds{flow=\"orders\"} 2.5",
        ] {
            #expect(lines.contains(line), "\(line)")
        }
        #expect(self.lines([]).isEmpty)
    }
}
