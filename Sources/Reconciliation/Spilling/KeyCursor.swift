/// Goes through a table key by key.
public final class KeyCursor {
    private let merge: RunMerge
    // Accesses are not watched: each is one step here, and the merge below knows nothing of its cursor.
    @exclusivity(unchecked) private var ahead: SpilledEntry?
    /// What the entries of the current key are copied to, if they are not there to stay.
    @exclusivity(unchecked) private var copies = EntryCopies()
    @exclusivity(unchecked) private var entries: [SpilledEntry] = []
    /// Whether there is a current key.
    @exclusivity(unchecked) public private(set) var hasKey = false

    init(_ merge: RunMerge) {
        self.merge = merge
    }

    /// Goes to the next key, the first at the beginning.
    public func advance() throws(SpillError) {
        entries.removeAll(keepingCapacity: true)
        var entry = ahead
        ahead = nil
        if entry == nil { entry = try merge.next() }
        guard let first = entry else { return hasKey = false }
        hasKey = true
        if merge.isLasting { try collect(first) } else { try copy(first) }
    }

    private func collect(_ first: SpilledEntry) throws(SpillError) {
        entries.append(first)
        while let next = try merge.next() {
            guard RunBuffer.compare(next.key, first.key) == 0 else { return ahead = next }
            entries.append(next)
        }
    }

    private func copy(_ first: SpilledEntry) throws(SpillError) {
        copies.begin(first)
        while let next = try merge.next() {
            guard copies.isCurrent(next.key) else {
                ahead = next
                break
            }
            copies.add(next)
        }
        copies.put(into: &entries)
    }

    /// The current key; valid until the next one is gone to.
    public var keyBytes: UnsafeRawBufferPointer {
        entries.first?.key ?? UnsafeRawBufferPointer(start: nil, count: 0)
    }

    public var key: [UInt8] { Array(keyBytes) }
    /// How many entries the current key has.
    public var count: Int { entries.count }
    public func ordinal(_ index: Int) -> UInt64 { entries[index].ordinal }

    /// What an entry of the current key holds; valid until the next key is gone to.
    public func payload(_ index: Int) -> UnsafeRawBufferPointer { entries[index].payload }

    /// Negative: this one's current key comes before the other's; without a key it comes last.
    public func compare(to other: KeyCursor) -> Int {
        switch (hasKey, other.hasKey) {
        case (false, false): 0
        case (true, false): -1
        case (false, true): 1
        case (true, true): RunBuffer.compare(keyBytes, other.keyBytes)
        }
    }
}

/// The entries of one key, in memory that is used again and again.
struct EntryCopies: ~Copyable {
    private var memory: UnsafeMutableRawPointer
    private var capacity = 4_096
    private var used = 0
    private var keyCount = 0
    private var places: [(ordinal: UInt64, payload: Range<Int>)] = []

    init() { memory = .allocate(byteCount: capacity, alignment: 16) }

    deinit { memory.deallocate() }

    mutating func begin(_ entry: SpilledEntry) {
        used = 0
        places.removeAll(keepingCapacity: true)
        append(entry.key)
        keyCount = used
        add(entry)
    }

    mutating func add(_ entry: SpilledEntry) {
        let start = used
        append(entry.payload)
        places.append((entry.ordinal, start..<used))
    }

    func isCurrent(_ key: UnsafeRawBufferPointer) -> Bool {
        RunBuffer.compare(UnsafeRawBufferPointer(start: memory, count: keyCount), key) == 0
    }

    /// The copies, as entries that are valid until the next key begins.
    func put(into entries: inout [SpilledEntry]) {
        let key = UnsafeRawBufferPointer(start: memory, count: keyCount)
        for place in places {
            let payload = UnsafeRawBufferPointer(start: memory + place.payload.lowerBound, count: place.payload.count)
            entries.append(SpilledEntry(key: key, ordinal: place.ordinal, payload: payload))
        }
    }

    private mutating func append(_ bytes: UnsafeRawBufferPointer) {
        guard let source = bytes.baseAddress, !bytes.isEmpty else { return }
        if capacity - used < bytes.count { grow(bytes.count) }
        (memory + used).copyMemory(from: source, byteCount: bytes.count)
        used += bytes.count
    }

    private mutating func grow(_ byteCount: Int) {
        capacity = max(2 * capacity, used + byteCount)
        let larger = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 16)
        larger.copyMemory(from: memory, byteCount: used)
        memory.deallocate()
        memory = larger
    }
}
