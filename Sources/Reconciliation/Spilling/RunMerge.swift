/// Several runs as one: the entries of all by key, and those of one key by ordinal.
final class RunMerge {
    private let readers: [any EntrySource]
    /// A heap of the readers' current entries; the first is the smallest.
    private var heap: [(entry: SpilledEntry, reader: Int)] = []
    /// The reader whose entry was handed out, and is to be read on.
    private var pending: Int?

    /// Whether an entry stays valid after the next one was asked for.
    let isLasting: Bool

    init(_ readers: [any EntrySource]) throws(SpillError) {
        self.readers = readers
        isLasting = readers.allSatisfy { $0 is MemoryRunReader }
        guard readers.count > 1 else { return }
        for index in readers.indices { try push(index) }
    }

    /// The next entry, valid until the one after it is asked for.
    func next() throws(SpillError) -> SpilledEntry? {
        if readers.count < 2 { return try readers.first?.next() }
        if let reader = pending {
            pending = nil
            if let entry = try readers[reader].next() {
                heap[0] = (entry, reader)
                sink()
            } else {
                let last = heap.removeLast()
                if !heap.isEmpty {
                    heap[0] = last
                    sink()
                }
            }
        }
        guard let first = heap.first else { return nil }
        pending = first.reader
        return first.entry
    }

    private func push(_ reader: Int) throws(SpillError) {
        guard let entry = try readers[reader].next() else { return }
        heap.append((entry, reader))
        var child = heap.count - 1
        while child > 0, case let parent = (child - 1) / 2, precedes(child, parent) {
            heap.swapAt(child, parent)
            child = parent
        }
    }

    private func sink() {
        var parent = 0
        while true {
            var smallest = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && precedes(child, smallest) {
                smallest = child
            }
            guard smallest != parent else { return }
            heap.swapAt(parent, smallest)
            parent = smallest
        }
    }

    /// Of entries that are equal in key and ordinal those of the older run come first.
    private func precedes(_ left: Int, _ right: Int) -> Bool {
        let (a, b) = (heap[left], heap[right])
        if RunBuffer.precedes(a.entry, b.entry) { return true }
        return a.reader < b.reader && !RunBuffer.precedes(b.entry, a.entry)
    }
}
