import Reconciliation

/// What the scheduled comparisons of a flow have found, for metrics.
public struct ReconcileFigures: Sendable, Equatable {
    public let flow: String
    /// Keys by verdict, as the last comparison that ended found them; `nil` before the first.
    public internal(set) var keys: [Verdict: Int]?
    /// When it ended, in milliseconds since 1970.
    public internal(set) var finishedAt: Int64 = 0
    /// How long it took.
    public internal(set) var duration = Duration.zero
    /// Comparisons that could not be brought to their end.
    public internal(set) var failures = 0

    init(flow: String) {
        self.flow = flow
    }
}

extension MetricsPage {
    /// The figures of scheduled comparisons; nothing where none is scheduled.
    static func add(_ all: [ReconcileFigures], to page: inout PrometheusText) {
        guard !all.isEmpty else { return }
        page.begin("penstock_reconcile_failures_total", .counter, "Scheduled comparisons that did not reach their end.")
        for figures in all {
            page.add("penstock_reconcile_failures_total", [("flow", figures.flow)], figures.failures)
        }
        let known = all.filter { $0.keys != nil }
        guard !known.isEmpty else { return }
        page.begin("penstock_reconcile_keys", .gauge, "Keys by what the last scheduled comparison found of them.")
        for figures in known {
            for verdict in Verdict.allCases {
                page.add(
                    "penstock_reconcile_keys", [("flow", figures.flow), ("verdict", verdict.rawValue)],
                    figures.keys?[verdict] ?? 0)
            }
        }
        page.begin("penstock_reconcile_finished_seconds", .gauge, "When it ended, in seconds since 1970.")
        for figures in known {
            page.add(
                "penstock_reconcile_finished_seconds", [("flow", figures.flow)], Double(figures.finishedAt) / 1_000)
        }
        page.begin("penstock_reconcile_duration_seconds", .gauge, "How long it took.")
        for figures in known {
            page.add(
                "penstock_reconcile_duration_seconds", [("flow", figures.flow)], figures.duration / .seconds(1))
        }
    }
}
