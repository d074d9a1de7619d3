import JSON
import RegularExpressions

extension Explainer {
    // MARK: type, enum, const

    func typeFailure(_ site: Site, _ node: Node) -> ValidationFailure {
        failure(site, .type, "must be \(Self.describe(node.types)), but is \(Self.describe(site.value.kind))")
    }

    static func describe(_ types: TypeSet) -> String {
        var names: [String] = []
        if types.isSuperset(of: .null) { names.append("null") }
        if !types.intersection(.boolean).isEmpty { names.append("a boolean") }
        if types.isSuperset(of: .number) {
            names.append(types.contains(.integersOnly) ? "an integer" : "a number")
        }
        if types.isSuperset(of: .string) { names.append("a string") }
        if types.isSuperset(of: .array) { names.append("an array") }
        if types.isSuperset(of: .object) { names.append("an object") }
        return names.joined(separator: " or ")
    }

    static func describe(_ kind: Value.Kind) -> String {
        switch kind {
        case .null: "null"
        case .false, .true: "a boolean"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }

    func valuesFailures(_ site: Site, _ node: Node) -> [ValidationFailure] {
        guard node.values >= 0 else { return [] }
        let rule = tables.valueRules[Int(node.values)]
        guard !machine.check(tables.valueRules + Int(node.values), site.value) else { return [] }
        let values = rule.values.indices.prefix(20).map { Self.text(tables.values[$0]) }.joined(separator: ", ")
        let rest = rule.values.count > 20 ? ", …" : ""
        return [
            rule.isConst
                ? failure(site, .const, "must be \(values)")
                : failure(site, .enum, "must be one of \(values)\(rest)")
        ]
    }

    /// A value of the schema, as JSON.
    static func text(_ value: Value) -> String {
        let buffer = ByteBuffer()
        buffer.write(value)
        return buffer.text
    }

    // MARK: Strings

    func stringFailures(_ site: Site, _ node: Node) -> [ValidationFailure] {
        guard node.string >= 0 else { return [] }
        let rule = tables.strings[Int(node.string)]
        var failures: [ValidationFailure] = []
        if !machine.hasLength(site.value, from: rule.minLength, to: .max) {
            failures.append(failure(site, .minLength, "must have at least \(Self.count(rule.minLength, "character"))"))
        }
        if !machine.hasLength(site.value, from: 0, to: rule.maxLength) {
            failures.append(failure(site, .maxLength, "must have at most \(Self.count(rule.maxLength, "character"))"))
        }
        if let format = rule.format, !format.matches(site.value.bytes) {
            failures.append(failure(site, .format, formatMessage(format, site)))
        }
        if rule.pattern >= 0, let message = patternMessage(rule.pattern, site.value) {
            failures.append(failure(site, .pattern, message))
        }
        return failures
    }

    private func formatMessage(_ format: Format, _ site: Site) -> String {
        let name = site.place.value[Keyword.format.rawValue]?.string ?? ""
        return "must have the format \"\(name)\""
    }

    /// Why the string does not match; `nil` if it does.
    private func patternMessage(_ index: Int32, _ value: Value) -> String? {
        let expression = program.patterns[Int(index)]
        do throws(MatchError) {
            return try expression.matches(value.bytes) ? nil : "must match the pattern \"\(expression.pattern)\""
        } catch {
            return "cannot be matched against \"\(expression.pattern)\": \(error)"
        }
    }

    static func count(_ count: Int, _ noun: String) -> String {
        count == 1 ? "1 \(noun)" : "\(count) \(noun)s"
    }

    // MARK: Numbers

    func numberFailures(_ site: Site, _ node: Node) -> [ValidationFailure] {
        if node.types.contains(.integersOnly), !Machine.isInteger(site.value) {
            return [failure(site, .type, "must be \(Self.describe(node.types)), but has a fraction")]
        }
        guard node.number >= 0 else { return [] }
        return tables.numberSpans[Int(node.number)].indices.compactMap { index in
            let rule = tables.numbers[index]
            guard !Machine.check(tables.numbers + index, site.value) else { return nil }
            let operand = Self.text(rule.operand)
            return switch rule.kind {
            case .minimum: failure(site, .minimum, "must be at least \(operand)")
            case .exclusiveMinimum: failure(site, .exclusiveMinimum, "must be greater than \(operand)")
            case .maximum: failure(site, .maximum, "must be at most \(operand)")
            case .exclusiveMaximum: failure(site, .exclusiveMaximum, "must be less than \(operand)")
            case .multipleOf: failure(site, .multipleOf, "must be a multiple of \(operand)")
            }
        }
    }
}
