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

    /// What changes while parsing. It is a local of ``run(_:)`` and not part of the machine, so that the compiler keeps
    /// it in registers: the machine itself is never written, so helpers read it without copies.
    private struct State {
        /// Values on the stack.
        var top = 0
        /// Where the mark of the innermost open container lies; -1 when none is open.
        var frame = -1
        var depth = 0
        /// The stack's memory.
        var stack: UnsafeMutablePointer<Value>
        var capacity: Int

        init(_ scratch: borrowing Scratch) {
            stack = scratch.base
            capacity = scratch.capacity
        }

        @inline(__always)
        mutating func push(_ value: Value) {
            stack[top] = value
            top &+= 1
        }
    }

    /// A fault while parsing; the caller adds line and column.
    struct Fault: Error {
        let kind: ParseError.Kind
        let offset: Int
    }

    borrowing func run(_ scratch: inout Scratch) throws(Fault) -> Value {
        var state = State(scratch)
        var cursor = start
        if end - start >= 3, start[0] == 0xef, start[1] == 0xbb, start[2] == 0xbf {
            throw fault(.byteOrderMark, start)
        }
        cursor = skipSpace(cursor)
        nextValue: while true {
            guard cursor < end else { throw endFault(.value) }
            if state.top &+ 3 > state.capacity { grow(&scratch, &state) }
            switch cursor.pointee {
            case UInt8(ascii: "\""):
                state.push(try string(&cursor))
            case UInt8(ascii: "{"):
                try open(.object, at: cursor, &state)
                cursor = skipSpace(cursor + 1)
                guard cursor < end else { throw endFault(.nameOrEndOfObject) }
                if cursor.pointee == UInt8(ascii: "}") {
                    cursor += 1
                    try close(.object, at: cursor, &state)
                } else {
                    state.push(try name(&cursor, .nameOrEndOfObject))
                    continue nextValue
                }
            case UInt8(ascii: "["):
                try open(.array, at: cursor, &state)
                cursor = skipSpace(cursor + 1)
                guard cursor < end else { throw endFault(.valueOrEndOfArray) }
                if cursor.pointee == UInt8(ascii: "]") {
                    cursor += 1
                    try close(.array, at: cursor, &state)
                } else {
                    continue nextValue
                }
            case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                state.push(try number(&cursor))
            case UInt8(ascii: "t"):
                try word("true", &cursor, .literalTrue)
                state.push(.true)
            case UInt8(ascii: "f"):
                try word("false", &cursor, .literalFalse)
                state.push(.false)
            case UInt8(ascii: "n"):
                try word("null", &cursor, .literalNull)
                state.push(.null)
            default:
                throw fault(.unexpectedByte(cursor.pointee, expected: .value), cursor)
            }

            // A value is complete: what follows depends on the container that it stands in.
            while state.frame >= 0 {
                cursor = skipSpace(cursor)
                let kind = state.stack[state.frame].kind
                guard cursor < end else {
                    throw endFault(kind == .object ? .commaOrEndOfObject : .commaOrEndOfArray)
                }
                let byte = cursor.pointee
                if byte == UInt8(ascii: ",") {
                    cursor = skipSpace(cursor + 1)
                    if kind == .object {
                        if state.top &+ 3 > state.capacity { grow(&scratch, &state) }
                        state.push(try name(&cursor, .name))
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
                try close(kind, at: cursor, &state)
            }
            break
        }
        cursor = skipSpace(cursor)
        guard cursor == end else {
            throw fault(.unexpectedByte(cursor.pointee, expected: .endOfDocument), cursor)
        }
        return state.stack[0]
    }
}

// MARK: - Containers

extension Machine {
    @inline(never)
    private borrowing func grow(_ scratch: inout Scratch, _ state: inout State) {
        scratch.grow(used: state.top)
        state.stack = scratch.base
        state.capacity = scratch.capacity
    }

    @inline(__always)
    private borrowing func open(_ kind: Value.Kind, at cursor: Cursor, _ state: inout State) throws(Fault) {
        guard state.depth < depthLimit else { throw fault(.depthExceeded(limit: depthLimit), cursor) }
        state.depth &+= 1
        let mark = Value(word: UInt64(bitPattern: Int64(state.frame)), length: 0, kind: kind, flags: [])
        state.frame = state.top
        state.push(mark)
    }

    @inline(__always)
    private borrowing func close(_ kind: Value.Kind, at cursor: Cursor, _ state: inout State) throws(Fault) {
        let mark = state.frame
        let children = state.stack + mark + 1
        let count = state.top &- mark &- 1
        state.frame = Int(Int64(bitPattern: state.stack[mark].word))
        state.top = mark &+ 1
        state.depth &-= 1
        if kind == .object {
            state.stack[mark] = try object(children, count: count >> 1, cursor)
        } else {
            state.stack[mark] = try array(children, count: count, cursor)
        }
    }

    @inline(__always)
    private borrowing func array(
        _ children: UnsafeMutablePointer<Value>, count: Int, _ cursor: Cursor
    ) throws(Fault) -> Value {
        guard count > 0 else { return Value(word: 0, length: 0, kind: .array, flags: []) }
        let copy = try allocate(count * MemoryLayout<Value>.stride, cursor)
        copy.copyMemory(from: children, byteCount: count * MemoryLayout<Value>.stride)
        return Value(
            word: Value.address(of: copy), length: UInt32(truncatingIfNeeded: count), kind: .array, flags: [])
    }

    @inline(__always)
    private borrowing func object(
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
    ///
    /// A key is compared with those before it only if one of them has the same sign, one of 64.
    @inline(__always)
    private borrowing func firstDuplicate(_ members: UnsafePointer<Member>, _ count: Int) -> Int? {
        var signs: UInt64 = 0
        var position = 0
        while position < count {
            let key = members[position].key
            let sign = sign(key)
            if signs & sign != 0, isAmong(members, position, key) { return position }
            signs |= sign
            position += 1
        }
        return nil
    }

    /// One bit, from a key's length and its first and last byte.
    @inline(__always)
    private borrowing func sign(_ key: Value) -> UInt64 {
        guard key.length > 0, let pointer = key.pointer else { return 1 }
        let bytes = pointer.assumingMemoryBound(to: UInt8.self)
        let ends = UInt64(bytes[0]) | UInt64(bytes[key.count - 1]) << 8 | UInt64(key.length) << 16
        return 1 &<< ((ends &* 0x9e37_79b9_7f4a_7c15) &>> 58)
    }

    @inline(never)
    private borrowing func isAmong(_ members: UnsafePointer<Member>, _ count: Int, _ key: Value) -> Bool {
        for position in 0..<count where MemberIndex.equal(members[position].key, key) { return true }
        return false
    }

    /// A duplicate is found when its object closes; the place to show is the name itself, where that lies in the
    /// document, and the end of the object where the name had to be decoded.
    private borrowing func duplicateFault(_ key: Value, _ cursor: Cursor) -> Fault {
        let name = String(decoding: key.bytes, as: UTF8.self)
        if let pointer = key.pointer, pointer > UnsafeRawPointer(start), pointer < UnsafeRawPointer(end) {
            return Fault(kind: .duplicateMember(name), offset: pointer - UnsafeRawPointer(start) - 1)
        }
        return fault(.duplicateMember(name), cursor - 1)
    }

    @inline(__always)
    borrowing func allocate(_ byteCount: Int, _ cursor: Cursor) throws(Fault) -> UnsafeMutableRawPointer {
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
    private borrowing func skipSpace(_ cursor: Cursor) -> Cursor {
        guard cursor < end, cursor.pointee <= UInt8(ascii: " ") else { return cursor }
        return skipLongSpace(cursor)
    }

    @inline(never)
    private borrowing func skipLongSpace(_ start: Cursor) -> Cursor {
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
    private borrowing func name(_ cursor: inout Cursor, _ expected: ParseError.Expectation) throws(Fault) -> Value {
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
    private borrowing func word(
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
    private borrowing func number(_ cursor: inout Cursor) throws(Fault) -> Value {
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
    private borrowing func digits(_ cursor: inout Cursor) throws(Fault) {
        guard cursor < end else { throw endFault(.digit) }
        guard isDigit(cursor.pointee) else {
            throw fault(.unexpectedByte(cursor.pointee, expected: .digit), cursor)
        }
        skipDigits(&cursor)
    }

    @inline(__always)
    private borrowing func skipDigits(_ cursor: inout Cursor) {
        while cursor < end, isDigit(cursor.pointee) { cursor += 1 }
    }

    @inline(__always)
    private borrowing func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

    borrowing func fault(_ kind: ParseError.Kind, _ cursor: Cursor) -> Fault {
        Fault(kind: kind, offset: cursor - start)
    }

    borrowing func endFault(_ expected: ParseError.Expectation) -> Fault {
        Fault(kind: .unexpectedEnd(expected: expected), offset: end - start)
    }
}
