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

    private static func slots(behind members: UnsafePointer<Member>, capacity: Int) -> UnsafeMutablePointer<UInt64> {
        UnsafeMutableRawPointer(mutating: members + capacity).assumingMemoryBound(to: UInt64.self)
    }

    private static func hash(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        var hasher = Hasher()
        hasher.combine(bytes: bytes)
        return UInt64(bitPattern: Int64(hasher.finalize()))
    }

    /// Fills the index, which stands behind the room for `capacity` members. Returns the position of the first member
    /// whose key an earlier member has, or `nil`.
    static func build(_ members: UnsafeMutablePointer<Member>, count: Int, capacity: Int? = nil) -> Int? {
        let capacity = capacity ?? count
        let slotCount = slotCount(members: capacity)
        let slots = UnsafeMutableRawPointer(members + capacity).bindMemory(to: UInt64.self, capacity: slotCount)
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

    /// Adds a member, whose key is new, to the index of an object with room for more.
    static func insert(_ members: UnsafeMutablePointer<Member>, position: Int, capacity: Int) {
        let slots = slots(behind: members, capacity: capacity)
        let mask = slotCount(members: capacity) - 1
        let hash = hash(members[position].key.bytes)
        var slot = Int(truncatingIfNeeded: hash) & mask
        while slots[slot] != 0 { slot = (slot + 1) & mask }
        slots[slot] = (hash >> 32) << 32 | UInt64(position + 1)
    }

    /// - Parameter capacity: the members that there is room for, if more than there are.
    static func find(
        _ name: UnsafeRawBufferPointer, in members: UnsafeBufferPointer<Member>, capacity: Int? = nil
    ) -> Int? {
        guard let base = members.baseAddress else { return nil }
        let slots = slots(behind: base, capacity: capacity ?? members.count)
        let mask = slotCount(members: capacity ?? members.count) - 1
        let hash = hash(name)
        var slot = Int(truncatingIfNeeded: hash) & mask
        while slots[slot] != 0 {
            if slots[slot] >> 32 == hash >> 32 {
                let position = Int(slots[slot] & 0xffff_ffff) - 1
                // A longer version of the object may have members that this one does not see.
                if equal(base[position].key, name) { return position < members.count ? position : nil }
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
