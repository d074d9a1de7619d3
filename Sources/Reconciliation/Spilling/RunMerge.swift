/// Several runs as one: the entries of all by key, and those of one key by ordinal.
final class RunMerge {
    private let readers: [RunReader]
    /// A heap of the readers' current entries; the first is the smallest.
    private var heap: [(entry: SpilledEntry, reader: Int)] = []
    /// The reader whose entry was handed out, and is to be read on.
    private var pending: Int?

    init(_ readers: [RunReader]) throws(SpillError) {
        self.readers = readers
        for index in readers.indices { try push(index) }
    }

    /// The next entry, valid until the one after it is asked for.
    func next() throws(SpillError) -> SpilledEntry? {
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

/// Goes through a table key by key.
public final class KeyCursor {
    private let merge: RunMerge
    private var ahead: SpilledEntry?
    private var bytes: [UInt8] = []
    private var places: [(ordinal: UInt64, payload: Range<Int>)] = []
    private var keyCount = 0
    /// Whether there is a current key.
    public private(set) var hasKey = false

    init(_ merge: RunMerge) {
        self.merge = merge
    }

    /// Goes to the next key, the first at the beginning.
    public func advance() throws(SpillError) {
        bytes.removeAll(keepingCapacity: true)
        places.removeAll(keepingCapacity: true)
        var entry = ahead
        ahead = nil
        if entry == nil { entry = try merge.next() }
        guard var current = entry else { return hasKey = false }
        hasKey = true
        bytes.append(contentsOf: current.key)
        keyCount = bytes.count
        while true {
            let start = bytes.count
            bytes.append(contentsOf: current.payload)
            places.append((current.ordinal, start..<bytes.count))
            guard let next = try merge.next() else { return }
            guard isCurrent(next.key) else {
                ahead = next
                return
            }
            current = next
        }
    }

    private func isCurrent(_ key: UnsafeRawBufferPointer) -> Bool {
        withKey { RunBuffer.compare($0, key) == 0 }
    }

    public func withKey<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try bytes.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[..<keyCount])) }
    }

    public var key: [UInt8] { Array(bytes[..<keyCount]) }
    /// How many entries the current key has.
    public var count: Int { places.count }
    public func ordinal(_ index: Int) -> UInt64 { places[index].ordinal }

    public func withPayload<Result>(
        _ index: Int, _ body: (UnsafeRawBufferPointer) throws -> Result
    ) rethrows -> Result {
        let range = places[index].payload
        return try bytes.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[range])) }
    }

    /// Negative: this one's current key comes before the other's; without a key it comes last.
    public func compare(to other: KeyCursor) -> Int {
        switch (hasKey, other.hasKey) {
        case (false, false): 0
        case (true, false): -1
        case (false, true): 1
        case (true, true): withKey { left in other.withKey { RunBuffer.compare(left, $0) } }
        }
    }
}
