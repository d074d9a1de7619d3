import JSON

/// Constants, strings and objects.
extension Compiler {
    static var emptyArray: Value { .array(UnsafeBufferPointer(start: nil, count: 0)) }
    static var emptyObject: Value { .object(UnsafeBufferPointer(start: nil, count: 0)) }

    func compileConstant(_ expression: Expression) throws(CompileError) -> Int32 {
        let place = expression.place
        switch expression.form {
        case .true: return try add(Node(.constant, value: .true), place)
        case .false: return try add(Node(.constant, value: .false), place)
        case .number(let text): return try add(Node(.constant, value: try number(text, place)), place)
        case .location: return try add(Node(.constant, value: try location(place)), place)
        default: return try add(Node(.constant, value: .null), place)
        }
    }

    /// A string kept by the program.
    func string(_ text: String, _ place: Place) throws(CompileError) -> Value {
        let bytes = Array(text.utf8)
        let copy = try keep(bytes, place)
        return Value.string(copy, flags: Text.flags(of: copy))
    }

    /// A number kept by its literal, which is brought into JSON's notation: `.5`, `1.` and `007` are none.
    func number(_ text: String, _ place: Place) throws(CompileError) -> Value {
        var digits = Substring(text)
        var literal = ""
        if digits.first == "-" { literal.append(String(digits.removeFirst())) }
        digits = digits.drop { $0 == "0" }
        if digits.first.map({ !$0.isNumber }) ?? true { literal.append("0") }
        let mantissa = digits.prefix { $0 != "e" && $0 != "E" }
        literal.append(contentsOf: mantissa.last == "." ? mantissa.dropLast() : mantissa)
        literal.append(contentsOf: digits[mantissa.endIndex...])
        return Value.literal(try keep(Array(literal.utf8), place))
    }

    private func keep(_ bytes: [UInt8], _ place: Place) throws(CompileError) -> UnsafeRawBufferPointer {
        guard let copy = try? constants.allocate(byteCount: max(bytes.count, 1)) else {
            throw failure("the program's constants are too large", place)
        }
        bytes.withUnsafeBytes { copy.copyMemory(from: $0.baseAddress ?? UnsafeRawPointer(copy), byteCount: $0.count) }
        return UnsafeRawBufferPointer(start: copy, count: bytes.count)
    }

    private func location(_ place: Place) throws(CompileError) -> Value {
        guard let members = try? constants.allocate(Member.self, count: 2) else {
            throw failure("the program's constants are too large", place)
        }
        let source = sources[Int(place.source)]
        let line = source.position(of: place.start).line
        members[0] = Member(key: try string("file", place), value: try string(source.name, place))
        members[1] = Member(key: try string("line", place), value: .number(Double(line)))
        return .object(UnsafeBufferPointer(start: members, count: 2))
    }

    // MARK: Strings

    func compileString(
        _ pieces: [Expression.Piece], format name: String?, _ place: Place, _ scope: Scope?, _ frame: FrameLayout
    ) throws(CompileError) -> Int32 {
        let format = try format(name ?? "text", place)
        var parts: [Int32] = []
        for piece in pieces {
            switch piece {
            case .text(let text):
                parts.append(try add(Node(.constant, value: try string(text, place)), place))
            case .interpolation(let expression):
                let value = try compile(expression, scope, frame)
                parts.append(try add(Node(.format, code: format, a: value), place))
            }
        }
        if parts.isEmpty { return try add(Node(.constant, value: try string("", place)), place) }
        if parts.count == 1 { return parts[0] }
        return try add(Node(.concatenate, a: addList(parts), b: Int32(parts.count)), place)
    }

    func format(_ name: String, _ place: Place) throws(CompileError) -> UInt16 {
        guard let format = Format(name: name) else { throw failure("\(name) is not a valid format", place) }
        return UInt16(format.rawValue)
    }

    // MARK: Objects

    func compileObject(
        _ members: [(key: Expression, value: Expression)], _ place: Place, _ scope: Scope?, _ frame: FrameLayout
    ) throws(CompileError) -> Int32 {
        if members.isEmpty { return try add(Node(.constant, value: Compiler.emptyObject), place) }
        var list: [Int32] = []
        var names: Set<String> = []
        var keysAreDistinctConstants = true
        for member in members {
            let key = try compile(member.key, scope, frame)
            try checkKey(key, member.key.place)
            if let name = constantString(key) {
                if !names.insert(name).inserted { keysAreDistinctConstants = false }
            } else {
                keysAreDistinctConstants = false
            }
            list.append(key)
            list.append(try compile(member.value, scope, frame))
        }
        return try add(
            Node(.object, code: keysAreDistinctConstants ? 1 : 0, a: addList(list), b: Int32(members.count)), place)
    }

    /// A constant that is no string can never be a key.
    func checkKey(_ key: Int32, _ place: Place) throws(CompileError) {
        let node = nodes[Int(key)]
        let constant = node.opcode == .constant ? node.value.kind : node.opcode == .collect ? .array : .string
        guard constant == .string else {
            throw failure("a \(Text.kindName(constant)) cannot be an object's key", place)
        }
    }

    private func constantString(_ node: Int32) -> String? {
        nodes[Int(node)].opcode == .constant ? nodes[Int(node)].value.string : nil
    }
}
