/// A run that stays in memory, because everything of a table had room there.
///
/// It may go to other threads, though the compiler cannot see that: it holds its memory alone, and nothing in it is changed
/// after it was made until nobody holds it any more.
public final class MemoryRun: @unchecked Sendable {
    private let memory: RunMemory
    /// By key, and those of one key by ordinal.
    private let slots: [RunBuffer.Slot]

    /// - Parameter memory: nobody else has it any more.
    init(memory: RunMemory, slots: [RunBuffer.Slot]) {
        self.memory = memory
        self.slots = slots
    }

    var count: Int { slots.count }
    /// Valid as long as the run is held.
    subscript(index: Int) -> SpilledEntry { RunBuffer.entry(memory.start + slots[index].position) }

    /// The place of the first entry whose key does not come before this one.
    func firstPlace(notBefore key: UnsafeRawBufferPointer) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if RunBuffer.compare(self[middle].key, key) < 0 { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension MemoryRun {
    /// Reads a byte of each cache line of some entries that are about to be read: all at once, for they lie anywhere, and
    /// one after the other each of them would be waited for.
    func touch(_ places: Range<Int>) -> UInt8 {
        let (start, end) = (memory.start, memory.end)
        var sum: UInt8 = 0
        for place in places {
            let entry = start + slots[place].position
            var line = entry
            while line < min(end, entry + MemoryRun.touchedByteCount) {
                sum &+= line.load(as: UInt8.self)
                line += 64
            }
        }
        return sum
    }

    /// The beginning of a long entry; of what follows it the processor takes care, once it is read.
    private static let touchedByteCount = 512
}

/// Goes through a run in memory.
final class MemoryRunReader: EntrySource {
    private static let touchedCount = 16

    private let run: MemoryRun
    // Each access is one step of `next`, which calls nothing that could come back to it.
    @exclusivity(unchecked) private var place: Int
    @exclusivity(unchecked) private var touched: Int
    @exclusivity(unchecked) private var sum: UInt8 = 0

    /// - Parameter start: entries whose keys come before it are passed over.
    init(_ run: MemoryRun, from start: [UInt8]?) {
        self.run = run
        place = start.map { $0.withUnsafeBytes { run.firstPlace(notBefore: $0) } } ?? 0
        touched = place
    }

    func next() -> SpilledEntry? {
        guard place < run.count else { return nil }
        if place == touched {
            touched = min(run.count, place + MemoryRunReader.touchedCount)
            sum &+= run.touch(place..<touched)
        }
        place += 1
        return run[place - 1]
    }
}
