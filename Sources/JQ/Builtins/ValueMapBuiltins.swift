import JSON

/// Code lists.
extension Builtin {
    static let valueMapBuiltins: [Builtin] = [
        Builtin(
            "lookup($map; $code)", "What a value map has for a code.",
            [
                .init(#"lookup("countries"; .country)"#, #"{"country":"DE"}"#, #""276""#),
                .init(
                    #"lookup("countries"; .country)"#, #"{"country":"XX"}"#,
                    #"error: no entry "XX" in the value map "countries""#),
            ]
        ) {
            (evaluator, _, arguments) throws(Raised) in
            try evaluator.lookup(arguments.second, in: arguments.first, otherwise: nil)
        },
        Builtin(
            "lookup($map; $code; $default)", "What a value map has for a code, or else the default.",
            [.init(#"lookup("countries"; .country; "unknown")"#, #"{"country":"XX"}"#, #""unknown""#)]
        ) {
            (evaluator, _, arguments) throws(Raised) in
            try evaluator.lookup(arguments.second, in: arguments.first, otherwise: arguments.third)
        },
    ]
}

extension Evaluator {
    /// The entry of a code. `null` is a code that no map has, so that what is missing in the event has its default.
    func lookup(_ code: Value, in name: Value, otherwise fallback: Value?) throws(Raised) -> Value {
        let map = try valueMap(named: name)
        if let text = try codeText(of: code, map), let value = map.object.member(text) { return value }
        if let fallback { return fallback }
        if map.hasFallback { return map.fallback }
        text.removeAll()
        text.write(code)
        let code = text.text
        throw fail("no entry \(code) in the value map \"\(map.name.string ?? "")\"")
    }

    private func valueMap(named name: Value) throws(Raised) -> ValueMapEntry {
        guard name.kind == .string else {
            throw fail("the name of a value map must be a string, not \(described(name))")
        }
        for map in valueMaps where UTF8Text.compare(map.name.bytes, name.bytes) == 0 { return map }
        let known = valueMaps.map { $0.name.string ?? "" }
        let hint = NearestName.suggestion(for: name.string ?? "", among: known)
        throw fail("there is no value map \(described(name))\(hint)")
    }

    /// Codes are strings; numbers and booleans stand for their JSON text. `nil` for `null`.
    private func codeText(of code: Value, _ map: ValueMapEntry) throws(Raised) -> UnsafeRawBufferPointer? {
        switch code.kind {
        case .string: return code.bytes
        case .null: return nil
        case .number where code.isLiteral: return code.bytes
        case .number, .true, .false:
            text.removeAll()
            text.write(code)
            return text.bytes
        case .array, .object:
            throw typeError(code, "cannot be a code of the value map \"\(map.name.string ?? "")\"")
        }
    }
}
