extension Value.Flags {
    /// What is true of a string with these UTF-8 bytes: ``Value/Flags/verbatim``, ``Value/Flags/ascii``, both or none.
    public static func ofString(_ utf8: UnsafeRawBufferPointer) -> Value.Flags {
        guard let base = utf8.baseAddress else { return [.verbatim, .ascii] }
        let start = base.assumingMemoryBound(to: UInt8.self)
        let end = start + utf8.count
        var isASCII = true
        var isVerbatim = true
        var cursor = ByteSearch.skipPlain(start, end)
        while cursor < end, isASCII || isVerbatim {
            if cursor.pointee >= 0x80 { isASCII = false } else { isVerbatim = false }
            cursor = ByteSearch.skipPlain(cursor + 1, end)
        }
        var flags: Value.Flags = isVerbatim ? .verbatim : []
        if isASCII { flags.insert(.ascii) }
        return flags
    }
}

extension Arena {
    /// A string value over a copy of `text`.
    public func string(_ text: String) throws(Exhausted) -> Value {
        var text = text
        let result: Result<Value, Exhausted> = text.withUTF8 { utf8 in
            do throws(Exhausted) {
                return .success(try string(UnsafeRawBufferPointer(utf8)))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    /// A string value over a copy of these bytes, which must be valid UTF-8.
    public func string(_ utf8: UnsafeRawBufferPointer) throws(Exhausted) -> Value {
        try string(utf8, flags: .ofString(utf8))
    }

    /// The same when it is known what is true of the string.
    public func string(_ utf8: UnsafeRawBufferPointer, flags: Value.Flags) throws(Exhausted) -> Value {
        Value.string(try copy(bytes: utf8), flags: flags)
    }

    /// An array value over a copy of these elements.
    public func array(_ elements: UnsafeBufferPointer<Value>) throws(Exhausted) -> Value {
        guard let source = elements.baseAddress, elements.count > 0 else { return .emptyArray }
        let copy = try allocate(Value.self, count: elements.count)
        copy.update(from: source, count: elements.count)
        return .array(UnsafeBufferPointer(start: copy, count: elements.count))
    }

    /// An array value over a copy of these elements.
    public func array(_ elements: some Collection<Value>) throws(Exhausted) -> Value {
        let count = elements.count
        guard count > 0 else { return .emptyArray }
        let copy = try allocate(Value.self, count: count)
        _ = UnsafeMutableBufferPointer(start: copy, count: count).update(from: elements)
        return .array(UnsafeBufferPointer(start: copy, count: count))
    }

    /// An object value over a copy of these members, no two of which have the same key.
    /// Beyond 16 members it gets an index.
    public func object(_ members: UnsafeBufferPointer<Member>) throws(Exhausted) -> Value {
        guard let source = members.baseAddress, members.count > 0 else { return .emptyObject }
        let copy = try allocateMembers(count: members.count)
        copy.update(from: source, count: members.count)
        return object(uncheckedMembers: copy, count: members.count)
    }

    /// An object value over a copy of these members, no two of which have the same key.
    /// Beyond 16 members it gets an index.
    public func object(_ members: some Collection<Member>) throws(Exhausted) -> Value {
        let count = members.count
        guard count > 0 else { return .emptyObject }
        let copy = try allocateMembers(count: count)
        _ = UnsafeMutableBufferPointer(start: copy, count: count).update(from: members)
        return object(uncheckedMembers: copy, count: count)
    }

    /// Room for members and, beyond 16, for the index behind them. Fill it, then call
    /// ``object(uncheckedMembers:count:)`` with the same count or less.
    public func allocateMembers(count: Int) throws(Exhausted) -> UnsafeMutablePointer<Member> {
        let byteCount =
            count > MemberIndex.threshold
            ? MemberIndex.byteCount(members: count) : count * MemoryLayout<Member>.stride
        return try allocate(byteCount: byteCount).bindMemory(to: Member.self, capacity: count)
    }

    /// An object over members in room that ``allocateMembers(count:)`` gave for at least as many; not copied.
    /// No two have the same key.
    public func object(uncheckedMembers members: UnsafeMutablePointer<Member>, count: Int) -> Value {
        guard count > 0 else { return .emptyObject }
        var flags: Value.Flags = []
        if count > MemberIndex.threshold {
            _ = MemberIndex.build(members, count: count)
            flags = .indexed
        }
        return .object(UnsafeBufferPointer(start: members, count: count), flags: flags)
    }

    /// A copy of these bytes.
    public func copy(bytes: UnsafeRawBufferPointer) throws(Exhausted) -> UnsafeRawBufferPointer {
        guard let source = bytes.baseAddress, bytes.count > 0 else {
            return UnsafeRawBufferPointer(start: nil, count: 0)
        }
        let copy = try allocate(byteCount: bytes.count)
        copy.copyMemory(from: source, byteCount: bytes.count)
        return UnsafeRawBufferPointer(start: copy, count: bytes.count)
    }

    /// A deep copy, which depends on this arena alone.
    ///
    /// Nesting costs no calls: what is still to be copied stands on a list, which is kept for the next time.
    public func copy(_ value: Value) throws(Exhausted) -> Value {
        pendingCopies.removeAll(keepingCapacity: true)
        let result = try copyOuter(value)
        while let (cells, count) = pendingCopies.popLast() {
            for position in 0..<count { cells[position] = try copyOuter(cells[position]) }
        }
        return result
    }

    /// Copies bytes or cells; the children's own parts are put on the list.
    private func copyOuter(_ value: Value) throws(Exhausted) -> Value {
        switch value.kind {
        case .null, .false, .true: return value
        case .number: return value.isLiteral ? .literal(try copy(bytes: value.bytes)) : value
        case .string: return .string(try copy(bytes: value.bytes), flags: value.flags)
        case .array:
            let copy = try array(value.elements)
            if let cells = copy.cells { pendingCopies.append((cells, copy.count)) }
            return copy
        case .object:
            let copy = try object(value.members)
            if let cells = copy.cells { pendingCopies.append((cells, copy.count * 2)) }
            return copy
        }
    }
}

extension Value {
    /// An array without elements.
    @inlinable public static var emptyArray: Value { Value(word: 0, length: 0, kind: .array, flags: []) }
    /// An object without members.
    @inlinable public static var emptyObject: Value { Value(word: 0, length: 0, kind: .object, flags: []) }
    /// A string without bytes.
    @inlinable public static var emptyString: Value {
        Value(word: 0, length: 0, kind: .string, flags: [.verbatim, .ascii])
    }

    /// The children of a container that was just made in an arena; a member is two cells.
    fileprivate var cells: UnsafeMutablePointer<Value>? {
        guard length > 0, let pointer else { return nil }
        return UnsafeMutableRawPointer(mutating: pointer).assumingMemoryBound(to: Value.self)
    }
}
