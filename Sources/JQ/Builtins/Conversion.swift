import JSON

extension Evaluator {
    func toString(_ value: Value) throws(Raised) -> Value {
        value.kind == .string ? value : try toJSON(value)
    }

    func toJSON(_ value: Value) throws(Raised) -> Value {
        switch value.kind {
        case .null: return Evaluator.name("null")
        case .true: return Evaluator.name("true")
        case .false: return Evaluator.name("false")
        case .number where value.isLiteral:
            return .string(value.bytes, flags: [.verbatim, .ascii])
        default:
            text.removeAll()
            text.write(value)
            try spend(text.bytes.count / 64)
            return try stringOfText()
        }
    }

    func fromJSON(_ value: Value) throws(Raised) -> Value {
        guard value.kind == .string else { throw typeError(value, "only strings can be parsed") }
        if let special = Evaluator.specialNumber(value.bytes) { return .number(special) }
        try spend(value.count / 64)
        do throws(ParseError) {
            let limits = JSON.Limits(depth: limits.depth)
            return try JSON.Parser(limits: limits).parse(value.bytes, into: arena)
        } catch {
            if case .memoryExhausted = error.kind { throw memoryExhausted() }
            if case .depthExceeded = error.kind { throw fail("Exceeds depth limit for parsing") }
            let start =
                value.count > 40 ? String(decoding: value.bytes.prefix(40), as: UTF8.self) + "..." : value.string
            throw fail(
                "\(error.message) at line \(error.line), column \(error.column) (while parsing '\(start ?? "")')")
        }
    }

    /// jq reads these from JSON texts of nothing else.
    private static func specialNumber(_ bytes: UnsafeRawBufferPointer) -> Double? {
        guard bytes.count <= 4 else { return nil }
        switch String(decoding: bytes, as: UTF8.self) {
        case "nan", "NaN", "-nan", "-NaN": return .nan
        default: return nil
        }
    }

    func toNumber(_ value: Value) throws(Raised) -> Value {
        if value.kind == .number { return value }
        guard value.kind == .string else { throw typeError(value, "cannot be parsed as a number") }
        if let literal = try NumberText.literal(value.bytes, in: self) { return literal }
        if Evaluator.specialNumber(value.bytes) != nil { return .number(.nan) }
        throw typeError(value, "cannot be parsed as a number")
    }

    func absolute(_ value: Value) throws(Raised) -> Value {
        if value.isLiteral {
            return value.bytes.first == UInt8(ascii: "-") ? try negate(value) : value
        }
        return .number(abs(value.double ?? 0))
    }
}

/// Numbers in strings: as in JSON, but also with a leading `+`, leading zeros, `.5` and `5.`.
enum NumberText {
    static func literal(_ bytes: UnsafeRawBufferPointer, in evaluator: Evaluator) throws(Raised) -> Value? {
        var index = 0
        func digits() -> Int {
            let start = index
            while index < bytes.count, bytes[index] &- UInt8(ascii: "0") < 10 { index += 1 }
            return index - start
        }
        var start = 0
        var isNegative = false
        if let sign = bytes.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
            isNegative = sign == UInt8(ascii: "-")
            index = 1
            start = 1
        }
        let whole = digits()
        var fraction = 0
        var hasPoint = false
        if index < bytes.count, bytes[index] == UInt8(ascii: ".") {
            hasPoint = true
            index += 1
            fraction = digits()
        }
        guard whole + fraction > 0 else { return nil }
        if index < bytes.count, bytes[index] | 0x20 == UInt8(ascii: "e") {
            index += 1
            if index < bytes.count, bytes[index] == UInt8(ascii: "+") || bytes[index] == UInt8(ascii: "-") {
                index += 1
            }
            guard digits() > 0 else { return nil }
        }
        guard index == bytes.count else { return nil }
        // What is JSON already is taken as it is.
        let hasLeadingZero = whole > 1 && bytes[start] == UInt8(ascii: "0")
        if bytes[0] != UInt8(ascii: "+"), whole > 0, !hasLeadingZero, !hasPoint || fraction > 0 {
            return .literal(bytes)
        }
        var text = isNegative ? "-" : ""
        let body = String(decoding: bytes[start...], as: UTF8.self).drop { $0 == "0" }
        if body.first.map({ !$0.isNumber }) ?? true { text += "0" }
        let mantissa = body.prefix { $0 != "e" && $0 != "E" }
        text += mantissa.last == "." ? mantissa.dropLast() : mantissa
        text += body[mantissa.endIndex...]
        return .literal(try evaluator.string(text).bytes)
    }
}
