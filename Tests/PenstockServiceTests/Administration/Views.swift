import Delivery
import Flows

@testable import PenstockService

extension WorkerView {
    /// A worker that is well.
    static func well(_ number: Int = 1, flow: String = "orders", partitions: [Int32] = [0]) -> WorkerView {
        var statistics = WorkerStatistics()
        statistics.isAssigned = true
        statistics.partitions = partitions
        statistics.partitionFigures = partitions.map { .init(number: $0) }
        statistics.circuits = ["erp": .closed]
        return WorkerView(
            flow: flow, topic: "shop.\(flow)", group: "g-\(flow)", steps: [("create", "erp"), ("notify", "mail")],
            number: number, isRunning: true, sinceLastTurn: .milliseconds(20), statistics: statistics)
    }

    mutating func stall(_ index: Int, since: Instant = .zero) {
        statistics.partitionFigures[index].stall = .init(
            since: since, reason: "backing_off", detail: "offset 5: backing off from system erp")
    }
}
