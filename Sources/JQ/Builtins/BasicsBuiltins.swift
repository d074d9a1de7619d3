import JSON

/// Kinds, conversion and comparison.
extension Builtin {
    static let basics: [Builtin] = [
        Builtin("not", "`false` for everything but `null` and `false`.") { (_, input, _) in
            .bool(!input.isTruthy)
        },
        Builtin("type", "The name of the input's kind.") { (_, input, _) in
            switch input.kind {
            case .null: Evaluator.name("null")
            case .false, .true: Evaluator.name("boolean")
            case .number: Evaluator.name("number")
            case .string: Evaluator.name("string")
            case .array: Evaluator.name("array")
            case .object: Evaluator.name("object")
            }
        },
        Builtin(
            "length", "Characters of a string, elements or members of a container, the absolute value of a number."
        ) { (evaluator, input, _) throws(Raised) in
            switch input.kind {
            case .null: return .number(0)
            case .array, .object: return .number(Double(input.count))
            case .string:
                return .number(Double(input.flags.contains(.ascii) ? input.count : UTF8Text.count(input.bytes)))
            case .number: return try evaluator.absolute(input)
            default: throw evaluator.typeError(input, "has no length")
            }
        },
        Builtin("utf8bytelength", "The bytes of a string in UTF-8.") { (evaluator, input, _) throws(Raised) in
            guard input.kind == .string else {
                throw evaluator.typeError(input, "only strings have UTF-8 byte length")
            }
            return .number(Double(input.count))
        },
        Builtin("tostring", "A string as it is, all else as JSON.") { (evaluator, input, _) throws(Raised) in
            try evaluator.toString(input)
        },
        Builtin("tojson", "The input as JSON, in a string.") { (evaluator, input, _) throws(Raised) in
            try evaluator.toJSON(input)
        },
        Builtin("fromjson", "The value of the JSON in a string.") { (evaluator, input, _) throws(Raised) in
            try evaluator.fromJSON(input)
        },
        Builtin("tonumber", "A number as it is, a string read as a number.") {
            (evaluator, input, _) throws(Raised) in
            try evaluator.toNumber(input)
        },
        Builtin("toboolean", "A boolean as it is, the strings `true` and `false` as booleans.") {
            (evaluator, input, _) throws(Raised) in
            switch input.kind {
            case .true, .false: return input
            case .string where input.string == "true": return .true
            case .string where input.string == "false": return .false
            default: throw evaluator.typeError(input, "cannot be parsed as a boolean")
            }
        },
        Builtin("toarray", "An array as it is, all else in an array.") { (evaluator, input, _) throws(Raised) in
            input.kind == .array ? input : try evaluator.array(input)
        },
        Builtin("arrays", "The input if it is an array.", jq: #"if type == "array" then . else empty end"#),
        Builtin("objects", "The input if it is an object.", jq: #"if type == "object" then . else empty end"#),
        Builtin(
            "iterables", "The input if it is an array or an object.",
            jq: #"if type | . == "array" or . == "object" then . else empty end"#),
        Builtin("booleans", "The input if it is a boolean.", jq: #"if type == "boolean" then . else empty end"#),
        Builtin("numbers", "The input if it is a number.", jq: #"if type == "number" then . else empty end"#),
        Builtin("strings", "The input if it is a string.", jq: #"if type == "string" then . else empty end"#),
        Builtin("nulls", "The input if it is `null`.", jq: "if . == null then . else empty end"),
        Builtin("values", "The input unless it is `null`.", jq: "if . == null then empty else . end"),
        Builtin(
            "scalars", "The input unless it is an array or an object.",
            jq: #"if type | . == "array" or . == "object" then empty else . end"#),
        Builtin("now", "The time of the evaluation, in seconds since 1970-01-01T00:00:00Z.") { (evaluator, _, _) in
            .number(evaluator.now)
        },
        Builtin("builtins", "The names and arities of all builtins.") { (evaluator, _, _) throws(Raised) in
            var result = Value.emptyArray
            for builtin in Builtin.all where !builtin.name.hasPrefix("_") {
                result = try evaluator.append(try evaluator.string(builtin.key), to: result)
            }
            return result
        },
        Builtin("have_decnum", "`true`: literals keep their digits and are compared as decimals.") { (_, _, _) in
            .true
        },
        Builtin("have_literal_numbers", "`true`: literals keep their digits.") { (_, _, _) in .true },
    ]
}

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
