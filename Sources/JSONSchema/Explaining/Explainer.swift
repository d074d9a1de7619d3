import JSON

/// Walks the same program as the machine on a value that is known to be invalid, and says why.
///
/// At each schema the machine decides first; only what fails is looked into, keyword by keyword.
struct Explainer {
    /// More failures than this are not told: who sends ten thousand wrong elements need not read of each.
    static let failureLimit = 100
    /// Schemas within schemas that are looked into; what fails deeper is told in one.
    static let depthLimit = 200

    let program: Program
    let machine: Machine
    let tables: Tables
    let found: Counter

    final class Counter {
        /// How many failures have been found.
        var count = 0
        /// How deep the walk is.
        var depth = 0
    }

    /// A schema at work on a value: where evaluation has come to.
    struct Site {
        let index: NodeIndex
        let place: SchemaPlace
        let value: Value
        let keywordLocation: String
        let instanceLocation: String
        /// The keyword that the schema is applied by; empty for the whole.
        var holder: Substring = ""
    }

    init(_ program: Program, _ machine: Machine) {
        self.program = program
        self.machine = machine
        tables = program.tables
        found = Counter()
    }

    /// The failure of the whole value.
    func explain(_ value: Value) -> ValidationFailure {
        let abandonment = machine.scratch.pointee.abandonment
        let root = site(program.root, value, keywordLocation: "", instanceLocation: "")
        if abandonment == .depthLimit {
            return failure(
                root, nil, "cannot be checked: it is nested too deep, or the schema refers back to itself without end")
        }
        machine.scratch.pointee.begin()
        var causes = failures(of: root)
        if abandonment == .patternLimit, causes.isEmpty {
            causes = [failure(root, nil, "cannot be checked: a pattern reached its limit of matching steps")]
        }
        return failure(root, nil, "is not valid against the schema", causes: causes)
    }

    // MARK: One schema

    /// All failures of a schema on a value; empty if it matches.
    func failures(of site: Site) -> [ValidationFailure] {
        guard found.count < Self.failureLimit else { return [] }
        let node = tables.nodes[Int(site.index)]
        if node.flags.contains(.never) { return [failure(site, nil, "is not allowed here")] }
        guard !machine.checkInPlace(site.index, site.value, marks: Machine.noMarks) else { return [] }
        guard node.types.contains(site.value.kind) else { return [typeFailure(site, node)] }
        guard found.depth < Self.depthLimit else {
            return [failure(site, nil, "is not valid, too deep inside to say why")]
        }
        found.depth += 1
        defer { found.depth -= 1 }
        let hasEntered = tables.isDynamic && machine.scratch.pointee.enter(node.resource)
        defer { if hasEntered { machine.scratch.pointee.leave() } }
        let isTracked = node.flags.contains(.tracksEvaluation) && site.value.kind >= .array
        let marks = machine.scratch.pointee.takeMarks(isTracked ? site.value.count : 0)
        defer { machine.scratch.pointee.releaseMarks(from: marks) }
        if isTracked, machine.checkAssertions(tables.nodes + Int(site.index), site.value, marks: marks) {
            return unevaluatedFailures(site, node, marks: marks)
        }
        return kindFailures(site, node) + valuesFailures(site, node) + applicatorFailures(site, node)
    }

    private func kindFailures(_ site: Site, _ node: Node) -> [ValidationFailure] {
        switch site.value.kind {
        case .string: stringFailures(site, node)
        case .number: numberFailures(site, node)
        case .array: arrayFailures(site, node)
        case .object: objectFailures(site, node)
        case .null, .false, .true: []
        }
    }

    /// What no other keyword evaluated, and the last one refuses.
    private func unevaluatedFailures(_ site: Site, _ node: Node, marks: Int) -> [ValidationFailure] {
        var failures: [ValidationFailure] = []
        for position in 0..<site.value.count where machine.scratch.pointee.marks[marks + position] == 0 {
            if site.value.kind == .array {
                failures += child(
                    site, node.unevaluatedItems, Keyword.unevaluatedItems.rawValue, element: position)
            } else {
                failures += child(
                    site, node.unevaluatedProperties, Keyword.unevaluatedProperties.rawValue,
                    member: site.value.members[position])
            }
        }
        return failures
    }

    // MARK: Going on

    func site(_ index: NodeIndex, _ value: Value, keywordLocation: String, instanceLocation: String) -> Site {
        Site(
            index: index, place: program.places[Int(index)], value: value, keywordLocation: keywordLocation,
            instanceLocation: instanceLocation)
    }

    /// A schema that a keyword of another applies; `keyword` may go on with where it stands there.
    func site(_ parent: Site, _ index: NodeIndex, _ value: Value, _ keyword: String, token: String? = nil) -> Site {
        var site = site(
            index, value, keywordLocation: "\(parent.keywordLocation)/\(keyword)",
            instanceLocation: token.map { "\(parent.instanceLocation)/\($0)" } ?? parent.instanceLocation)
        site.holder = keyword.prefix { $0 != "/" }
        return site
    }

    /// The failures of a further schema on the same value.
    func inPlace(_ site: Site, _ index: NodeIndex, _ keyword: String) -> [ValidationFailure] {
        index >= 0 ? failures(of: self.site(site, index, site.value, keyword)) : []
    }

    func child(_ site: Site, _ index: NodeIndex, _ keyword: String, element: Int) -> [ValidationFailure] {
        failures(of: self.site(site, index, site.value.elements[element], keyword, token: String(element)))
    }

    func child(_ site: Site, _ index: NodeIndex, _ keyword: String, member: Member) -> [ValidationFailure] {
        let token = (member.key.string ?? "").pointerToken
        return failures(of: self.site(site, index, member.value, keyword, token: token))
    }

    // MARK: Output units

    /// The failure of a keyword, or of the schema as a whole.
    func failure(
        _ site: Site, _ keyword: Keyword?, _ message: String, causes: [ValidationFailure] = []
    ) -> ValidationFailure {
        found.count += 1
        let suffix = keyword.map { "/" + $0.rawValue } ?? ""
        return ValidationFailure(
            keywordLocation: site.keywordLocation + suffix, keyword: keyword?.rawValue ?? String(site.holder),
            absoluteKeywordLocation: site.place.absoluteLocation + suffix,
            instanceLocation: site.instanceLocation, message: message, causes: causes)
    }
}
