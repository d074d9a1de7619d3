#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Entries that are collected in memory until they are sorted and written out as a run.
///
/// All of them lie in one block, and what is sorted are a few bytes of each, so that a million entries cost two
/// allocations. Not thread-safe.
final class RunBuffer {
    /// Where an entry lies, and the bytes of its key that decide nearly every comparison.
    struct Slot: BitwiseCopyable, Sendable {
        /// Set while sorting.
        var prefix: UInt64 = 0
        let position: Int
        /// How long a payload that takes the entry's place may be.
        let room: Int
    }

    /// Before the key's bytes.
    struct Head: BitwiseCopyable {
        let ordinal: UInt64
        let keyCount: UInt32
        let payloadCount: UInt32

        static var byteCount: Int { MemoryLayout<Head>.size }
        var byteCount: Int { Head.byteCount + Int(keyCount) + Int(payloadCount) }
    }

    // Their accesses are not watched: each is one step here, and none is lent to anybody who could come back to it.
    @exclusivity(unchecked) private var memory = RunMemory()
    @exclusivity(unchecked) private var used = 0
    @exclusivity(unchecked) private var slots: [Slot] = []
    /// The last entry of each key, where entries replace others.
    @exclusivity(unchecked) private var index = KeyIndex()

    /// Bytes that are taken, the places of entries included.
    var byteCount: Int { used + slots.count * MemoryLayout<Slot>.stride + index.byteCount }
    var count: Int { slots.count }
    var isEmpty: Bool { slots.isEmpty }

    /// - Returns: the place of the payload, which is to be written before anything else is done here.
    func append(key: UnsafeRawBufferPointer, ordinal: UInt64, payloadCount: Int) -> UnsafeMutableRawBufferPointer {
        append(key, ordinal, payloadCount, room: payloadCount)
    }

    private func append(
        _ key: UnsafeRawBufferPointer, _ ordinal: UInt64, _ payloadCount: Int, room: Int
    ) -> UnsafeMutableRawBufferPointer {
        let byteCount = Head.byteCount + key.count + room
        memory.reserve(used + byteCount)
        slots.append(Slot(position: used, room: room))
        let target = memory.start + used
        used += byteCount
        if let source = key.baseAddress {
            (target + Head.byteCount).copyMemory(from: source, byteCount: key.count)
        }
        return place(Head(ordinal: ordinal, keyCount: UInt32(key.count), payloadCount: UInt32(payloadCount)), target)
    }

    /// As ``append(key:ordinal:payloadCount:)``, but in the place of the entry of the key that came last, if that one's
    /// ordinal is `bound` or more. Entries of which only some are replaceable come in the order of their ordinals.
    func replace(
        key: UnsafeRawBufferPointer, ordinal: UInt64, from bound: UInt64, payloadCount: Int
    ) -> UnsafeMutableRawBufferPointer {
        // Some room lets most of a key's later entries have the place of its first.
        let room = (payloadCount + 63) & ~63
        let hash = index.hash(key)
        let known = index.find(hash) { RunBuffer.compare(self[$0].key, key) == 0 }
        guard let known, self[known].ordinal >= bound else {
            index.set(hash, known, to: slots.count)
            return append(key, ordinal, payloadCount, room: room)
        }
        let target = memory.start + slots[known].position
        let head = Head(ordinal: ordinal, keyCount: UInt32(key.count), payloadCount: UInt32(payloadCount))
        if payloadCount <= slots[known].room { return place(head, target) }
        // The old place is lost until the run is written.
        let last = slots.count
        let payload = append(key, ordinal, payloadCount, room: room)
        slots[known] = slots[last]
        slots.removeLast()
        return payload
    }

    private func place(_ head: Head, _ target: UnsafeMutableRawPointer) -> UnsafeMutableRawBufferPointer {
        target.storeBytes(of: head, as: Head.self)
        return UnsafeMutableRawBufferPointer(
            start: target + Head.byteCount + Int(head.keyCount), count: Int(head.payloadCount))
    }

