import Delivery
import Flows

/// `/livez` and `/readyz`: what is to be said of the workers.
struct Health {
    /// A worker whose loop has not turned for so long hangs. A turn takes a second at most when nothing hinders it.
    static let turnLimit = Duration.seconds(30)

    /// Why the service is not as it should be.
    struct Reason: Equatable {
        var flow: String
        var worker: Int?
        var partition: Int32?
        /// One word.
        var reason: String
        var detail: String
    }

    private let workers: [WorkerView]

    init(_ workers: [WorkerView]) {
        self.workers = workers
    }

    // MARK: - Live

    /// Workers whose loop does not turn: only a restart helps.
    var hanging: [Reason] {
        workers.filter { $0.isRunning && $0.sinceLastTurn > Health.turnLimit }.map { worker in
            Reason(
                flow: worker.flow, worker: worker.number, reason: "hangs",
                detail: "its loop has not turned for \(worker.sinceLastTurn.components.seconds) s")
        }
    }

    // MARK: - Ready

    /// Why events do not flow as they should.
    var hindrances: [Reason] {
        hanging + workers.flatMap(hindrances) + closedSystems
    }

    private func hindrances(of worker: WorkerView) -> [Reason] {
        func reason(_ reason: String, _ detail: String, partition: Int32? = nil) -> Reason {
            Reason(flow: worker.flow, worker: worker.number, partition: partition, reason: reason, detail: detail)
        }
        let statistics = worker.statistics
        guard worker.isRunning else { return [reason("stopped", "the worker has ended")] }
        if statistics.isStopping { return [reason("stopping", "the worker drains what is in flight")] }
        guard statistics.isAssigned else {
            return [reason("unassigned", "the group has not yet told the worker its partitions")]
        }
        var reasons: [Reason] = []
        if statistics.loading > 0 {
            reasons.append(reason("loading", "what is known of \(statistics.loading) partitions is being loaded"))
        }
        for partition in statistics.partitionFigures {
            guard let stall = partition.stall else { continue }
            reasons.append(reason("stalled", stall.detail, partition: partition.number))
        }
        return reasons
    }

    /// Flows of which no system can be called by any worker.
    private var closedSystems: [Reason] {
        var reasons: [Reason] = []
        for worker in workers where !reasons.contains(where: { $0.flow == worker.flow }) {
            let circuits = workers.filter { $0.flow == worker.flow && $0.isRunning }.flatMap(\.statistics.circuits)
            guard !circuits.isEmpty, circuits.allSatisfy({ $0.value != .closed }) else { continue }
            let systems = Set(circuits.map(\.key)).sorted().joined(separator: ", ")
            reasons.append(
                Reason(
                    flow: worker.flow, reason: "circuit_open",
                    detail: "calls to all of the flow's systems are held back after faults: \(systems)"))
        }
        return reasons
    }
}

extension Health {
    /// What `/livez` answers.
    var live: (isGood: Bool, body: String) { Health.answer("live", hanging, []) }

    /// What `/readyz` answers.
    var ready: (isGood: Bool, body: String) { Health.answer("ready", hindrances, workers.map(\.json)) }

    private static func answer(
        _ name: String, _ reasons: [Reason], _ workers: [JSONObject]
    ) -> (isGood: Bool, body: String) {
        let object = JSONObject()
        object.add(name, reasons.isEmpty)
        object.add("reasons", reasons.map(\.json))
        if !workers.isEmpty { object.add("workers", workers) }
        return (reasons.isEmpty, object.text + "\n")
    }
}

extension Health.Reason {
    fileprivate var json: JSONObject {
        let object = JSONObject()
        object.add("flow", flow)
        if let worker { object.add("worker", worker) }
        if let partition { object.add("partition", Int(partition)) }
        object.add("reason", reason)
        object.add("detail", detail)
        return object
    }
}

extension WorkerView {
    /// What is worth knowing beside the reasons.
    fileprivate var json: JSONObject {
        let object = JSONObject()
        object.add("flow", flow)
        object.add("worker", number)
        object.add("partitions", json: "[\(statistics.partitions.map(String.init).joined(separator: ","))]")
        object.add("settled", statistics.applied + statistics.skipped + statistics.parked)
        object.add("buffered", statistics.bufferedEvents)
        object.add("backing_off", statistics.backingOff)
        let circuits = JSONObject()
        for (system, state) in statistics.circuits.sorted(by: { $0.key < $1.key }) { circuits.add(system, state.word) }
        object.add("circuits", circuits)
        return object
    }
}

extension CircuitState {
    fileprivate var word: String {
        switch self {
        case .closed: "closed"
        case .open: "open"
        case .halfOpen: "half_open"
        }
    }
}
