import JSON

/// Builtins that are functions of their input and of arguments.
extension Analyzer {
    func builtin(_ index: Int32, _ node: Node, _ context: Context) -> Outcome {
        let key = program.builtinKeys[Int(node.code)]
        var arguments: [Shape] = []
        var least = 1
        for position in 0..<node.c {
            let argument = evaluate(link(node.b + position), context)
            if argument.shape.isNothing { return .none }
            least = min(2, least * argument.least)
            arguments.append(argument.shape)
        }
        let input = context.input.shape
        if let accepted = BuiltinShapes.accepted[key] {
            let isPossible = !input.kinds.isDisjoint(with: accepted)
            if !context.isGuarded {
                judge(
                    index, .failure, label: key, isWrong: !isPossible,
                    message: "\(text(context.input.path, input)), and `\(name(key))` takes \(accepted.phrase)")
            }
            guard isPossible else { return .none }
        }
        let accepted = BuiltinShapes.accepted[key].map(input.only) ?? input
        return Outcome(result(key, node, accepted, arguments, context), least: least)
    }

    private func name(_ key: String) -> Substring { key.prefix { $0 != "/" }.drop { $0 == "_" } }

    private func text(_ path: InputPath?, _ shape: Shape) -> String {
        "\(path.map { "\($0)" } ?? "its input") is \(shape.kinds.phrase)"
    }

    private func result(
        _ key: String, _ node: Node, _ input: Shape, _ arguments: [Shape], _ context: Context
    ) -> Shape {
        if let shape = BuiltinShapes.results[key] { return shape }
        switch key {
        case "type/0": return kindNames(input)
        case "tostring/0": return input.kinds == .string ? input : .string
        case "toarray/0":
            return union(input.only(.array), input.without(.array).isNothing ? .nothing : .array(of: input, atLeast: 1))
        case "abs/0", "ltrimstr/1", "rtrimstr/1", "trimstr/1":
            // What they do not change they give as it is.
            return Shape(input.kinds)
        case "keys/0", "keys_unsorted/0": return keys(input)
        case "min/0", "max/0", "_min_by/1", "_max_by/1": return union(input.elements(&work), .null)
        case "sort/0", "_sort_by/1": return input
        case "_unique_by/1":
            return .array(of: input.elements(&work), atLeast: min(1, input.array?.minCount ?? 0))
        case "_group_by/1": return .array(of: .array(of: input.elements(&work), atLeast: 1))
        case "reverse/0":
            var result = input.only(.array)
            if input.kinds.contains(.string) { result = union(result, .string) }
            return input.kinds.contains(.null) ? union(result, .array(of: .nothing)) : result
        case "flatten/0", "flatten/1":
            let elements = input.elements(&work)
            return .array(of: elements.kinds.contains(.array) ? .anything : elements)
        case "to_entries/0": return entries(input)
        case "from_entries/0": return fromEntries(input)
        case "delpaths/1": return deleted(node, context)
        case "setpath/2": return setPath(node, arguments, context)
        case "lookup/2", "lookup/3": return lookedUp(arguments)
        case "_match/3":
            let match = Shape.object(
                required: [
                    "offset": .number, "length": .number, "string": Shape([.string, .null]),
                    "captures": .array(of: Shape(.object)),
                ], origins: .program)
            let isTest = arguments.last?.kinds == .true
            return isTest ? .boolean : .array(of: match)
        default: return .anything
        }
    }

    private func kindNames(_ shape: Shape) -> Shape {
        var names: Set<String> = []
        let all: [(Shape.Kinds, String)] = [
            (.null, "null"), (.boolean, "boolean"), (.number, "number"), (.string, "string"), (.array, "array"),
            (.object, "object"),
        ]
        for (kind, name) in all where !shape.kinds.isDisjoint(with: kind) { names.insert(name) }
        return .string(.only(names))
    }

    // MARK: Keys and entries

    private func names(of shape: Shape) -> Shape {
        guard let objects = shape.objects, objects.allSatisfy(\.isClosed) else { return .string }
        return .string(.only(shape.declaredNames))
    }

    private func keys(_ input: Shape) -> Shape {
        var element = Shape.nothing
        if input.kinds.contains(.object) { element = names(of: input) }
        if input.kinds.contains(.array) { element = union(element, .number) }
        return .array(of: element)
    }

    private func entries(_ input: Shape) -> Shape {
        var key = Shape.nothing
        if input.kinds.contains(.object) { key = names(of: input) }
        if input.kinds.contains(.array) { key = union(key, .number) }
        let value = input.elements(&work)
        guard !value.isNothing else { return .array(of: .nothing) }
        return .array(of: .object(required: ["key": key, "value": value], origins: .program))
    }

    /// Understood where the entries have `key` and `value`, and no other spelling of these.
    private func fromEntries(_ input: Shape) -> Shape {
        let entries = input.elements(&work)
        if entries.isNothing { return .object(origins: .program) }
        guard let objects = entries.objects, entries.kinds == .object,
            objects.allSatisfy({ $0.slot("key").isRequired && $0.slot("value").isRequired })
        else { return Shape(.object) }
        let key = entries.member("key", &work)
        let value = entries.member("value", &work)
        guard key.kinds == .string else { return Shape(.object) }
        guard let names = key.strings.list else {
            return .object([ObjectShape(members: [:], others: value, origins: .program)], origins: .program)
        }
        var members: [String: Shape] = [:]
        for name in names { members[name] = value }
        return .object(optional: members, origins: .program)
    }

    /// The values of a value map: of which codes there will be nothing is known.
    private func lookedUp(_ arguments: [Shape]) -> Shape {
        guard let names = arguments.first?.strings.list else { return .anything }
        var result = arguments.count > 2 ? arguments[2] : .nothing
        for map in program.valueMaps where names.contains(map.name.string ?? "") {
            for entry in map.object.members { result = union(result, Shape(of: entry.value)) }
            if map.hasFallback { result = union(result, Shape(of: map.fallback)) }
        }
        return result
    }

    // MARK: Paths

    private func deleted(_ node: Node, _ context: Context) -> Shape {
        let argument = self.node(link(node.b))
        guard argument.opcode == .collect, self.node(argument.a).opcode == .path else { return .anything }
        return deleted(self.node(argument.a).a, context)
    }

    private func setPath(_ node: Node, _ arguments: [Shape], _ context: Context) -> Shape {
        guard let names = constantPath(link(node.b)), arguments.count == 2 else { return .anything }
        return set(names[...], of: context.input.shape, to: arguments[1])
    }

    private func set(_ names: ArraySlice<String>, of shape: Shape, to value: Shape) -> Shape {
        guard let name = names.first else { return value }
        let target = shape.only([.null, .object])
        guard !target.isNothing else { return .nothing }
        let inner = set(names.dropFirst(), of: target.member(name, &work), to: value)
        return target.setting(name, to: inner, &work)
    }
}
