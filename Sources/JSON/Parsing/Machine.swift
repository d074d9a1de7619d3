/// The parser itself: one pass over the bytes, with its own stack, so that nesting costs no call.
///
/// A container that is open is a mark on the stack with the position of the mark before it; its children follow.
/// When it closes, they are copied to the arena in one piece and replaced by one value.
struct Machine: ~Copyable {
    typealias Cursor = UnsafePointer<UInt8>

    let start: Cursor
    let end: Cursor
    let arena: Arena
    let depthLimit: Int

    /// Values on the stack.
    private var top = 0
    /// Where the mark of the innermost open container lies; -1 when none is open.
    private var frame = -1
    private var depth = 0

    init(start: Cursor, end: Cursor, arena: Arena, depthLimit: Int) {
        self.start = start
        self.end = end
        self.arena = arena
        self.depthLimit = depthLimit
    }

    /// A fault while parsing; the caller adds line and column.
    struct Fault: Error {
        let kind: ParseError.Kind
        let offset: Int
    }

    mutating func run(_ stack: inout Scratch) throws(Fault) -> Value {
        var cursor = start
        if end - start >= 3, start[0] == 0xef, start[1] == 0xbb, start[2] == 0xbf {
            throw fault(.byteOrderMark, start)
        }
        cursor = skipSpace(cursor)
        nextValue: while true {
            guard cursor < end else { throw endFault(.value) }
            if top + 3 > stack.capacity { stack.grow(used: top) }
            switch cursor.pointee {
            case UInt8(ascii: "\""):
                stack.base[top] = try string(&cursor)
                top += 1
            case UInt8(ascii: "{"):
                try open(.object, at: cursor, stack.base)
                cursor = skipSpace(cursor + 1)
                guard cursor < end else { throw endFault(.nameOrEndOfObject) }
                if cursor.pointee == UInt8(ascii: "}") {
                    cursor += 1
                    try close(.object, at: cursor, stack.base)
                } else {
                    stack.base[top] = try name(&cursor, .nameOrEndOfObject)
                    top += 1
                    continue nextValue
                }
            case UInt8(ascii: "["):
                try open(.array, at: cursor, stack.base)
                cursor = skipSpace(cursor + 1)
                guard cursor < end else { throw endFault(.valueOrEndOfArray) }
                if cursor.pointee == UInt8(ascii: "]") {
                    cursor += 1
                    try close(.array, at: cursor, stack.base)
                } else {
                    continue nextValue
                }
            case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                stack.base[top] = try number(&cursor)
                top += 1
            case UInt8(ascii: "t"):
                try word("true", &cursor, .literalTrue)
                stack.base[top] = .true
                top += 1
            case UInt8(ascii: "f"):
                try word("false", &cursor, .literalFalse)
                stack.base[top] = .false
                top += 1
            case UInt8(ascii: "n"):
                try word("null", &cursor, .literalNull)
                stack.base[top] = .null
                top += 1
            default:
                throw fault(.unexpectedByte(cursor.pointee, expected: .value), cursor)
            }

            // A value is complete: what follows depends on the container that it stands in.
            while frame >= 0 {
                cursor = skipSpace(cursor)
                let kind = stack.base[frame].kind
                guard cursor < end else {
                    throw endFault(kind == .object ? .commaOrEndOfObject : .commaOrEndOfArray)
                }
                let byte = cursor.pointee
                if byte == UInt8(ascii: ",") {
                    cursor = skipSpace(cursor + 1)
                    if kind == .object {
                        if top + 3 > stack.capacity { stack.grow(used: top) }
                        stack.base[top] = try name(&cursor, .name)
                        top += 1
                    }
                    continue nextValue
                }
                if kind == .object {
                    guard byte == UInt8(ascii: "}") else {
                        throw fault(.unexpectedByte(byte, expected: .commaOrEndOfObject), cursor)
                    }
                } else {
                    guard byte == UInt8(ascii: "]") else {
                        throw fault(.unexpectedByte(byte, expected: .commaOrEndOfArray), cursor)
                    }
                }
                cursor += 1
                try close(kind, at: cursor, stack.base)
            }
            break
        }
        cursor = skipSpace(cursor)
        guard cursor == end else {
            throw fault(.unexpectedByte(cursor.pointee, expected: .endOfDocument), cursor)
        }
        return stack.base[0]
    }
}

