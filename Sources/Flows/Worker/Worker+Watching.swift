import Delivery
import Kafka
import Logging

/// Partitions that stand still: noticed, told, published.
extension Worker {
    /// Looks at the partitions, once a second at most.
    func watchPartitions() {
        guard stallWatch.isDue(now: turnTime) else { return }
        let statuses = partitions.all { _ in true }.compactMap { partition in
            let id = PartitionID(consumer.index(of: partition))
            return core.status(of: id).map { (id, $0) }
        }
        for change in stallWatch.look(at: statuses, now: turnTime) { tell(change) }
        partitionFigures = lookAtPartitions()
    }

    private func tell(_ change: StallWatch.Change) {
        switch change {
        case .began(let stall), .goesOn(let stall):
            logger.warning("partition makes no progress", metadata: metadata(stall, for: turnTime - stall.since))
        case .ended(let stall, let time):
            logger.notice(
                "partition moves again, or is given back",
                metadata: [
                    "partition": "\(number(of: stall))", "seconds": "\(time.components.seconds)",
                    "reason": "\(stall.cause.reason)",
                ])
        }
    }

    private func metadata(_ stall: Stall, for time: Duration) -> Logger.Metadata {
        [
            "partition": "\(number(of: stall))", "offset": "\(stall.offset)", "reason": "\(stall.cause.reason)",
            "seconds": "\(time.components.seconds)", "detail": "\(stallText.text(stall))",
        ]
    }

    private func number(of stall: Stall) -> Int32 {
        consumer.partition(at: PartitionIndex(stall.partition)).partition
    }

    private var stallText: StallText {
        StallText(
            systems: settings.flow.systems.map(\.name),
            blockedUntil: settings.flow.systems.indices.map { core.status(of: SystemID(UInt16($0)))?.blockedUntil },
            now: turnTime)
    }

    private func lookAtPartitions() -> [WorkerStatistics.Partition] {
        let stalls = stallWatch.stalls
        let stallText = stalls.isEmpty ? nil : stallText
        return partitions.assigned.map { partition in
            let id = PartitionID(consumer.index(of: partition))
            var figures = WorkerStatistics.Partition(number: partition.partition)
            figures.lag = core.status(of: id)?.watermark.flatMap { consumer.lag(of: partition, position: $0) }
            figures.stall = stalls.first { $0.partition == id }.map { stall in
                .init(
                    since: stall.since, reason: stall.cause.reason, detail: stallText?.text(stall) ?? "")
            }
            return figures
        }
    }
}
