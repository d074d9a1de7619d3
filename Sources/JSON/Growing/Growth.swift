/// What stands before the contents of a container that was made with room to grow (``Value/Flags/roomy``).
///
/// A container grows in place when its own end is that of what is used: nobody else has the room behind it. Shorter
/// versions of it stay what they are. Overwriting what is used is another matter: that is only for whoever knows that
/// there is no other reference, and notes it in ``owner``.
public struct Growth: BitwiseCopyable {
    /// Elements or members in use by the longest version.
    public fileprivate(set) var used: UInt32
    /// Elements or members that there is room for.
    public fileprivate(set) var capacity: UInt32
    /// Tells containers that are changed in place from all others; 0 for those that are not.
    public var identity: UInt64
    /// The ``identity`` of whatever has the only reference, 0 if there may be others.
    public var owner: UInt64

    static let byteCount = 32
}

extension Value {
    /// The growth of a container that was made with room, `nil` for all other values.
    @inlinable
    public var growth: UnsafeMutablePointer<Growth>? {
        guard flags.contains(.roomy), let contents else { return nil }
        return UnsafeMutableRawPointer(mutating: contents - 32).assumingMemoryBound(to: Growth.self)
    }

    /// The array with elements put behind its own in place; `nil` if there is no room, or it is not ours.
    public func appending(_ elements: UnsafeBufferPointer<Value>) -> Value? {
        guard kind == .array, let growth, growth.pointee.used == length,
            Int(growth.pointee.capacity) - count >= elements.count, let source = elements.baseAddress,
            let contents
        else { return nil }
        let base = UnsafeMutableRawPointer(mutating: contents).assumingMemoryBound(to: Value.self)
        (base + count).update(from: source, count: elements.count)
        growth.pointee.used += UInt32(elements.count)
        return Value(word: word, length: growth.pointee.used, kind: .array, flags: flags)
    }

    /// The array with one element put behind its own in place; `nil` if there is no room, or it is not ours.
    ///
    /// A pointer to a single value will not do for ``appending(_:)-(UnsafeBufferPointer<Value>)``: copying elements
    /// copies the two bytes behind each, which a lone value does not have.
    public func appending(_ element: Value) -> Value? {
        guard kind == .array, let growth, growth.pointee.used == length, growth.pointee.capacity > length, let contents
        else { return nil }
        UnsafeMutableRawPointer(mutating: contents).assumingMemoryBound(to: Value.self)[count] = element
        growth.pointee.used += 1
        return Value(word: word, length: growth.pointee.used, kind: .array, flags: flags)
    }

    /// The object with a member, whose key it does not have, put behind its own in place; `nil` if there is no room, or
    /// it is not ours.
    public func inserting(_ member: Member) -> Value? {
        guard kind == .object, let growth, growth.pointee.used == length, growth.pointee.capacity > length, let contents
        else { return nil }
        let base = UnsafeMutableRawPointer(mutating: contents).assumingMemoryBound(to: Member.self)
        base[count] = member
        if flags.contains(.indexed) {
            MemberIndex.insert(base, position: count, capacity: Int(growth.pointee.capacity))
        }
        growth.pointee.used += 1
        return Value(word: word, length: growth.pointee.used, kind: .object, flags: flags)
    }

    /// Puts another value into an element or a member, in place. Only for whoever has the only reference.
    public func overwrite(at position: Int, with value: Value) {
        guard position >= 0, position < count, let contents else { return }
        let cells = UnsafeMutableRawPointer(mutating: contents).assumingMemoryBound(to: Value.self)
        switch kind {
        case .array: cells[position] = value
        case .object: cells[2 * position + 1] = value
        default: break
        }
    }
}

extension Arena {
    /// An array over a copy of elements, with room for as many as the capacity says.
    public func growingArray(
        _ elements: UnsafeBufferPointer<Value>, capacity: Int, identity: UInt64 = 0, owner: UInt64 = 0
    ) throws(Exhausted) -> Value {
        let room = try allocate(byteCount: Growth.byteCount + capacity * MemoryLayout<Value>.stride)
        note(
            Growth(used: UInt32(elements.count), capacity: UInt32(capacity), identity: identity, owner: owner), at: room
        )
        let cells = (room + Growth.byteCount).bindMemory(to: Value.self, capacity: capacity)
        if let source = elements.baseAddress { cells.update(from: source, count: elements.count) }
        return Value(
            word: Value.address(of: cells), length: UInt32(elements.count), kind: .array, flags: .roomy)
    }

    /// An object over a copy of members, no two of which have the same key, with room for as many as the capacity
    /// says.
    public func growingObject(
        _ members: UnsafeBufferPointer<Member>, capacity: Int, identity: UInt64 = 0, owner: UInt64 = 0
    ) throws(Exhausted) -> Value {
        let isIndexed = capacity > MemberIndex.threshold
        let byteCount =
            isIndexed ? MemberIndex.byteCount(members: capacity) : capacity * MemoryLayout<Member>.stride
        let room = try allocate(byteCount: Growth.byteCount + byteCount)
        note(
            Growth(used: UInt32(members.count), capacity: UInt32(capacity), identity: identity, owner: owner), at: room)
        let cells = (room + Growth.byteCount).bindMemory(to: Member.self, capacity: capacity)
        if let source = members.baseAddress { cells.update(from: source, count: members.count) }
        if isIndexed { _ = MemberIndex.build(cells, count: members.count, capacity: capacity) }
        return Value(
            word: Value.address(of: cells), length: UInt32(members.count), kind: .object,
            flags: isIndexed ? [.roomy, .indexed] : .roomy)
    }

    private func note(_ growth: Growth, at room: UnsafeMutableRawPointer) {
        room.bindMemory(to: Growth.self, capacity: 1).initialize(to: growth)
    }
}
