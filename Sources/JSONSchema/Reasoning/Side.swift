import JSON
import RegularExpressions

/// One of the compiled schemas that are reasoned about.
struct Side {
    /// Owns what ``machine`` and ``tables`` point to.
    let schema: Schema

    var program: Program { schema.program }
    var tables: Tables { schema.program.tables }
    var machine: Machine { schema.machine }

    init(_ schema: Schema) {
        self.schema = schema
    }

    func node(_ index: NodeIndex) -> Node { tables.nodes[Int(index)] }

    func place(_ index: NodeIndex) -> SchemaPlace { program.places[Int(index)] }

    /// Whether a value matches a schema; `nil` when a pattern or the depth reached its limit.
    func check(_ index: NodeIndex, _ value: Value) -> Bool? {
        machine.scratch.pointee.begin()
        let verdict = machine.check(index, value)
        return machine.scratch.pointee.abandonment == nil ? verdict : nil
    }

    /// Whether a name matches a pattern; `nil` when the pattern reached its limit.
    func matches(_ pattern: Int32, _ name: Value) -> Bool? {
        machine.scratch.pointee.begin()
        let verdict = machine.matches(pattern, name)
        return machine.scratch.pointee.abandonment == nil ? verdict : nil
    }

    func patternText(_ pattern: Int32) -> Name { Name(program.patterns[Int(pattern)].pattern) }

    // MARK: Parts of a node

    func objectRule(_ node: Node) -> ObjectRule? { node.object >= 0 ? tables.objects[Int(node.object)] : nil }
    func arrayRule(_ node: Node) -> ArrayRule? { node.array >= 0 ? tables.arrays[Int(node.array)] : nil }
    func stringRule(_ node: Node) -> StringRule? { node.string >= 0 ? tables.strings[Int(node.string)] : nil }

    func numberRules(_ node: Node) -> [NumberRule] {
        node.number >= 0 ? tables.numberSpans[Int(node.number)].indices.map { tables.numbers[$0] } : []
    }

    func values(_ node: Node) -> [Value]? {
        node.values >= 0 ? tables.valueRules[Int(node.values)].values.indices.map { tables.values[$0] } : nil
    }

    func applicators(of node: Node) -> [Applicator] { node.applicators.indices.map { tables.applicators[$0] } }

    func requiredNames(of node: Node) -> [Name] {
        guard let rule = objectRule(node), rule.requiredCount > 0 else { return [] }
        return rule.names.entries(in: tables.names).filter(\.isRequired).map { Name($0.name) }
    }

    private func asksOnly(_ node: Node, object: Bool = false, applicators: Int = 0) -> Bool {
        node.types == .all && node.string < 0 && node.number < 0 && node.array < 0 && node.values < 0
            && (node.object >= 0) == object && node.applicators.count == applicators
            && !node.flags.contains(.tracksEvaluation)
    }

    /// The keyword that is all a schema has, if it is one that applies schemas to the same value.
    func onlyApplicator(of node: Node) -> Applicator? {
        asksOnly(node, applicators: 1) ? tables.applicators[Int(node.applicators.start)] : nil
    }

    /// The name that is all a schema requires, and requiring it all that it does.
    func onlyRequiredName(of node: Node) -> Name? {
        guard asksOnly(node, object: true), let rule = objectRule(node), rule.requiredCount == 1,
            rule.minProperties == 0, rule.maxProperties == .max, rule.patterns.isEmpty, rule.additional < 0,
            rule.propertyNames < 0, rule.dependents.isEmpty
        else { return nil }
        let entries = rule.names.entries(in: tables.names)
        return entries.count == 1 && entries[0].node < 0 ? Name(entries[0].name) : nil
    }
}
