import JSON

/// Operators on two values.
extension Analyzer {
    func binary(_ index: Int32, _ node: Node, _ context: Context) -> Outcome {
        let left = evaluate(node.a, context)
        let right = evaluate(node.b, context)
        guard !left.shape.isNothing, !right.shape.isNothing,
            let operation = Operator(rawValue: UInt8(truncatingIfNeeded: node.code))
        else { return .none }
        let least = min(2, left.least * right.least)
        switch operation {
        case .equal, .notEqual:
            let shape = equality(index, node, left, right, context)
            return Outcome(operation == .equal ? shape : negated(shape), least: least)
        case .less, .lessOrEqual, .greater, .greaterOrEqual:
            return Outcome(.boolean, least: least)
        default:
            let result = arithmetic(operation, left.shape, right.shape)
            judgeArithmetic(index, operation, left.shape, right.shape, result, context)
            return Outcome(result, least: least)
        }
    }

    private func judgeArithmetic(
        _ index: Int32, _ operation: Operator, _ left: Shape, _ right: Shape, _ result: Shape, _ context: Context
    ) {
        guard !context.isGuarded else { return }
        judge(
            index, .failure, label: "operator \(operation)", isWrong: result.isNothing,
            message: "\(left.kinds.phrase) and \(right.kinds.phrase) cannot be \(operation.participle)")
    }

    // MARK: Equality

    private func negated(_ shape: Shape) -> Shape {
        var kinds = shape.kinds.subtracting(.boolean)
        if shape.kinds.contains(.true) { kinds.insert(.false) }
        if shape.kinds.contains(.false) { kinds.insert(.true) }
        return Shape(kinds)
    }

    private func equality(
        _ index: Int32, _ node: Node, _ left: Outcome, _ right: Outcome, _ context: Context
    ) -> Shape {
        let common = left.shape.intersection(right.shape, &work)
        let isTest = left.shape.kinds == .null || right.shape.kinds == .null || isKindTest(node, left, right)
        judge(
            index, .neverEqual, label: "==", isWrong: common.isNothing && !isTest,
            message: disagreement(left, right), word: constant(right.shape) ?? constant(left.shape),
            candidates: constant(right.shape) != nil ? left.shape.strings.list ?? [] : right.shape.strings.list ?? [],
            schemas: left.shape.origins.schemas + right.shape.origins.schemas)
        if common.isNothing { return Shape(.false) }
        let isOneText = left.shape == left.shape.only(.string) && left.shape.strings.list?.count == 1
        if isOneText, left.shape.strings == right.shape.strings, right.shape.kinds == .string { return Shape(.true) }
        return .boolean
    }

    /// Whether the name of a value's kind is compared: functions that serve all kinds do so, wherever they are used.
    private func isKindTest(_ node: Node, _ left: Outcome, _ right: Outcome) -> Bool {
        if namesKind(node.a) || namesKind(node.b) { return true }
        let names: Set<String> = ["null", "boolean", "number", "string", "array", "object"]
        return (left.shape.strings.list?.isSubset(of: names) ?? false)
            && (right.shape.strings.list?.isSubset(of: names) ?? false)
            && left.shape.kinds == .string && right.shape.kinds == .string
    }

    private func constant(_ shape: Shape) -> String? {
        guard shape.kinds == .string, let texts = shape.strings.list, texts.count == 1 else { return nil }
        return texts.first
    }

    private func disagreement(_ left: Outcome, _ right: Outcome) -> String {
        let (subject, object) = constant(left.shape) != nil && left.path == nil ? (right, left) : (left, right)
        let name = subject.path?.description ?? subject.shape.kinds.phrase
        if subject.shape.kinds.isDisjoint(with: object.shape.kinds) {
            let is_ = subject.path == nil ? name : "\(name) is \(subject.shape.kinds.phrase) and"
            return "\(is_) never equals \(object.shape.kinds.phrase)"
        }
        guard let text = constant(object.shape) else { return "\(name) is never equal to what it is compared with" }
        return "\(name) is never \"\(text)\""
    }

    // MARK: Arithmetic

    func arithmetic(_ operation: Operator, _ a: Shape, _ b: Shape) -> Shape {
        func both(_ first: Shape.Kinds, _ second: Shape.Kinds) -> Bool {
            !a.kinds.isDisjoint(with: first) && !b.kinds.isDisjoint(with: second)
        }
        var result = Shape.nothing
        if both(.number, .number) { result = .number }
        switch operation {
        case .add: return sum(a, b)
        case .subtract:
            if both(.array, .array) { result = union(result, .array(of: a.only(.array).elements(&work))) }
        case .multiply:
            if both(.string, .number) || both(.number, .string) { result = union(result, Shape([.string, .null])) }
            if both(.object, .object) { result = union(result, Shape(.object)) }
        case .divide:
            if both(.string, .string) { result = union(result, .array(of: .string)) }
        default: break
        }
        return result
    }

