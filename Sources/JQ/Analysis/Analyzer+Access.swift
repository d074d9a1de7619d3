import JSON

/// Reading parts.
extension Analyzer {
    func field(_ index: Int32, _ node: Node, _ context: Context) -> Outcome {
        let target = evaluate(node.a, context)
        guard !target.shape.isNothing else { return .none }
        return member(index, node.value.string ?? "", of: target, isOptional: node.code == 1, context)
    }

    private func member(
        _ index: Int32, _ name: String, of target: Outcome, isOptional: Bool, _ context: Context
    ) -> Outcome {
        let path = target.path?.appending(.member(name))
        noteRead(path, at: index, from: target.path, isChain: node(node(index).a).opcode == .field)
        let isPossible = !target.shape.only([.null, .object]).isNothing
        if !isOptional, !context.isGuarded {
            judge(
                index, .failure, label: name, isWrong: !isPossible,
                message: "\(text(path, name)): \(target.shape.kinds.phrase) has no members")
        }
        judgeMember(index, name, target.shape, path)
        let isSafe = target.shape.kinds.isSubset(of: [.null, .object])
        return Outcome(
            target.shape.member(name, &work), least: isOptional && !isSafe ? 0 : target.least, path: path)
    }

    /// Whether the schema rules the member out, or at least does not speak of it.
    private func judgeMember(_ index: Int32, _ name: String, _ shape: Shape, _ path: InputPath?) {
        guard shape.kinds.contains(.object) else { return }
        let objects = shape.objects ?? []
        let isKnown = !objects.isEmpty && objects.allSatisfy(\.origins.isSchema)
        let isExcluded = isKnown && shape.excludesMember(name)
        let names = isKnown ? shape.declaredNames : []
        let isUndeclared = isKnown && !isExcluded && objects.allSatisfy { $0.members[name] == nil }
        let schemas = objects.first?.origins.schemas ?? []
        judge(
            index, .missingMember, label: name, isWrong: isExcluded,
            message: "\(text(path, name)): the schema allows no member \"\(name)\" here", word: name,
            candidates: names, schemas: schemas)
        judge(
            index, .undeclaredMember, label: name, isWrong: isUndeclared,
            message: "\(text(path, name)): the schema declares no member \"\(name)\" here", word: name,
            candidates: names, schemas: schemas)
    }

    func text(_ path: InputPath?, _ name: String) -> String {
        path?.description ?? InputPath(root: "", steps: [.member(name)]).description
    }

    // MARK: Keys

    func subscripted(_ index: Int32, _ node: Node, _ context: Context) -> Outcome {
        let target = evaluate(node.a, context)
        let key = evaluate(node.b, context)
        guard !target.shape.isNothing, !key.shape.isNothing else { return .none }
        let result = part(of: target.shape, key.shape)
        if node.code == 0, !context.isGuarded {
            judge(
                index, .failure, label: "[]", isWrong: result.isNothing,
                message: "\(target.shape.kinds.phrase) cannot be indexed with \(key.shape.kinds.phrase)")
        }
        let isChain = self.node(node.a).opcode == .field
        let path = target.path?.appending(.element)
        noteRead(path, at: index, from: target.path, isChain: isChain)
        let least = node.code == 1 ? 0 : min(2, target.least * key.least)
        return Outcome(result, least: least, path: key.shape.kinds == .number ? path : nil)
    }

    /// What a value of one shape holds at keys of another.
    func part(of target: Shape, _ key: Shape) -> Shape {
        var result = Shape.nothing
        if target.kinds.contains(.null), !key.only([.string, .number, .object]).isNothing { result = .null }
        if target.kinds.contains(.object), key.kinds.contains(.string) {
            if let names = key.strings.list, names.count <= 16 {
                for name in names { result = union(result, target.only(.object).member(name, &work)) }
            } else {
                result = union(result, union(target.only(.object).elements(&work), .null))
            }
        }
        if target.kinds.contains(.array) {
            if key.kinds.contains(.number) { result = union(result, element(of: target, key)) }
            if key.kinds.contains(.object) { result = union(result, sliced(target.only(.array))) }
            if key.kinds.contains(.array) { result = union(result, .array(of: .number)) }
        }
        if target.kinds.contains(.string), key.kinds.contains(.object) { result = union(result, .string) }
        return result
    }

    private func element(of target: Shape, _ key: Shape) -> Shape {
        let element = target.only(.array).elements(&work)
        if let numbers = key.numbers, let array = target.array,
            numbers.allSatisfy({ $0 < Double(array.minCount) && $0 >= -Double(array.minCount) })
        {
            return element
        }
        return union(element, .null)
    }

    private func sliced(_ target: Shape) -> Shape {
        .array(of: target.elements(&work))
    }

    func slice(_ index: Int32, _ node: Node, _ context: Context) -> Outcome {
        let target = evaluate(node.a, context)
        var least = target.least
        for bound in [node.b, node.c] where bound >= 0 {
            let value = evaluate(bound, context)
            if value.shape.isNothing { return .none }
            least = min(2, least * value.least)
        }
        guard !target.shape.isNothing else { return .none }
        var result = target.shape.only(.null)
        if target.shape.kinds.contains(.string) { result = union(result, .string) }
        if target.shape.kinds.contains(.array) { result = union(result, sliced(target.shape.only(.array))) }
        if node.code == 0, !context.isGuarded {
            judge(
                index, .failure, label: "[:]", isWrong: result.isNothing,
                message: "\(target.shape.kinds.phrase) cannot be sliced")
        }
        return Outcome(result, least: node.code == 1 ? 0 : least)
    }

    func iterate(_ index: Int32, _ node: Node, _ context: Context) -> Outcome {
        let target = evaluate(node.a, context)
        guard !target.shape.isNothing else { return .none }
        let isPossible = !target.shape.only([.array, .object]).isNothing
        if node.code == 0, !context.isGuarded {
            judge(
                index, .failure, label: "[]", isWrong: !isPossible,
                message: "\(text(target.path)): \(target.shape.kinds.phrase) cannot be iterated over")
        }
        let path = target.path?.appending(.element)
        noteRead(path, at: index, from: target.path, isChain: true)
        let isArray = target.shape.kinds == .array
        let count = isArray ? target.shape.array?.minCount ?? 0 : 0
        return Outcome(
            target.shape.only([.array, .object]).elements(&work), least: min(2, target.least * count), path: path)
    }

    private func text(_ path: InputPath?) -> String { path?.description ?? ".[]" }
}
