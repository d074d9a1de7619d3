#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Entries that are collected in memory until they are sorted and written out as a run.
///
/// All of them lie in one block, and what is sorted are sixteen bytes of each, so that a million entries cost two
/// allocations. Not thread-safe.
final class RunBuffer {
    /// Where an entry lies, and the beginning of its key, which decides nearly every comparison.
    private struct Slot: BitwiseCopyable {
        let prefix: UInt64
        let position: Int
    }

    /// Before the key's bytes.
    struct Head: BitwiseCopyable {
        let ordinal: UInt64
        let keyCount: UInt32
        let payloadCount: UInt32

        var byteCount: Int { MemoryLayout<Head>.size + Int(keyCount) + Int(payloadCount) }
    }

    private var memory: UnsafeMutableRawPointer
    private var capacity: Int
    private var used = 0
    private var slots: [Slot] = []

    init(capacity: Int) {
        self.capacity = max(capacity, 4_096)
        memory = RunBuffer.resized(nil, self.capacity)
    }

    deinit { free(memory) }

    /// Bytes that are taken, the places of entries included.
    var byteCount: Int { used + slots.count * MemoryLayout<Slot>.stride }
    var count: Int { slots.count }
    var isEmpty: Bool { slots.isEmpty }

    func append(key: UnsafeRawBufferPointer, ordinal: UInt64, payload: UnsafeRawBufferPointer) {
        let head = Head(ordinal: ordinal, keyCount: UInt32(key.count), payloadCount: UInt32(payload.count))
        reserve(head.byteCount)
        slots.append(Slot(prefix: RunBuffer.prefix(key), position: used))
        let target = memory + used
        target.storeBytes(of: head, as: Head.self)
        let keyTarget = target + MemoryLayout<Head>.size
        if let source = key.baseAddress { keyTarget.copyMemory(from: source, byteCount: key.count) }
        if let source = payload.baseAddress {
            (keyTarget + key.count).copyMemory(from: source, byteCount: payload.count)
        }
        used += head.byteCount
    }

    private func reserve(_ byteCount: Int) {
        guard used + byteCount > capacity else { return }
        capacity = max(capacity * 2, used + byteCount)
        memory = RunBuffer.resized(memory, capacity)
    }

    /// A large block grows where it is, without a second one beside it.
    private static func resized(_ block: UnsafeMutableRawPointer?, _ byteCount: Int) -> UnsafeMutableRawPointer {
        guard let new = realloc(block, byteCount) else {
            // As everywhere in Swift, there is no going on without memory.
            preconditionFailure("out of memory")
        }
        return new
    }

    func removeAll() {
        used = 0
        slots.removeAll(keepingCapacity: true)
    }

    /// Sorts by key, and the entries of one key by ordinal.
    func sort() {
        let memory = memory
        slots.sort { left, right in
            if left.prefix != right.prefix { return left.prefix < right.prefix }
            return RunBuffer.precedes(
                RunBuffer.entry(memory + left.position), RunBuffer.entry(memory + right.position))
        }
    }

    /// The entry at a place in the order; valid until the buffer changes.
    subscript(index: Int) -> SpilledEntry { RunBuffer.entry(memory + slots[index].position) }

    static func precedes(_ left: SpilledEntry, _ right: SpilledEntry) -> Bool {
        let order = compare(left.key, right.key)
        return order == 0 ? left.ordinal < right.ordinal : order < 0
    }

    private static func entry(_ start: UnsafeMutableRawPointer) -> SpilledEntry {
        let head = start.loadUnaligned(as: Head.self)
        let key = UnsafeRawBufferPointer(start: start + MemoryLayout<Head>.size, count: Int(head.keyCount))
        let payload = UnsafeRawBufferPointer(
            start: start + MemoryLayout<Head>.size + key.count, count: Int(head.payloadCount))
        return SpilledEntry(key: key, ordinal: head.ordinal, payload: payload)
    }

    /// The first eight bytes, most significant first, so that they compare as a number; missing ones are zero.
    private static func prefix(_ key: UnsafeRawBufferPointer) -> UInt64 {
        if key.count >= 8 { return UInt64(bigEndian: key.loadUnaligned(as: UInt64.self)) }
        var prefix: UInt64 = 0
        for index in 0..<8 { prefix = prefix << 8 | (index < key.count ? UInt64(key[index]) : 0) }
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
