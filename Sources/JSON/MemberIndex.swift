#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A hash table that lies behind the members of a large object, so that finding one takes the same time in all sizes.
///
/// A slot is 0 when free; otherwise it has the upper half of the key's hash above the member's position plus one.
/// Collisions go to the next slot. The hash is the standard library's, seeded per process: who chooses the keys
/// cannot make them collide.
enum MemberIndex {
    /// Objects with more members than this have an index; looking through fewer is faster than hashing.
    @usableFromInline static let threshold = 16

    /// The number of slots: a power of two, at most half of them used.
    static func slotCount(members: Int) -> Int {
        1 << (Int.bitWidth - (members * 2 - 1).leadingZeroBitCount)
    }

    /// Bytes of members and index together.
    static func byteCount(members: Int) -> Int {
        members * MemoryLayout<Member>.stride + slotCount(members: members) * MemoryLayout<UInt64>.stride
    }

    private static func slots(behind members: UnsafePointer<Member>, count: Int) -> UnsafeMutablePointer<UInt64> {
        UnsafeMutableRawPointer(mutating: members + count).assumingMemoryBound(to: UInt64.self)
    }

    private static func hash(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        var hasher = Hasher()
        hasher.combine(bytes: bytes)
        return UInt64(bitPattern: Int64(hasher.finalize()))
    }

    /// Fills the index. Returns the position of the first member whose key an earlier member has, or `nil`.
    static func build(_ members: UnsafeMutablePointer<Member>, count: Int) -> Int? {
        let slotCount = slotCount(members: count)
        let slots = UnsafeMutableRawPointer(members + count).bindMemory(to: UInt64.self, capacity: slotCount)
        slots.update(repeating: 0, count: slotCount)
        let mask = slotCount - 1
        for position in 0..<count {
            let key = members[position].key
            let hash = hash(key.bytes)
            var slot = Int(truncatingIfNeeded: hash) & mask
            while slots[slot] != 0 {
                if slots[slot] >> 32 == hash >> 32 {
                    let other = Int(slots[slot] & 0xffff_ffff) - 1
                    if equal(members[other].key, key) { return position }
                }
                slot = (slot + 1) & mask
            }
            slots[slot] = (hash >> 32) << 32 | UInt64(position + 1)
        }
        return nil
    }

    static func find(_ name: UnsafeRawBufferPointer, in members: UnsafeBufferPointer<Member>) -> Int? {
        guard let base = members.baseAddress else { return nil }
        let slots = slots(behind: base, count: members.count)
        let mask = slotCount(members: members.count) - 1
        let hash = hash(name)
        var slot = Int(truncatingIfNeeded: hash) & mask
        while slots[slot] != 0 {
            if slots[slot] >> 32 == hash >> 32 {
                let position = Int(slots[slot] & 0xffff_ffff) - 1
                if equal(base[position].key, name) { return position }
            }
            slot = (slot + 1) & mask
        }
        return nil
    }

    @inline(__always)
    static func equal(_ key: Value, _ name: UnsafeRawBufferPointer) -> Bool {
        guard key.count == name.count else { return false }
        guard let a = key.pointer, let b = name.baseAddress else { return true }
        return memcmp(a, b, name.count) == 0
    }

    @inline(__always)
    static func equal(_ a: Value, _ b: Value) -> Bool {
        guard a.length == b.length else { return false }
        guard a.length > 0, let first = a.pointer, let second = b.pointer else { return true }
        return memcmp(first, second, a.count) == 0
    }
}