    func removeAll() {
        used = 0
        slots.removeAll(keepingCapacity: true)
        index.removeAll()
    }

    /// Sorts by key, and the entries of one key by ordinal.
    func sort() {
        let memory = memory.start
        let common = commonPrefix()
        slots.withUnsafeMutableBufferPointer { slots in
            for place in slots.indices {
                slots[place].prefix = RunBuffer.prefix(
                    RunBuffer.entry(memory + slots[place].position).key, from: common)
            }
            slots.sort { left, right in
                if left.prefix != right.prefix { return left.prefix < right.prefix }
                return RunBuffer.precedes(
                    RunBuffer.entry(memory + left.position), RunBuffer.entry(memory + right.position))
            }
        }
    }

    /// How many bytes all keys begin with, which need not be compared.
    private func commonPrefix() -> Int {
        guard !slots.isEmpty else { return 0 }
        let first = self[0].key
        var common = first.count
        for place in slots.indices where common > 0 {
            let key = self[place].key
            common = min(common, key.count)
            guard let a = first.baseAddress, let b = key.baseAddress, memcmp(a, b, common) != 0 else { continue }
            common = zip(first, key).prefix { $0 == $1 }.count
        }
        return common
    }

    /// The entry at a place in the order; valid until the buffer changes.
    subscript(index: Int) -> SpilledEntry { RunBuffer.entry(memory.start + slots[index].position) }

    /// Whether the entries at two places in the order have the same key. Sorted keys are seldom looked at for that.
    func isSameKey(_ left: Int, _ right: Int) -> Bool {
        slots[left].prefix == slots[right].prefix && RunBuffer.compare(self[left].key, self[right].key) == 0
    }

    /// Hands over all that was collected, as a run that stays in memory. It must be sorted.
    /// - Parameter kept: the places of the entries that count; `nil`: all.
    func handOver(_ kept: [Int]?) -> MemoryRun {
        let run = MemoryRun(memory: memory, slots: kept.map { $0.map { slots[$0] } } ?? slots)
        memory = RunMemory()
        slots = []
        removeAll()
        return run
    }

    static func precedes(_ left: SpilledEntry, _ right: SpilledEntry) -> Bool {
        let order = compare(left.key, right.key)
        return order == 0 ? left.ordinal < right.ordinal : order < 0
    }

    static func entry(_ start: UnsafeMutableRawPointer) -> SpilledEntry {
        let head = start.loadUnaligned(as: Head.self)
        let key = UnsafeRawBufferPointer(start: start + Head.byteCount, count: Int(head.keyCount))
        let payload = UnsafeRawBufferPointer(start: start + Head.byteCount + key.count, count: Int(head.payloadCount))
        return SpilledEntry(key: key, ordinal: head.ordinal, payload: payload)
    }

    /// Eight bytes from a place on, most significant first, so that they compare as a number; missing ones are zero.
    private static func prefix(_ key: UnsafeRawBufferPointer, from start: Int) -> UInt64 {
        if key.count - start >= 8 {
            return UInt64(bigEndian: key.loadUnaligned(fromByteOffset: start, as: UInt64.self))
        }
        var prefix: UInt64 = 0
        for index in start..<start + 8 { prefix = prefix << 8 | (index < key.count ? UInt64(key[index]) : 0) }
        return prefix
    }

    /// By bytes; a key that another one begins with comes first. Negative: the left one precedes.
    static func compare(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Int {
        let common = min(left.count, right.count)
        if common > 0, let a = left.baseAddress, let b = right.baseAddress {
            let order = memcmp(a, b, common)
            if order != 0 { return Int(order) }
        }
        return left.count - right.count
    }
}

/// One entry, in somebody's memory.
public struct SpilledEntry {
    public let key: UnsafeRawBufferPointer
    /// Orders the entries of one key.
    public let ordinal: UInt64
    public let payload: UnsafeRawBufferPointer
}
