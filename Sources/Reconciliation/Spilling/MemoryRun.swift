#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A run that stays in memory, because everything of a table had room there.
///
/// It may go to other threads, though the compiler cannot see that: it owns its memory alone, and nothing in it is changed
/// after it was made until nobody holds it any more.
public final class MemoryRun: @unchecked Sendable {
    private let memory: UnsafeMutableRawPointer
    /// By key, and those of one key by ordinal.
    private let slots: [RunBuffer.Slot]

    /// - Parameter memory: from `malloc`; it is freed with the run.
    init(memory: UnsafeMutableRawPointer, slots: [RunBuffer.Slot]) {
        self.memory = memory
        self.slots = slots
    }

    deinit { free(memory) }

    var count: Int { slots.count }
    /// Valid as long as the run is held.
    subscript(index: Int) -> SpilledEntry { RunBuffer.entry(memory + slots[index].position) }

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

/// Goes through a run in memory.
final class MemoryRunReader: EntrySource {
    private let run: MemoryRun
    private var place: Int

    /// - Parameter start: entries whose keys come before it are passed over.
    init(_ run: MemoryRun, from start: [UInt8]?) {
        self.run = run
        place = start.map { $0.withUnsafeBytes { run.firstPlace(notBefore: $0) } } ?? 0
    }

    func next() -> SpilledEntry? {
        guard place < run.count else { return nil }
        defer { place += 1 }
        return run[place]
    }
}
