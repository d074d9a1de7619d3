/// Notices partitions that make no progress: some of their events are not settled, or what is settled is not committed,
/// and neither has moved for a while.
///
/// It looks at what the core says of its partitions now and then, never at an event, so that it costs nothing where
/// events run.
public struct StallWatch: Sendable {
    /// What is worth telling.
    public enum Change: Equatable, Sendable {
        case began(Stall)
        /// It still is so; told now and then only.
        case goesOn(Stall)
        /// The partition has moved, or is no longer ours; it had stood for so long.
        case ended(Stall, after: Duration)
    }

    /// Something that a partition must get past to have moved, and since when it has not.
    private struct Standing: Equatable {
        var offset: Int64?
        var since: Instant

        /// The same as before, or a new one that begins now.
        init(_ offset: Int64?, was old: Standing?, now: Instant) {
            self.offset = offset
            since = old.flatMap { $0.offset == offset ? $0.since : nil } ?? now
        }
    }

    private struct Entry {
        /// At the event that holds the watermark; `nil`: everything is settled.
        var event: Standing?
        /// At the last commit that was confirmed; `nil`: everything is committed.
        var commit: Standing?
        var stall: Stall?
        var nextTold = Instant.distantFuture
    }

    /// Partitions are looked at this often.
    private static let interval = Duration.seconds(1)
    /// A stall that goes on is told again after this time.
    private static let reminder = Duration.seconds(600)

    private let patience: Duration
    private var nextLook = Instant.zero
    private var entries: [PartitionID: Entry] = [:]

    /// - Parameter patience: how long a partition may stand before it counts as stalled.
    public init(patience: Duration) {
        self.patience = patience
    }

    /// The partitions that are stalled, as they were when they were last looked at.
    public var stalls: [Stall] {
        entries.values.compactMap(\.stall).sorted { $0.partition.index < $1.partition.index }
    }

    /// Whether it is time to look again.
    public func isDue(now: Instant) -> Bool { now >= nextLook }

    /// Looks at all partitions that the worker has. Those that it had and that are not among them are forgotten.
    public mutating func look(at partitions: [(PartitionID, PartitionStatus)], now: Instant) -> [Change] {
        nextLook = now + StallWatch.interval
        let old = entries
        entries = [:]
        var changes: [Change] = []
        for (id, status) in partitions {
            let change = look(at: status, of: id, was: old[id], now: now)
            if let change { changes.append(change) }
        }
        for (id, entry) in old.sorted(by: { $0.key.index < $1.key.index }) {
            guard let stall = entry.stall, entries[id]?.stall?.since != stall.since else { continue }
            // The end of one comes before the beginning of the next.
            changes.insert(.ended(stall, after: now - stall.since), at: 0)
        }
        return changes
    }

    private mutating func look(
        at status: PartitionStatus, of id: PartitionID, was old: Entry?, now: Instant
    ) -> Change? {
        var entry = Entry()
        entry.event = status.waitsFor.map { Standing($0.offset, was: old?.event, now: now) }
        if let watermark = status.watermark, watermark != status.committed {
            entry.commit = Standing(status.committed, was: old?.commit, now: now)
        }
        entry.stall = stall(of: id, status, entry, now: now)
        defer { entries[id] = entry }
        guard let stall = entry.stall else { return nil }
        // What it waits for may change its name meanwhile; that is not worth another word.
        let isNew = old?.stall?.since != stall.since
        entry.nextTold = isNew ? now + StallWatch.reminder : old?.nextTold ?? now
        guard !isNew, now >= entry.nextTold else { return isNew ? .began(stall) : nil }
        entry.nextTold = now + StallWatch.reminder
        return .goesOn(stall)
    }

    private func stall(of id: PartitionID, _ status: PartitionStatus, _ entry: Entry, now: Instant) -> Stall? {
        if let wait = status.waitsFor, let event = entry.event, now - event.since >= patience {
            return Stall(
                partition: id, since: event.since, offset: wait.offset, attempts: wait.attempts,
                isMetadataFull: status.isMetadataFull, cause: Stall.Cause(wait))
        }
        if let watermark = status.watermark, let commit = entry.commit, now - commit.since >= patience {
            return Stall(
                partition: id, since: commit.since, offset: watermark, attempts: 0,
                isMetadataFull: status.isMetadataFull, cause: .commit)
        }
        return nil
    }
}
