/// One optional deadline for each slot, in a binary heap that knows where each slot stands: setting and cancelling
/// cost O(log n), the earliest is at hand, and a cancelled deadline leaves nothing behind.
struct EventTimers: Sendable {
    private struct Entry {
        var deadline: Instant
        var slot: Slot
    }

    private var heap: [Entry] = []
    /// Where a slot's entry stands in the heap; `-1`: no deadline.
    private var positions: [Int32] = []

    init(slots: Int = 0) {
        positions.reserveCapacity(slots)
        heap.reserveCapacity(slots)
    }

    var count: Int { heap.count }

    /// The earliest deadline.
    var earliest: Instant? { heap.first?.deadline }

    /// Makes room for one more slot at the end.
    mutating func addSlot() {
        positions.append(-1)
    }

    /// Sets the deadline of a slot that has none.
    mutating func set(_ slot: Slot, at deadline: Instant) {
        heap.append(Entry(deadline: deadline, slot: slot))
        siftUp(heap.count - 1)
    }

    mutating func cancel(_ slot: Slot) {
        let position = Int(positions[Int(slot)])
        guard position >= 0 else { return }
        remove(at: position)
    }

    /// Takes out a slot whose deadline has come, the earliest first.
    mutating func popDue(at now: Instant) -> Slot? {
        guard let first = heap.first, first.deadline <= now else { return nil }
        remove(at: 0)
        return first.slot
    }

    private mutating func remove(at position: Int) {
        positions[Int(heap[position].slot)] = -1
        let last = heap.removeLast()
        guard position < heap.count else { return }
        heap[position] = last
        siftDown(position)
        siftUp(Int(positions[Int(last.slot)]))
    }

    private mutating func siftUp(_ start: Int) {
        let entry = heap[start]
        var position = start
        while position > 0 {
            let parent = (position - 1) / 2
            guard entry.deadline < heap[parent].deadline else { break }
            place(heap[parent], at: position)
            position = parent
        }
        place(entry, at: position)
    }

    private mutating func siftDown(_ start: Int) {
        let entry = heap[start]
        var position = start
        while true {
            var child = 2 * position + 1
            guard child < heap.count else { break }
            if child + 1 < heap.count, heap[child + 1].deadline < heap[child].deadline { child += 1 }
            guard heap[child].deadline < entry.deadline else { break }
            place(heap[child], at: position)
            position = child
        }
        place(entry, at: position)
    }

    private mutating func place(_ entry: Entry, at position: Int) {
        heap[position] = entry
        positions[Int(entry.slot)] = Int32(truncatingIfNeeded: position)
    }
}
