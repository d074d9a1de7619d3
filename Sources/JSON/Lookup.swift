extension Value {
    /// The member with this name, in UTF-8; `nil` if there is none, or the value is no object.
    ///
    /// Up to 16 members are looked through; more have an index if the parser or the arena made the object.
    public func member(_ name: UnsafeRawBufferPointer) -> Value? {
        guard let position = memberPosition(name) else { return nil }
        return members[position].value
    }

    /// The member with this name; `nil` if there is none, or the value is no object.
    public func member(_ name: StaticString) -> Value? {
        name.withUTF8Buffer { member(UnsafeRawBufferPointer($0)) }
    }

    /// The position among ``members`` of the one with this name.
    public func memberPosition(_ name: UnsafeRawBufferPointer) -> Int? {
        guard kind == .object, length > 0 else { return nil }
        let members = members
        if flags.contains(.indexed) {
            return MemberIndex.find(name, in: members, capacity: growth.map { Int($0.pointee.capacity) })
        }
        guard let base = members.baseAddress else { return nil }
        var position = 0
        while position < members.count {
            if MemberIndex.equal(base[position].key, name) { return position }
            position += 1
        }
        return nil
    }

    /// The member with this name; `nil` if there is none, or the value is no object.
    public subscript(_ name: String) -> Value? {
        var name = name
        return name.withUTF8 { member(UnsafeRawBufferPointer($0)) }
    }

    /// The element at this position, counted from 0; `nil` if there is none, or the value is no array.
    public subscript(_ position: Int) -> Value? {
        let elements = elements
        return elements.indices.contains(position) ? elements[position] : nil
    }
}
