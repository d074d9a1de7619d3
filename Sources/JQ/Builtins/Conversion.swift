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
            try checkSize(value)
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
            let limit = 1000
            let start =
                value.count > limit ? String(decoding: value.bytes.prefix(limit), as: UTF8.self) + "..." : value.string
            let message =
                JSONFault.message(of: value.bytes)
                ?? "\(error.message) at line \(error.line), column \(error.column)"
            throw fail("\(message) (while parsing '\(start ?? "")')")
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
    /// The parts of such a text.
    private struct Parts {
        var isNegative = false
        /// Behind the sign.
        var start = 0
        var wholeDigits = 0
        var fractionDigits = 0
        var hasPoint = false
    }

    static func isNumber(_ bytes: UnsafeRawBufferPointer) -> Bool { parts(of: bytes) != nil }

    private static func parts(of bytes: UnsafeRawBufferPointer) -> Parts? {
        var parts = Parts()
        var index = 0
        func digits() -> Int {
            let start = index
            while index < bytes.count, bytes[index] &- UInt8(ascii: "0") < 10 { index += 1 }
            return index - start
        }
        if let sign = bytes.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
            parts.isNegative = sign == UInt8(ascii: "-")
            index = 1
            parts.start = 1
        }
        parts.wholeDigits = digits()
        if index < bytes.count, bytes[index] == UInt8(ascii: ".") {
            parts.hasPoint = true
            index += 1
            parts.fractionDigits = digits()
        }
        guard parts.wholeDigits + parts.fractionDigits > 0 else { return nil }
        if index < bytes.count, bytes[index] | 0x20 == UInt8(ascii: "e") {
            index += 1
            if index < bytes.count, bytes[index] == UInt8(ascii: "+") || bytes[index] == UInt8(ascii: "-") {
                index += 1
            }
            guard digits() > 0 else { return nil }
        }
        return index == bytes.count ? parts : nil
    }

    static func literal(_ bytes: UnsafeRawBufferPointer, in evaluator: Evaluator) throws(Raised) -> Value? {
        guard let parts = parts(of: bytes) else { return nil }
        // What is JSON already is taken as it is.
        let hasLeadingZero = parts.wholeDigits > 1 && bytes[parts.start] == UInt8(ascii: "0")
        let isComplete = parts.wholeDigits > 0 && (!parts.hasPoint || parts.fractionDigits > 0)
        if bytes[0] != UInt8(ascii: "+"), !hasLeadingZero, isComplete { return .literal(bytes) }
        var text = parts.isNegative ? "-" : ""
        let body = String(decoding: bytes[parts.start...], as: UTF8.self).drop { $0 == "0" }
        if body.first.map({ !$0.isNumber }) ?? true { text += "0" }
        let mantissa = body.prefix { $0 != "e" && $0 != "E" }
        text += mantissa.last == "." ? mantissa.dropLast() : mantissa
        text += body[mantissa.endIndex...]
        return .literal(try evaluator.string(text).bytes)
    }
}
