import JSON

/// Calls: of parameters, of definitions and of builtins.
extension Compiler {
    func compileCall(
        _ name: String, _ arguments: [Expression], _ place: Place, _ scope: Scope?, _ frame: FrameLayout
    ) throws(CompileError) -> Int32 {
        var next = scope
        while let current = next {
            switch current.binding {
            case .function(let entry)
            where entry.definition.name == name && entry.definition.parameters.count == arguments.count:
                return try compileCall(of: entry, arguments, place, scope, frame)
            case .imported(name, let entry) where entry.definition.parameters.count == arguments.count:
                return try compileCall(of: entry, arguments, place, scope, frame)
            case .argument(let argument) where arguments.isEmpty && argument.name == name:
                return try compile(argument, in: frame)
            case .parameter(name, let slot) where arguments.isEmpty:
                return try add(
                    Node(.callParameter, code: UInt16(frame.level - slot.level), a: slot.index), place)
            default: break
            }
            next = current.parent
        }
        return try compileBuiltin(name, arguments, place, scope, frame)
    }

    /// An argument of an expanded call: one node for each frame that it is used in.
    private func compile(_ argument: Argument, in frame: FrameLayout) throws(CompileError) -> Int32 {
        let key = ObjectIdentifier(frame)
        if let node = argument.compiled[key] { return node }
        let outer = callPlace
        callPlace = argument.callPlace
        defer { callPlace = outer }
        let node = try compile(argument.expression, argument.scope, frame)
        argument.compiled[key] = node
        return node
    }

    private func compileCall(
        of entry: FunctionEntry, _ arguments: [Expression], _ place: Place, _ scope: Scope?, _ frame: FrameLayout
    ) throws(CompileError) -> Int32 {
        entry.isUsed = true
        if entry.isRecursive || nodes.count > Compiler.expansionLimit {
            return try compileRunTimeCall(of: entry, arguments, place, scope, frame)
        }
        return try expand(entry, arguments, scope, frame, argumentPlace: callPlace)
    }

    /// Compiles a function that nothing calls, so that its faults are found all the same.
    func check(_ entry: FunctionEntry, _ frame: FrameLayout) throws(CompileError) {
        let arguments = entry.definition.parameters.map { _ in Expression(.identity, at: entry.definition.place) }
        _ = try compileCall(of: entry, arguments, entry.definition.place, entry.scope, frame)
    }

    // MARK: Expansion

    private func expand(
        _ entry: FunctionEntry, _ arguments: [Expression], _ scope: Scope?, _ frame: FrameLayout,
        argumentPlace: Place?
    ) throws(CompileError) -> Int32 {
        let definition = entry.definition
        let key = ObjectIdentifier(frame)
        if definition.parameters.isEmpty {
            if let node = entry.expansions[key] { return node }
            let node = try compile(definition.body, entry.scope, frame)
            entry.expansions[key] = node
            return node
        }
        var inner = entry.scope
        var values: [(slot: Slot, argument: Argument)] = []
        for (parameter, expression) in zip(definition.parameters, arguments) {
            let argument = Argument(
                name: parameter.name, expression: expression, scope: scope, callPlace: argumentPlace)
            inner = Scope(.argument(argument), in: inner)
            if parameter.isValue {
                let slot = frame.makeSlot()
                values.append((slot, argument))
                inner = Scope(.variable(parameter.name, slot), in: inner)
            }
        }
        // Arguments are compiled first: their messages shall name their own places.
        var sources: [Int32] = []
        for value in values { sources.append(try compile(value.argument, in: frame)) }
        var body = try compile(definition.body, inner, frame)
        for (value, source) in zip(values, sources).reversed() {
            body = try add(Node(.bindVariable, a: source, b: value.slot.index, c: body), definition.body.place)
        }
        return body
    }

    // MARK: Calls at run time

    private func compileRunTimeCall(
        of entry: FunctionEntry, _ arguments: [Expression], _ place: Place, _ scope: Scope?, _ frame: FrameLayout
    ) throws(CompileError) -> Int32 {
        guard arguments.count < 64 else { throw failure("too many parameters (limit 63)", place) }
        let function = try function(of: entry)
        var list: [Int32] = []
        for argument in arguments { list.append(try compile(argument, scope, frame)) }
        let hops = UInt16(frame.level - entry.frame.level)
        return try add(Node(.call, code: hops, a: function, b: addList(list), c: Int32(list.count)), place)
    }

    private func function(of entry: FunctionEntry) throws(CompileError) -> Int32 {
        if let function = entry.function { return function }
        let index = Int32(functions.count)
        entry.function = index
        functions.append(Function())
        let frame = FrameLayout(level: entry.frame.level + 1)
        var inner = entry.scope
        var function = Function()
        for (position, parameter) in entry.definition.parameters.enumerated() {
            let slot = frame.makeSlot()
            if parameter.isValue {
                function.valueParameters |= 1 << UInt64(position)
                inner = Scope(.variable(parameter.name, slot), in: inner)
            } else {
                inner = Scope(.parameter(parameter.name, slot), in: inner)
            }
        }
        function.parameterCount = Int32(entry.definition.parameters.count)
        // Known already, because the body's own calls of it are compiled with it.
        functions[Int(index)] = function
        function.body = try compile(entry.definition.body, inner, frame)
        function.cellCount = frame.cellCount
        functions[Int(index)] = function
        return index
    }

    // MARK: Builtins

    private func compileBuiltin(
        _ name: String, _ arguments: [Expression], _ place: Place, _ scope: Scope?, _ frame: FrameLayout
    ) throws(CompileError) -> Int32 {
        let key = "\(name)/\(arguments.count)"
        guard let builtin = Builtin.named[key] else {
            if let reason = Builtin.refused[name] { throw failure("`\(name)` \(reason)", place) }
            throw failure("\(key) is not defined", place)
        }
        switch builtin.implementation {
        case .definition(let text):
            let entry = try preludeEntry(key, text)
            let outer = callPlace
            callPlace = outer ?? place
            defer { callPlace = outer }
            if entry.isRecursive || nodes.count > Compiler.expansionLimit {
                return try compileRunTimeCall(of: entry, arguments, place, scope, frame)
            }
            return try expand(entry, arguments, scope, frame, argumentPlace: outer)
        case .form(let opcode):
            var list: [Int32] = []
            for argument in arguments { list.append(try compile(argument, scope, frame)) }
            let node = Node(
                opcode, a: list.first ?? -1, b: list.count > 1 ? list[1] : -1, c: list.count > 2 ? list[2] : -1)
            return try add(node, place)
        case .native:
            var list: [Int32] = []
            for argument in arguments { list.append(try compile(argument, scope, frame)) }
            if name == "lookup" { try checkValueMap(list[0], arguments[0].place) }
            let node = Node(.builtin, code: slot(of: builtin, key), b: addList(list), c: Int32(list.count))
            return try add(node, place)
        }
    }

    private func slot(of builtin: Builtin, _ key: String) -> UInt16 {
        if let index = builtinIndex[key] { return index }
        let index = UInt16(builtins.count)
        builtins.append(builtin)
        builtinIndex[key] = index
        return index
    }

    private func preludeEntry(_ key: String, _ text: String) throws(CompileError) -> FunctionEntry {
        if let entry = preludeEntries[key] { return entry }
        let definitions = try Parser.definitions(Source(text, name: "<builtin>"))
        guard let definition = definitions.first else {
            throw failure("\(key) is not defined", Place(start: 0, end: 0))
        }
        let entry = makeEntry(definition, in: nil, program)
        preludeEntries[key] = entry
        return entry
    }
}
