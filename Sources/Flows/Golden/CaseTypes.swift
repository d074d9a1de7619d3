import Foundation
import JQ
import JSON
import Yams

extension ValueType where Value == JSONText {
    /// Any document.
    static var json: ValueType {
        ValueType(name: "any value", schema: .object([])) { node, _, reader in
            var text = JSONText(bytes: Array(YAMLToJSON.text(of: node).utf8), place: reader.place(of: node))
            notePlaces(in: node, Pointer(), reader, &text.places)
            return text
        }
    }

    private static func notePlaces(
        in node: Node, _ pointer: Pointer, _ reader: ConfigurationReader, _ places: inout [String: SourcePlace]
    ) {
        for (key, value) in node.mapping ?? [:] {
            let inside = pointer.appending(key.scalar?.string ?? "")
            places[inside.description] = reader.place(of: key)
            notePlaces(in: value, inside, reader, &places)
        }
        for (position, element) in (node.sequence ?? []).enumerated() {
            let inside = pointer.appending(position)
            places[inside.description] = reader.place(of: element)
            notePlaces(in: element, inside, reader, &places)
        }
    }

    /// An object.
    static var jsonObject: ValueType {
        ValueType(name: "object", schema: .object([.init("type", .string("object"))])) { node, site, reader in
            guard node.mapping != nil else {
                reader.report("expected an object", site)
                return nil
            }
            return json.read(node, site, reader)
        }
    }
}

extension ValueType where Value == CaseBytes {
    /// A text, or a document that is written as JSON.
    static var bytes: ValueType {
        ValueType(name: "text or any value", schema: .object([])) { node, _, _ in
            if let scalar = node.scalar, YAMLToJSON.isString(scalar) {
                return CaseBytes(bytes: Array(scalar.string.utf8))
            }
            return CaseBytes(bytes: Array(YAMLToJSON.text(of: node).utf8))
        }
    }
}

extension ValueType where Value == Int64 {
    /// A point in time, as milliseconds since 1970.
    static var timestamp: ValueType {
        .scalar(
            "time", schema: .text, expected: "a time by RFC 3339 such as 2026-01-01T00:00:00Z",
            write: { .string(Timestamp.text(milliseconds: $0)) }, parse: Self.milliseconds)
    }

    private static func milliseconds(_ text: String) -> Int64? {
        let date =
            (try? Date(text, strategy: .iso8601))
            ?? (try? Date(text, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true)))
        return date.map { Int64(($0.timeIntervalSince1970 * 1_000).rounded()) }
    }
}

extension ValueType where Value == String {
    /// A text, the empty one too.
    static var anyText: ValueType {
        ValueType(
            name: "text", schema: .object([.init("type", .array(["string", "number", "boolean"].map { .string($0) }))])
        ) {
            node, site, reader in
            guard let scalar = node.scalar else {
                reader.report("expected a text", site)
                return nil
            }
            return scalar.string
        }
    }
}

extension ValueType where Value == GoldenCase.Pattern {
    /// A regular expression.
    static var pattern: ValueType {
        ValueType(name: "regular expression", schema: .text) { node, site, reader in
            guard let text = reader.text(node, expected: "a regular expression", site) else { return nil }
            if let problem = PatternTest.problem(of: text.value) {
                reader.report(problem, site)
                return nil
            }
            return GoldenCase.Pattern(text: text.value, place: text.place)
        }
    }
}

extension ValueType where Value == Configuration.Expression {
    /// A jq condition, compiled once to find its errors while its place is known.
    static var condition: ValueType {
        ValueType(name: "jq", schema: .text) { node, site, reader in
            guard let expression = expression.read(node, site, reader) else { return nil }
            do throws(CompileError) {
                _ = try Program(expression.text, name: expression.path)
                return expression
            } catch {
                let place = expression.place(line: error.line, column: error.column)
                reader.report(error.message, Site(path: site.path, place: place))
                return nil
            }
        }
    }
}

extension ValueType where Value == [GoldenCase.Answer] {
    /// The answers of a step's calls: a list, or one alone.
    static var answers: ValueType {
        let reply = GoldenCase.Reply.section
        let words = SchemaTree.object([.init("enum", .array([.string("timeout"), .string("refused")]))])
        let status = SchemaTree.object([
            .init("type", .string("integer")), .init("minimum", .integer(200)), .init("maximum", .integer(599)),
        ])
        let one = SchemaTree.object([.init("oneOf", .array([words, status, reply.schema]))])
        let many = SchemaTree.object([.init("type", .string("array")), .init("items", one)])
        return ValueType(
            name: "answers", schema: .object([.init("anyOf", .array([one, many]))]),
            read: { node, site, reader in
                guard let sequence = node.sequence else { return answer(node, site, reader).map { [$0] } }
                let answers = sequence.enumerated().compactMap { position, child in
                    answer(child, site.element(position, reader.place(of: child)), reader)
                }
                return answers.count == sequence.count ? answers : nil
            }, sections: [(suffix: "[n]", section: reply.description)])
    }

    private static func answer(_ node: Node, _ site: Site, _ reader: ConfigurationReader) -> GoldenCase.Answer? {
        let expected = "an answer: ‘timeout’, ‘refused’, a status, or a mapping with status, headers and body"
        guard let scalar = node.scalar else {
            return GoldenCase.Reply.section.read(node, site, reader).map { .answered($0) }
        }
        switch scalar.string {
        case "timeout": return .timeout
        case "refused": return .refused
        case let text:
            if let status = Int(text), (200...599).contains(status) {
                return .answered(GoldenCase.Reply(status: status))
            }
            let suggestion = Suggestion.nearest(to: text, among: ["timeout", "refused"])
            reader.report("‘\(text)’ is not \(expected)\(Suggestion.phrase(suggestion))", site)
            return nil
        }
    }
}

/// Whether a text matches a regular expression, in jq's dialect.
enum PatternTest {
    /// What is wrong with the pattern; `nil` when nothing is.
    static func problem(of pattern: String) -> String? {
        do {
            _ = try matches("", pattern)
            return nil
        } catch {
            return "\(error)"
        }
    }

    static func matches(_ text: String, _ pattern: String) throws -> Bool {
        let arena = Arena()
        let program = try Program("test($pattern)", variables: ["pattern"])
        return try Evaluator(arena: arena).truth(
            program, try arena.string(text), variables: [try arena.string(pattern)])
    }
}
