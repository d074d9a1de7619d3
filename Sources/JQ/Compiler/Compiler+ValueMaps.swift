import JSON

/// Value maps: a name that stands in the program's text must be that of a map.
extension Compiler {
    /// Checks the first argument of `lookup`, if it is constant. A computed name is checked when it is looked up.
    func checkValueMap(_ argument: Int32, _ place: Place) throws(CompileError) {
        let node = nodes[Int(argument)]
        guard node.opcode == .constant else { return }
        guard let name = node.value.string else {
            throw failure(
                "the name of a value map must be a string, not \(Text.kindName(node.value.kind))", place)
        }
        guard environment.valueMaps[name] == nil else { return }
        let hint = NearestName.suggestion(for: name, among: environment.valueMaps.keys)
        throw failure("there is no value map \"\(name)\"\(hint)", place)
    }

    /// The maps as the evaluator reads them. Their names become constants of the program.
    func valueMapEntries() throws(CompileError) -> [ValueMapEntry] {
        var entries: [ValueMapEntry] = []
        for (name, map) in environment.valueMaps.sorted(by: { $0.key < $1.key }) {
            entries.append(
                ValueMapEntry(
                    name: try string(name, Place(start: 0, end: 0)), object: map.object,
                    fallback: map.fallback ?? .null, hasFallback: map.fallback != nil))
        }
        return entries
    }
}
