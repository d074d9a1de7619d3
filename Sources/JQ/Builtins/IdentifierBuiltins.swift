import JSON

/// Identifiers that follow from data: the same event gives the same one.
extension Builtin {
    static let identifiers: [Builtin] = [
        Builtin(
            "uuid5(namespace; name)",
            "The UUID, version 5 of RFC 9562, of a name in a namespace: a UUID, or `dns`, `url`, `oid` or `x500`.",
            [
                .init(#"uuid5("dns"; .)"#, #""www.example.com""#, #""2ed6657d-e927-568b-95e1-2665a8aea6a2""#),
                .init(
                    #"uuid5("6ba7b811-9dad-11d1-80b4-00c04fd430c8"; .) == uuid5("url"; .)"#,
                    #""https://example.com/1""#, "true"),
            ]
        ) { (evaluator, _, arguments) throws(Raised) in
            try evaluator.nameBasedUUID(namespace: arguments.first, name: arguments.second)
        }
    ]
}

extension Evaluator {
    func nameBasedUUID(namespace: Value, name: Value) throws(Raised) -> Value {
        guard name.kind == .string else { throw typeError(name, "cannot be named by a UUID, as it is not a string") }
        guard namespace.kind == .string,
            let space = UUIDText.parse(namespace.bytes) ?? UUIDText.namespace(named: namespace.bytes)
        else { throw typeError(namespace, "is no namespace: a UUID, or dns, url, oid or x500") }
        try spend(name.count / 16)
        var prefix = (space.high.bigEndian, space.low.bigEndian)
        var (high, low) = withUnsafeBytes(of: &prefix) { SHA1.prefix(of: $0, name.bytes) }
        high = high & ~0xF000 | 0x5000
        low = low & ~(0xC0 << 56) | 0x80 << 56
        let text = try allocate(byteCount: 36).bindMemory(to: UInt8.self, capacity: 36)
        UUIDText.write(high: high, low: low, to: text)
        return .string(UnsafeRawBufferPointer(start: text, count: 36), flags: [.verbatim, .ascii])
    }
}
