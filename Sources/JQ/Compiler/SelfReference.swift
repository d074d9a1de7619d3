/// Whether a function calls itself, directly or through the functions defined in it.
struct SelfReference {
    private let definition: Definition
    private let arity: Int

    static func isIn(_ definition: Definition) -> Bool {
        let search = SelfReference(definition: definition, arity: definition.parameters.count)
        if definition.parameters.contains(where: { search.hides($0) }) { return false }
        return search.finds(in: definition.body)
    }

    private func hides(_ parameter: Definition.Parameter) -> Bool {
        arity == 0 && parameter.name == definition.name
    }

    private func finds(in expression: Expression?) -> Bool {
        guard let expression else { return false }
        switch expression.form {
        case .identity, .recurse, .null, .true, .false, .number, .format, .leave, .variable, .location:
            return false
        case .string(let pieces, _):
            return pieces.contains { if case .interpolation(let inner) = $0 { finds(in: inner) } else { false } }
        case .index(let a, let b, _), .pipe(let a, let b), .comma(let a, let b), .binary(_, let a, let b),
            .and(let a, let b), .or(let a, let b), .alternative(let a, let b), .assign(let a, let b),
            .modify(let a, let b), .update(_, let a, let b), .updateAlternative(let a, let b):
            return finds(in: a) || finds(in: b)
        case .slice(let a, let b, let c, _):
            return finds(in: a) || finds(in: b) || finds(in: c)
        case .iterate(let a, _), .negate(let a), .label(_, let a):
            return finds(in: a)
        case .attempt(let a, let b):
            return finds(in: a) || finds(in: b)
        case .array(let a):
            return finds(in: a)
        case .object(let members):
            return members.contains { finds(in: $0.key) || finds(in: $0.value) }
        case .conditional(let a, let b, let c):
            return finds(in: a) || finds(in: b) || finds(in: c)
        case .reduce(let a, let patterns, let b, let c):
            return finds(in: a) || finds(in: patterns) || finds(in: b) || finds(in: c)
        case .foreach(let a, let patterns, let b, let c, let d):
            return finds(in: a) || finds(in: patterns) || finds(in: b) || finds(in: c) || finds(in: d)
        case .bind(let a, let patterns, let b):
            return finds(in: a) || finds(in: patterns) || finds(in: b)
        case .define(let inner, let body):
            return finds(in: inner, body: body)
        case .call(let name, let arguments):
            return name == definition.name && arguments.count == arity || arguments.contains { finds(in: $0) }
        }
    }

    /// A definition of the same name hides ours, in its own body and behind it; so does a parameter in its body.
    private func finds(in inner: Definition, body: Expression) -> Bool {
        if inner.name == definition.name && inner.parameters.count == arity { return false }
        let isHidden = inner.parameters.contains { hides($0) }
        return (!isHidden && finds(in: inner.body)) || finds(in: body)
    }

    private func finds(in patterns: [Pattern]) -> Bool {
        patterns.contains { pattern in
            switch pattern {
            case .variable: false
            case .array(let elements): finds(in: elements)
            case .object(let members):
                members.contains { finds(in: $0.key) || $0.pattern.map { finds(in: [$0]) } ?? false }
            }
        }
    }
}