// MARK: - Containers

extension Machine {
    @inline(__always)
    private mutating func open(
        _ kind: Value.Kind, at cursor: Cursor, _ stack: UnsafeMutablePointer<Value>
    ) throws(Fault) {
        guard depth < depthLimit else { throw fault(.depthExceeded(limit: depthLimit), cursor) }
        depth += 1
        let position = UInt32(truncatingIfNeeded: cursor - start)
        stack[top] = Value(word: UInt64(bitPattern: Int64(frame)), length: position, kind: kind, flags: [])
        frame = top
        top += 1
    }

    @inline(__always)
    private mutating func close(
        _ kind: Value.Kind, at cursor: Cursor, _ stack: UnsafeMutablePointer<Value>
    ) throws(Fault) {
        let mark = frame
        let children = stack + mark + 1
        let count = top - mark - 1
        frame = Int(Int64(bitPattern: stack[mark].word))
        top = mark + 1
        depth -= 1
        if kind == .object {
            stack[mark] = try object(children, count: count / 2, cursor)
        } else {
            stack[mark] = try array(children, count: count, cursor)
        }
    }

    @inline(__always)
    private func array(
        _ children: UnsafeMutablePointer<Value>, count: Int, _ cursor: Cursor
    ) throws(Fault) -> Value {
        guard count > 0 else { return Value(word: 0, length: 0, kind: .array, flags: []) }
        let copy = try allocate(count * MemoryLayout<Value>.stride, cursor)
        copy.copyMemory(from: children, byteCount: count * MemoryLayout<Value>.stride)
        return Value(
            word: Value.address(of: copy), length: UInt32(truncatingIfNeeded: count), kind: .array, flags: [])
    }

    @inline(__always)
    private func object(
        _ children: UnsafeMutablePointer<Value>, count: Int, _ cursor: Cursor
    ) throws(Fault) -> Value {
        guard count > 0 else { return Value(word: 0, length: 0, kind: .object, flags: []) }
        let isIndexed = count > MemberIndex.threshold
        let memberBytes = count * MemoryLayout<Member>.stride
        let copy = try allocate(isIndexed ? MemberIndex.byteCount(members: count) : memberBytes, cursor)
        copy.copyMemory(from: children, byteCount: memberBytes)
        let members = copy.bindMemory(to: Member.self, capacity: count)
        let duplicate = isIndexed ? MemberIndex.build(members, count: count) : firstDuplicate(members, count)
        if let duplicate { throw duplicateFault(members[duplicate].key, cursor) }
        return Value(
            word: Value.address(of: copy), length: UInt32(truncatingIfNeeded: count), kind: .object,
            flags: isIndexed ? .indexed : [])
    }

    /// The position of the first member whose key an earlier member has. For few members.
    @inline(__always)
    private func firstDuplicate(_ members: UnsafePointer<Member>, _ count: Int) -> Int? {
        var position = 1
        while position < count {
            let key = members[position].key
            var earlier = 0
            while earlier < position {
                if MemberIndex.equal(members[earlier].key, key) { return position }
                earlier += 1
            }
            position += 1
        }
        return nil
    }

    /// A duplicate is found when its object closes; the place to show is the name itself, where that lies in the
    /// document, and the end of the object where the name had to be decoded.
    private func duplicateFault(_ key: Value, _ cursor: Cursor) -> Fault {
        let name = String(decoding: key.bytes, as: UTF8.self)
        if let pointer = key.pointer, pointer > UnsafeRawPointer(start), pointer < UnsafeRawPointer(end) {
            return Fault(kind: .duplicateMember(name), offset: pointer - UnsafeRawPointer(start) - 1)
        }
        return fault(.duplicateMember(name), cursor - 1)
    }

    @inline(__always)
    func allocate(_ byteCount: Int, _ cursor: Cursor) throws(Fault) -> UnsafeMutableRawPointer {
        do {
            return try arena.allocate(byteCount: byteCount)
        } catch {
            throw fault(.memoryExhausted(limit: error.byteLimit), cursor)
        }
    }
}