    private func sum(_ a: Shape, _ b: Shape) -> Shape {
        var result = Shape.nothing
        if a.kinds.contains(.null) { result = b }
        if b.kinds.contains(.null) { result = union(result, a) }
        let both = a.kinds.intersection(b.kinds)
        if both.contains(.number) { result = union(result, .number) }
        if both.contains(.string) { result = union(result, .string) }
        if both.contains(.array) {
            let elements = union(a.only(.array).elements(&work), b.only(.array).elements(&work))
            let count = (a.array?.minCount ?? 0) + (b.array?.minCount ?? 0)
            result = union(result, .array(of: elements, atLeast: count, origins: a.origins.union(b.origins)))
        }
        if both.contains(.object) { result = union(result, merged(a.only(.object), b.only(.object))) }
        return result
    }

    /// The members of both objects; those of the second win.
    private func merged(_ a: Shape, _ b: Shape) -> Shape {
        var (first, second) = (a, b)
        if (a.objects?.count ?? 1) * (b.objects?.count ?? 1) > 16 {
            first = a.collapsed(&work)
            second = b.collapsed(&work)
        }
        var all: [ObjectShape] = []
        for one in first.objects ?? [.any] {
            for other in second.objects ?? [.any] {
                guard work.spend(one.members.count + other.members.count) else { return Shape(.object) }
                all.append(merged(one, other))
            }
        }
        return .object(all, origins: a.origins.union(b.origins))
    }

    private func merged(_ a: ObjectShape, _ b: ObjectShape) -> ObjectShape {
        var members: [String: ObjectShape.Slot] = [:]
        for name in Set(a.members.keys).union(b.members.keys) {
            let (old, new) = (a.slot(name), b.slot(name))
            members[name] =
                new.isRequired
                ? new : .init(shape: union(old.shape, new.shape), isRequired: old.isRequired)
        }
        return ObjectShape(
            members: members, others: union(a.others, b.others), origins: a.origins.union(b.origins))
    }

    func negate(_ index: Int32, _ node: Node, _ context: Context) -> Outcome {
        let value = evaluate(node.a, context)
        guard !value.shape.isNothing else { return .none }
        let isPossible = value.shape.kinds.contains(.number)
        if !context.isGuarded {
            judge(
                index, .failure, label: "negation", isWrong: !isPossible,
                message: "\(value.shape.kinds.phrase) cannot be negated")
        }
        return Outcome(isPossible ? .number : .nothing, least: value.least)
    }

    // MARK: Construction

    func concatenate(_ node: Node, _ context: Context) -> Outcome {
        var least = 1
        for position in 0..<node.b {
            let piece = evaluate(link(node.a + position), context)
            if piece.shape.isNothing { return .none }
            least = min(2, least * piece.least)
        }
        return Outcome(.string, least: least)
    }

    func object(_ node: Node, _ context: Context) -> Outcome {
        var members: [String: ObjectShape.Slot] = [:]
        var others = Shape.nothing
        var least = 1
        var isPossible = true
        for position in 0..<node.b {
            let key = evaluate(link(node.a + position * 2), context)
            let value = evaluate(link(node.a + position * 2 + 1), context)
            if value.shape.isNothing || key.shape.only(.string).isNothing { isPossible = false }
            least = min(2, least * key.least * value.least)
            let names = key.shape.strings.list ?? []
            if names.count == 1, let name = names.first {
                members[name] = .init(shape: value.shape, isRequired: true)
            } else if !names.isEmpty, names.count <= 16 {
                for name in names {
                    let old = members[name] ?? .init(shape: others, isRequired: false)
                    members[name] = .init(shape: union(old.shape, value.shape), isRequired: old.isRequired)
                }
            } else {
                for (name, slot) in members { members[name]?.shape = union(slot.shape, value.shape) }
                others = union(others, value.shape)
            }
        }
        guard isPossible else { return .none }
        return Outcome(
            .object([ObjectShape(members: members, others: others, origins: .program)], origins: .program),
            least: least)
    }
}

extension Operator {
    /// As in jq's messages: "cannot be added".
    fileprivate var participle: String {
        switch self {
        case .add: "added"
        case .subtract: "subtracted"
        case .multiply: "multiplied"
        case .divide, .remainder: "divided"
        default: "compared"
        }
    }
}
