import Delivery
import Flows

/// `/metrics`: the figures of all workers.
struct MetricsPage {
    private let workers: [WorkerView]
    private let now: Instant
    /// Each flow once, in the order of the configuration, with the sum of its workers.
    private let flows: [(view: WorkerView, sum: WorkerStatistics)]
    private let sum: WorkerStatistics
    private let reconciliations: [ReconcileFigures]

    init(_ workers: [WorkerView], _ reconciliations: [ReconcileFigures] = [], now: Instant) {
        self.reconciliations = reconciliations
        self.workers = workers
        self.now = now
        var flows: [(view: WorkerView, sum: WorkerStatistics)] = []
        for worker in workers {
            if let index = flows.firstIndex(where: { $0.view.flow == worker.flow }) {
                flows[index].sum.add(worker.statistics)
            } else {
                flows.append((worker, worker.statistics))
            }
        }
        self.flows = flows
        sum = workers.reduce(into: WorkerStatistics()) { $0.add($1.statistics) }
    }

    var text: String {
        var page = PrometheusText()
        addEvents(&page)
        addPartitions(&page)
        addSystems(&page)
        addCalls(&page)
        MetricsPage.add(reconciliations, to: &page)
        return page.text
    }

    private func addEvents(_ page: inout PrometheusText) {
        let settled = "penstock_events_settled_total"
        page.begin(settled, .counter, "Events that are settled, by what became of them.")
        for (flow, sum) in flows {
            let outcomes = [("applied", sum.applied), ("skipped", sum.skipped), ("parked", sum.parked)]
            for (outcome, count) in outcomes {
                page.add(settled, [("flow", flow.flow), ("outcome", outcome)], count)
            }
        }
        if flows.contains(where: { $0.sum.parkedKeys != nil }) {
            page.begin("penstock_parked_keys", .gauge, "Keys with parked events, behind which new ones are parked.")
            for (flow, sum) in flows {
                if let keys = sum.parkedKeys { page.add("penstock_parked_keys", [("flow", flow.flow)], keys) }
            }
        }
        page.begin("penstock_buffered_bytes", .gauge, "Records and prepared requests held in memory.")
        page.add("penstock_buffered_bytes", [], sum.bufferedBytes)
        page.begin("penstock_loop_turns_total", .counter, "Turns of the workers' loops.")
        page.add("penstock_loop_turns_total", [], sum.turns)
    }

    private func addPartitions(_ page: inout PrometheusText) {
        let lag = "penstock_consumer_lag"
        page.begin(lag, .gauge, "Records behind the last one that is settled without a gap, as of the last fetch.")
        for worker in workers where worker.isRunning {
            for partition in worker.statistics.partitionFigures {
                guard let count = partition.lag else { continue }
                let labels: [PrometheusText.Label] = [
                    ("topic", worker.topic), ("partition", String(partition.number)), ("group", worker.group),
                ]
                page.add(lag, labels, Int(count))
            }
        }
        let stalled = "penstock_partition_stalled_seconds"
        page.begin(stalled, .gauge, "How long a partition has made no progress, once that is longer than stall_after.")
        for worker in workers where worker.isRunning {
            for partition in worker.statistics.partitionFigures {
                guard let stall = partition.stall else { continue }
                let labels: [PrometheusText.Label] = [
                    ("flow", worker.flow), ("partition", String(partition.number)), ("reason", stall.reason),
                ]
                page.add(stalled, labels, Int((now - stall.since).components.seconds))
            }
        }
    }

    private func addSystems(_ page: inout PrometheusText) {
        let circuit = "penstock_circuit_state"
        page.begin(circuit, .gauge, "A system's circuit: 0 closed, 1 half open, 2 open; of several workers the worst.")
        for (system, state) in states.sorted(by: { $0.key < $1.key }) { page.add(circuit, [("system", system)], state) }
        let calls = "penstock_inflight_calls"
        page.begin(calls, .gauge, "Calls in flight.")
        for (system, count) in sum.callsInFlight.sorted(by: { $0.key < $1.key }) {
            page.add(calls, [("system", system)], count)
        }
    }

    private var states: [String: Int] {
        var states: [String: Int] = [:]
        for worker in workers {
            for (system, state) in worker.statistics.circuits {
                states[system] = max(states[system, default: 0], MetricsPage.number(state))
            }
        }
        return states
    }

    private static func number(_ state: CircuitState) -> Int {
        switch state {
        case .closed: 0
        case .halfOpen: 1
        case .open: 2
        }
    }

    private func addCalls(_ page: inout PrometheusText) {
        let name = "penstock_call_duration_seconds"
        page.begin(name, .histogram, "How long calls took, by what was answered; status 0: no whole answer.")
        for call in calls {
            let labels: [PrometheusText.Label] = [
                ("system", call.system), ("step", call.step), ("status", String(call.status)),
            ]
            page.add(name, labels, bounds: CallDurations.bounds, counts: call.counts, sum: call.seconds)
        }
    }

    private struct Calls {
        let system: String
        let step: String
        let status: Int
        var counts: [Int]
        var seconds: Double
    }

    /// Flows may have steps of one name that call one system; such a pair is one series.
    private var calls: [Calls] {
        var all: [Calls] = []
        for (flow, sum) in flows {
            for series in sum.callDurations.series {
                let (step, system) = flow.steps[series.step]
                let same = all.firstIndex { ($0.system, $0.step, $0.status) == (system, step, series.status) }
                guard let same else {
                    all.append(
                        Calls(
                            system: system, step: step, status: series.status, counts: series.counts,
                            seconds: series.seconds))
                    continue
                }
                for bucket in series.counts.indices { all[same].counts[bucket] += series.counts[bucket] }
                all[same].seconds += series.seconds
            }
        }
        return all.sorted { ($0.system, $0.step, $0.status) < ($1.system, $1.step, $1.status) }
    }
}
