/// The unsettled events of all partitions, as links in the order of their offsets.
struct OffsetPool: Sendable {
    struct Entry: Sendable {
        var offset: Int64 = 0
        /// Counts the records of the partition as they were fetched, so that neighbours are known across gaps.
        var sequence: Int64 = 0
    }

    private var entries: [Entry] = []
    private(set) var links: SlotLinks

    init(slots: Int = 0) {
        entries.reserveCapacity(slots)
        links = SlotLinks(slots: slots)
    }

    /// Makes room for one more slot at the end.
    mutating func addSlot() {
        entries.append(Entry())
        links.addSlot()
    }

    subscript(slot: Slot) -> Entry {
        entries[Int(slot)]
    }

    mutating func append(_ slot: Slot, _ entry: Entry, to list: inout SlotList) {
        entries[Int(slot)] = entry
        links.append(slot, to: &list)
    }

    mutating func remove(_ slot: Slot, from list: inout SlotList) {
        links.remove(slot, from: &list)
    }
}

/// What of one partition is settled (D1).
///
/// Only unsettled events are remembered, in a list in the order of their offsets. Whatever was fetched and is not in
/// the list is settled; so the memory is that of the buffered events, however far settling runs ahead of the
/// watermark, and every operation is O(1). "Contiguous" is over what was fetched: offsets may have gaps
/// (compaction, transactions), and an offset that the broker passed over counts as settled with its neighbours.
struct OffsetTracker: Sendable {
    enum Admission: Equatable {
        /// Unsettled from now on.
        case tracked
        /// Settled by an earlier assignment, says the commit metadata (D7).
        case settledBefore
        /// Not beyond the last one fetched.
        case repeated
    }

    private(set) var unsettled = SlotList()
    private(set) var unsettledCount = 0
    /// One beyond the last record fetched; before the first, the committed position.
    private(set) var nextOffset: Int64?
    /// Number of records fetched, and so the sequence of the last one.
    private(set) var lastSequence: Int64 = 0
    /// The highest sequence that is settled, and its offset.
    private(set) var lastSettledSequence: Int64 = 0
    private var lastSettledOffset = Int64.min
    /// Settled runs among what was fetched. The one below the watermark always exists.
    private(set) var runCount = 1
    /// Settled ahead by an earlier assignment; ascending, apart. Those before `inheritedIndex` are fetched.
    private let inherited: [Range<Int64>]
    private var inheritedIndex = 0

    init(position: Int64? = nil, settledAhead: [Range<Int64>] = []) {
        nextOffset = position
        inherited = settledAhead
    }

    /// Takes note of a fetched record.
    mutating func fetched(_ offset: Int64, as slot: Slot, in pool: inout OffsetPool) -> Admission {
        if let nextOffset, offset < nextOffset { return .repeated }
        let isBehindUnsettled = !unsettled.isEmpty && pool[unsettled.last].sequence == lastSequence
        nextOffset = offset + 1
        lastSequence += 1
        while inheritedIndex < inherited.count, inherited[inheritedIndex].upperBound <= offset {
            inheritedIndex += 1
        }
        if inheritedIndex < inherited.count, inherited[inheritedIndex].contains(offset) {
            if isBehindUnsettled { runCount += 1 }
            noteSettled(lastSequence, offset)
            return .settledBefore
        }
        pool.append(slot, .init(offset: offset, sequence: lastSequence), to: &unsettled)
        unsettledCount += 1
        return .tracked
    }

    /// The event is settled. True when the watermark moved.
    mutating func settle(_ slot: Slot, in pool: inout OffsetPool) -> Bool {
        let entry = pool[slot]
        let sequence = entry.sequence
        let previous = pool.links.previous(slot)
        let next = pool.links.next(slot)
        let isSettledBefore = previous == .none || pool[previous].sequence != sequence - 1
        let isSettledBehind = next == .none ? sequence != lastSequence : pool[next].sequence != sequence + 1
        runCount += 1 - (isSettledBefore ? 1 : 0) - (isSettledBehind ? 1 : 0)
        noteSettled(sequence, entry.offset)
        pool.remove(slot, from: &unsettled)
        unsettledCount -= 1
        return previous == .none
    }

    private mutating func noteSettled(_ sequence: Int64, _ offset: Int64) {
        guard sequence > lastSettledSequence else { return }
        lastSettledSequence = sequence
        lastSettledOffset = offset
    }

    /// Everything below is settled: the offset to commit. `nil` before anything is known.
    func watermark(in pool: OffsetPool) -> Int64? {
        unsettled.isEmpty ? endOfFetched : pool[unsettled.first].offset
    }

    /// The next offset to fetch that is not known to be settled. Standing inside a run that an earlier assignment has
    /// settled, the watermark would be settled itself, which the bit form of the metadata cannot say.
    private var endOfFetched: Int64? {
        guard let nextOffset, inheritedIndex < inherited.count else { return nextOffset }
        let run = inherited[inheritedIndex]
        return run.contains(nextOffset) ? run.upperBound : nextOffset
    }

    /// Settled runs by an earlier assignment that are not fetched again yet.
    var inheritedCount: Int { inherited.count - inheritedIndex }

    /// One beyond the last offset that is settled by an earlier assignment.
    var inheritedEnd: Int64 { inherited.last?.upperBound ?? .min }

    /// Tells the settled runs beyond the watermark: as lengths in offsets, in turn unsettled and settled.
    func describe(in pool: OffsetPool, to encoder: inout CommitMetadata.Encoder) {
        guard let watermark = watermark(in: pool), let nextOffset else { return }
        var cursor = watermark
        func add(_ run: Range<Int64>) {
            encoder.add(unsettled: run.lowerBound - cursor, settled: run.upperBound - run.lowerBound)
            cursor = run.upperBound
        }
        var slot = unsettled.first
        while slot != .none, pool[slot].sequence < lastSettledSequence {
            let entry = pool[slot]
            let next = pool.links.next(slot)
            if next == .none || pool[next].sequence > lastSettledSequence {
                // The last run ends with what is settled: the gap behind it may be wide, and would have to fit.
                add(entry.offset + 1..<lastSettledOffset + 1)
            } else if pool[next].sequence != entry.sequence + 1 {
                add(entry.offset + 1..<pool[next].offset)
            }
            slot = next
        }
        for run in inherited[inheritedIndex...] where run.upperBound > max(nextOffset, watermark) {
            add(max(run.lowerBound, nextOffset)..<run.upperBound)
        }
    }
}
