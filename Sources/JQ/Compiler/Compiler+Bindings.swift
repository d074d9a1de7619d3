import JSON

/// `as`, `reduce` and `foreach`: patterns and the variables that they bind.
extension Compiler {
    func compileBinding(
        _ value: Expression, _ patterns: [Pattern], _ body: Expression, _ place: Place, _ scope: Scope?,
        _ frame: FrameLayout
    ) throws(CompileError) -> Int32 {
        let value = try compile(value, scope, frame)
        let (pattern, inner) = try compilePatterns(patterns, place, scope, frame)
        let body = try compile(body, inner, frame)
        if nodes[Int(pattern)].opcode == .patternVariable {
            return try add(Node(.bindVariable, a: value, b: nodes[Int(pattern)].a, c: body), place)
        }
        return try add(Node(.bindPattern, a: value, b: pattern, c: body), place)
    }

    func compileLoop(
        _ opcode: Opcode, _ items: Expression, _ patterns: [Pattern], _ start: Expression, _ update: Expression,
        _ extract: Expression?, _ place: Place, _ scope: Scope?, _ frame: FrameLayout
    ) throws(CompileError) -> Int32 {
        let items = try compile(items, scope, frame)
        let start = try compile(start, scope, frame)
        let (pattern, inner) = try compilePatterns(patterns, place, scope, frame)
        let update = try compile(update, inner, frame)
        let extract = try compile(optional: extract, inner, frame)
        return try add(Node(opcode, a: items, b: pattern, c: addList([start, update, extract])), place)
    }

    /// Compiles patterns and gives the scope in which their variables are known. All alternatives bind all variables.
    func compilePatterns(
        _ patterns: [Pattern], _ place: Place, _ scope: Scope?, _ frame: FrameLayout
    ) throws(CompileError) -> (pattern: Int32, scope: Scope?) {
        var names: [String] = []
        for pattern in patterns { collectNames(of: pattern, into: &names) }
        var slots: [String: Slot] = [:]
        var inner = scope
        for name in names where slots[name] == nil {
            let slot = frame.makeSlot()
            slots[name] = slot
            inner = Scope(.variable(name, slot), in: inner)
        }
        var compiled: [Int32] = []
        for pattern in patterns { compiled.append(try compile(pattern, slots, place, scope, frame)) }
        if compiled.count == 1 { return (compiled[0], inner) }
        let all = slots.values.map(\.index).sorted()
        let slotList = addList([Int32(all.count)] + all)
        let node = Node(.patternAlternatives, a: addList(compiled), b: Int32(compiled.count), c: slotList)
        return (try add(node, place), inner)
    }

    private func collectNames(of pattern: Pattern, into names: inout [String]) {
        switch pattern {
        case .variable(let name, _):
            names.append(name)
        case .array(let elements):
            for element in elements { collectNames(of: element, into: &names) }
        case .object(let members):
            for member in members {
                if let variable = member.variable { names.append(variable.name) }
                if let pattern = member.pattern { collectNames(of: pattern, into: &names) }
            }
        }
    }

    private func compile(
        _ pattern: Pattern, _ slots: [String: Slot], _ place: Place, _ scope: Scope?, _ frame: FrameLayout
    ) throws(CompileError) -> Int32 {
        switch pattern {
        case .variable(let name, let place):
            return try add(Node(.patternVariable, a: slots[name]?.index ?? 0), place)
        case .array(let elements):
            var list: [Int32] = []
            for element in elements { list.append(try compile(element, slots, place, scope, frame)) }
            return try add(Node(.patternArray, a: addList(list), b: Int32(list.count)), place)
        case .object(let members):
            var list: [Int32] = []
            for member in members {
                let key = try compile(member.key, scope, frame)
                try checkKey(key, member.key.place)
                var inner: Int32 = -1
                if let pattern = member.pattern { inner = try compile(pattern, slots, place, scope, frame) }
                list += [key, member.variable.flatMap { slots[$0.name]?.index } ?? -1, inner]
            }
            return try add(Node(.patternObject, a: addList(list), b: Int32(members.count)), place)
        }
    }
}