// MARK: - Tokens

extension Machine {
    @inline(__always)
    private func skipSpace(_ cursor: Cursor) -> Cursor {
        guard cursor < end, cursor.pointee <= UInt8(ascii: " ") else { return cursor }
        return skipLongSpace(cursor)
    }

    @inline(never)
    private func skipLongSpace(_ start: Cursor) -> Cursor {
        var cursor = start
        while cursor < end {
            switch cursor.pointee {
            case 0x20, 0x0a, 0x0d, 0x09: cursor += 1
            default: return cursor
            }
        }
        return cursor
    }

    /// A member name and the colon behind it; leaves the cursor at the value.
    @inline(__always)
    private func name(_ cursor: inout Cursor, _ expected: ParseError.Expectation) throws(Fault) -> Value {
        guard cursor < end else { throw endFault(expected) }
        guard cursor.pointee == UInt8(ascii: "\"") else {
            throw fault(.unexpectedByte(cursor.pointee, expected: expected), cursor)
        }
        let name = try string(&cursor)
        cursor = skipSpace(cursor)
        guard cursor < end else { throw endFault(.colon) }
        guard cursor.pointee == UInt8(ascii: ":") else {
            throw fault(.unexpectedByte(cursor.pointee, expected: .colon), cursor)
        }
        cursor = skipSpace(cursor + 1)
        return name
    }

    @inline(__always)
    private func word(
        _ text: StaticString, _ cursor: inout Cursor, _ expected: ParseError.Expectation
    ) throws(Fault) {
        var position = 0
        while position < text.utf8CodeUnitCount {
            guard cursor < end else { throw endFault(expected) }
            guard cursor.pointee == text.utf8Start[position] else {
                throw fault(.unexpectedByte(cursor.pointee, expected: expected), cursor)
            }
            cursor += 1
            position += 1
        }
    }

    @inline(__always)
    private func number(_ cursor: inout Cursor) throws(Fault) -> Value {
        let begin = cursor
        if cursor.pointee == UInt8(ascii: "-") {
            cursor += 1
            guard cursor < end else { throw endFault(.digit) }
            guard isDigit(cursor.pointee) else {
                throw fault(.unexpectedByte(cursor.pointee, expected: .digit), cursor)
            }
        }
        if cursor.pointee == UInt8(ascii: "0") {
            cursor += 1
            if cursor < end, isDigit(cursor.pointee) { throw fault(.leadingZero, begin) }
        } else {
            skipDigits(&cursor)
        }
        if cursor < end, cursor.pointee == UInt8(ascii: ".") {
            cursor += 1
            try digits(&cursor)
        }
        if cursor < end, cursor.pointee | 0x20 == UInt8(ascii: "e") {
            cursor += 1
            if cursor < end, cursor.pointee == UInt8(ascii: "+") || cursor.pointee == UInt8(ascii: "-") {
                cursor += 1
            }
            try digits(&cursor)
        }
        return Value(
            word: Value.address(of: begin), length: UInt32(truncatingIfNeeded: cursor - begin), kind: .number,
            flags: .literal)
    }

    /// One digit at least.
    @inline(__always)
    private func digits(_ cursor: inout Cursor) throws(Fault) {
        guard cursor < end else { throw endFault(.digit) }
        guard isDigit(cursor.pointee) else {
            throw fault(.unexpectedByte(cursor.pointee, expected: .digit), cursor)
        }
        skipDigits(&cursor)
    }

    @inline(__always)
    private func skipDigits(_ cursor: inout Cursor) {
        while cursor < end, isDigit(cursor.pointee) { cursor += 1 }
    }

    @inline(__always)
    private func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

    func fault(_ kind: ParseError.Kind, _ cursor: Cursor) -> Fault {
        Fault(kind: kind, offset: cursor - start)
    }

    func endFault(_ expected: ParseError.Expectation) -> Fault {
        Fault(kind: .unexpectedEnd(expected: expected), offset: end - start)
    }
}
