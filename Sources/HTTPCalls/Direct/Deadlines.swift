/// When the time of a system's calls is up. All of them have the same time, so the first in is the first out; a note
/// of a run that has ended is passed over when it comes to the front.
struct Deadlines {
    private struct Note {
        let transfer: TransferPointer
        let run: UInt64
        let due: Int64

        var isOver: Bool { transfer.pointee.run != run || transfer.pointee.phase != .running }
    }

    private var notes: [Note] = []
    private var first = 0

    /// Notes the run of a call, on the monotonic clock.
    mutating func append(_ transfer: TransferPointer, due: Int64) {
        if first > 256, first * 2 > notes.count {
            notes.removeFirst(first)
            first = 0
        }
        notes.append(Note(transfer: transfer, run: transfer.pointee.run, due: due))
    }

    /// When the next call's time is up; `nil` without calls.
    mutating func next() -> Int64? {
        while first < notes.count, notes[first].isOver { first += 1 }
        if first < notes.count { return notes[first].due }
        notes.removeAll(keepingCapacity: true)
        first = 0
        return nil
    }

    /// A call whose time is up.
    mutating func takeOverdue(now: Int64) -> TransferPointer? {
        guard let due = next(), due <= now else { return nil }
        first += 1
        return notes[first - 1].transfer
    }
}
