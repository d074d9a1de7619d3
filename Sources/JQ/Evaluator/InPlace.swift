import JSON

/// Changing containers in place, where it is known that nothing else refers to them.
///
/// A value is never changed while anything can see the change. Loops whose state nothing else can refer to (see
/// ``LinearAnalysis``) copy each container when they change it first, and from then on own the copy: the copy notes
/// who has the only reference to it, the loop or the container that it lies in. Reading a container out of the state
/// (``field(_:_:)`` and ``index(_:_:)``) makes that note void.
extension Evaluator {
    /// A new mark, which no container has.
    func makeIdentity() -> UInt64 {
        lastIdentity += 1
        return lastIdentity
    }

    @inline(__always)
    func isOwned(_ value: Value, by owner: UInt64) -> Bool {
        owner != 0 && value.growth?.pointee.owner == owner
    }

    /// The identity by which an owned container owns what lies in it; 0 if it is not owned, and so nothing is.
    private func identity(of value: Value, ownedBy owner: UInt64) -> UInt64 {
        isOwned(value, by: owner) ? value.growth?.pointee.identity ?? 0 : 0
    }

    /// A copy with room to grow.
    func growing(
        _ value: Value, capacity: Int, identity: UInt64, owner: UInt64
    ) throws(Raised) -> Value {
        do throws(Arena.Exhausted) {
            return value.kind == .object
                ? try arena.growingObject(value.members, capacity: capacity, identity: identity, owner: owner)
                : try arena.growingArray(value.elements, capacity: capacity, identity: identity, owner: owner)
        } catch {
            throw memoryExhausted()
        }
    }

    /// A copy that the owner owns. One that is owned already was full: it is given up, and the copy takes its place.
    private func owned(_ value: Value, by owner: UInt64) throws(Raised) -> Value {
        let known = identity(of: value, ownedBy: owner)
        let identity = known != 0 ? known : makeIdentity()
        try spend(value.count / 16)
        let capacity = known != 0 ? value.count * 2 : value.count + value.count / 2
        return try growing(value, capacity: max(capacity, 8), identity: identity, owner: owner)
    }

    // MARK: Putting values

    /// ``setPath(_:_:_:)`` in a container that may be the owner's; the result is the owner's, where that is possible.
    func setPath(
        _ container: Value, _ path: UnsafeBufferPointer<Value>, _ new: Value, owner: UInt64
    ) throws(Raised) -> Value {
        guard let key = path.first else { return new }
        try checkStack()
        // What cannot be read cannot be written, and reading it names the fault.
        let old = try part(of: container, at: key)
        let rest = UnsafeBufferPointer(rebasing: path.dropFirst())
        guard let target = try ownable(container, for: key, owner: owner) else {
            return try set(container, key, try setPath(old, rest, new, owner: 0))
        }
        let part = try setPath(old, rest, new, owner: identity(of: target, ownedBy: owner))
        if target.kind == .object { return try put(part, key, in: target, owner: owner) }
        target.overwrite(at: Int(key.double ?? 0), with: part)
        return target
    }

    /// The container, or a copy of it, as the owner's; `nil` if a change at the key is none in place.
    private func ownable(_ container: Value, for key: Value, owner: UInt64) throws(Raised) -> Value? {
        guard owner != 0 else { return nil }
        if isOwned(container, by: owner), container.kind == .object, key.kind == .string { return container }
        switch (key.kind, container.kind) {
        case (.string, .object): return try owned(container, by: owner)
        case (.string, .null): return try owned(.emptyObject, by: owner)
        case (.number, .array):
            guard let position = key.double, position >= 0, position < Double(container.count) else { return nil }
            return isOwned(container, by: owner) ? container : try owned(container, by: owner)
        default: return nil
        }
    }

    /// Puts a member into an object that is the owner's.
    func put(_ new: Value, _ key: Value, in object: Value, owner: UInt64) throws(Raised) -> Value {
        if let position = object.memberPosition(key.bytes) {
            object.overwrite(at: position, with: new)
            return object
        }
        let member = Member(key: key, value: new)
        if let longer = object.inserting(member) { return longer }
        let larger = try owned(object, by: owner)
        return larger.inserting(member) ?? larger
    }

    /// ``merge(_:_:)`` into an object that may be the owner's; the result is.
    func merge(_ a: Value, _ b: Value, owner: UInt64) throws(Raised) -> Value {
        if b.count == 0 { return a }
        try spend(b.count)
        var result = isOwned(a, by: owner) ? a : try owned(a, by: owner)
        for member in b.members { result = try put(member.value, member.key, in: result, owner: owner) }
        return result
    }
}
