import Yams

extension ValueType {
    /// A type whose values are written as one scalar.
    ///
    /// - Parameters:
    ///   - expected: what to ask for when the value is something else.
    ///   - parse: gives `nil` when the text is none of these values.
    static func scalar(
        _ name: String, schema: SchemaTree, expected: String, write: @escaping @Sendable (Value) -> SchemaTree?,
        parse: @escaping @Sendable (String) -> Value?
    ) -> ValueType {
        ValueType(name: name, schema: schema) { node, site, reader in
            guard let text = reader.text(node, expected: expected, site) else { return nil }
            if let value = parse(text.value) { return value }
            reader.reject(text, expected: expected, site)
            return nil
        } write: { value in
            write(value)
        }
    }
}

extension SchemaTree {
    /// A string, which may be anything once it is expanded.
    static let text = SchemaTree.object([.init("type", .string("string"))])

    /// A string of this form, or one to be expanded.
    static func text(pattern: String) -> SchemaTree {
        .object([.init("type", .string("string")), .init("pattern", .string("^(\(pattern))$|\\$\\{"))])
    }

    /// A value of this schema, or a string to be expanded.
    func orExpanded() -> SchemaTree {
        .object([
            .init(
                "anyOf",
                .array([self, .object([.init("type", .string("string")), .init("pattern", .string("\\$\\{"))])]))
        ])
    }
}

// MARK: - Texts

extension ValueType where Value == String {
    /// Any text but the empty one.
    static var text: ValueType {
        .scalar("text", schema: .text, expected: "a text", write: { .string($0) }, parse: { $0.isEmpty ? nil : $0 })
    }

    /// A text that `check` accepts.
    static func text(
        _ name: String, pattern: String, expected: String, check: @escaping @Sendable (String) -> Bool
    ) -> ValueType {
        .scalar(
            name, schema: .text(pattern: pattern), expected: expected, write: { .string($0) },
            parse: {
                check($0) ? $0 : nil
            })
    }

    /// The address of a REST API, without a slash at its end.
    static var url: ValueType {
        let expected = "an http or https URL without credentials, query and fragment"
        return .scalar(
            "URL", schema: .text(pattern: "https?://[^\\s?#@]+"), expected: expected, write: { .string($0) },
            parse: { text in
                Names.isURL(text) ? String(text.reversed().drop { $0 == "/" }.reversed()) : nil
            })
    }

    /// The name of a Kafka topic.
    static var topic: ValueType {
        .text(
            "topic", pattern: "[A-Za-z0-9._-]{1,249}",
            expected: "the name of a topic (letters, digits, ‘.’, ‘_’ and ‘-’, at most 249)", check: Names.isTopic)
    }

    /// The name of an HTTP header.
    static var headerName: ValueType {
        .text(
            "header name", pattern: "[A-Za-z0-9!#$%&'*+.^_`|~-]+", expected: "the name of an HTTP header",
            check: Names.isHeaderName)
    }
}

extension ValueType where Value == Secret {
    /// A text that is never shown.
    static var secret: ValueType {
        ValueType(name: "secret", schema: .text) { node, site, reader in
            guard let text = reader.text(node, expected: "a secret, such as ${file:/run/secrets/name}", site) else {
                return nil
            }
            if !text.value.isEmpty { return Secret(text.value) }
            reader.report("the secret is empty", site)
            return nil
        }
    }
}

// MARK: - Numbers

extension ValueType where Value == Int {
    /// A whole number.
    /// - Parameter refusals: words that later versions understand, and why they are refused here.
    static func integer(_ range: ClosedRange<Int>, refusals: [String: String] = [:]) -> ValueType {
        let expected = "a whole number from \(range.lowerBound) to \(range.upperBound)"
        let schema = SchemaTree.object([
            .init("type", .string("integer")), .init("minimum", .integer(range.lowerBound)),
            .init("maximum", .integer(range.upperBound)),
        ])
        return ValueType(name: "number, \(range.lowerBound) to \(range.upperBound)", schema: schema.orExpanded()) {
            node, site, reader in
            guard let text = reader.text(node, expected: expected, site) else { return nil }
            if let refusal = refusals[text.value] {
                reader.report(refusal, site)
            } else if let number = Int(text.value), range.contains(number) {
                return number
            } else {
                reader.reject(text, expected: expected, site)
            }
            return nil
        } write: {
            .integer($0)
        }
    }

    /// A number of bytes, such as `16MiB`.
    static func byteCount(_ range: ClosedRange<Int>) -> ValueType {
        let bounds = "\(ByteCount.text(range.lowerBound)) to \(ByteCount.text(range.upperBound))"
        return .scalar(
            "size, \(bounds)", schema: .text(pattern: "[0-9]+(B|kB|MB|GB|KiB|MiB|GiB)"),
            expected: "a size such as 512KiB or 16MiB, from \(bounds)", write: { .string(ByteCount.text($0)) },
            parse: { text in
                ByteCount.parse(text).flatMap { range.contains($0) ? $0 : nil }
            })
    }
}

extension ValueType where Value == Duration {
    /// A span of time, such as `10s`.
    static func duration(_ range: ClosedRange<Duration>) -> ValueType {
        let bounds = "\(DurationText.text(range.lowerBound)) to \(DurationText.text(range.upperBound))"
        return .scalar(
            "duration, \(bounds)", schema: .text(pattern: "([0-9]+(ms|s|m|h))+"),
            expected: "a duration such as 500ms, 10s or 2m, from \(bounds)", write: { .string(DurationText.text($0)) },
            parse: { text in
                DurationText.parse(text).flatMap { range.contains($0) ? $0 : nil }
            })
    }
}

extension ValueType where Value == Bool {
    /// `true` or `false`.
    static var flag: ValueType {
        let schema = SchemaTree.object([.init("type", .string("boolean"))])
        return .scalar(
            "true or false", schema: schema.orExpanded(), expected: "true or false", write: { .bool($0) },
            parse: {
                ["true": true, "false": false][$0]
            })
    }
}

// MARK: - Choices

extension ValueType where Value: CaseIterable & RawRepresentable, Value.RawValue == String, Value.AllCases: Sendable {
    /// One of a few words.
    /// - Parameter refusals: words that later versions understand, and why they are refused here.
    static func choice(refusals: [String: String] = [:]) -> ValueType {
        let words = Value.allCases.map(\.rawValue)
        let expected = words.count == 1 ? "‘\(words[0])’" : "one of \(words.joined(separator: ", "))"
        let schema = SchemaTree.object([.init("enum", .array(words.map { .string($0) }))])
        return ValueType(name: words.joined(separator: " \\| "), schema: schema.orExpanded()) { node, site, reader in
            guard let text = reader.text(node, expected: expected, site) else { return nil }
            if let value = Value(rawValue: text.value) { return value }
            if let refusal = refusals[text.value] {
                reader.report(refusal, site)
                return nil
            }
            let suggestion = Suggestion.nearest(to: text.value, among: words)
            reader.reject(text, expected: expected + Suggestion.phrase(suggestion), site)
            return nil
        } write: {
            .string($0.rawValue)
        }
    }
}
