import JSON

extension Configuration.Flow {
    /// What `penstock reconcile` compares.
    public struct Reconcile: Sendable {
        /// Which members count.
        public enum Members: String, Sendable, CaseIterable {
            /// Those that the expected document has.
            case expected
            /// Also those that only the system has.
            case all
        }

        /// `system/entity`.
        public var entity = ""
        /// Over an event: the document that the system should hold; what the flow's steps send when there is none.
        public var expect: Configuration.Mapping?
        public var members = Members.expected
        /// What is passed over.
        public var ignore: [Pointer] = []
        /// Which steps repair.
        public var repair = Repair()
        /// How often a worker of the group compares by itself.
        public var every: Duration?
        public var place = SourcePlace(file: "", line: 1, column: 1)

        /// The steps that mend a key, by their names; `nil`: those that its last event has anyway.
        public struct Repair: Sendable {
            public var missing: String?
            public var different: String?
        }

        /// The name of the system.
        public var systemName: String { String(entity.prefix { $0 != "/" }) }
        /// The name of the entity in it.
        public var entityName: String { String(entity.drop { $0 != "/" }.dropFirst()) }
    }
}

extension Configuration.Flow.Reconcile {
    static let section = Section(
        "What `penstock reconcile` compares: the last state of each key by the topic, and what the system holds.",
        Self()
    ) { reconcile in
        [
            .key(
                "entity", \.entity,
                .text(
                    "system/entity", pattern: "\(Names.entryPattern)/\(Names.entryPattern)",
                    expected: "a system and one of its entities, such as erp/clients", check: isEntity),
                "Where the system's side comes from: an entity of a system.", example: "erp/clients", in: reconcile,
                isRequired: true),
            .optional(
                "expect", \.expect, .mapping,
                "jq over an event: the document that the system should hold from then on; `null` where it should hold "
                    + "nothing, and no output where the event says nothing of it. A file, or `{ jq: \"…\" }`.",
                example: "mappings/expected-client.jq",
                defaultText: "what the last step sends that calls the system; a `DELETE` without body: nothing"),
            .key(
                "members", \.members, .choice(),
                "Which members count: those of the expected document, or all.", example: "all", in: reconcile),
            .key(
                "ignore", \.ignore, .list(.pointer, count: 1...1_000),
                "JSON Pointers of members that are not compared; `*` is any name or position.",
                example: "[/updatedAt, /lines/*/id]", in: reconcile),
            .key(
                "repair", \.repair, .section(Repair.section), "Which steps mend a key, by `--repair`.",
                example: "{ different: update-client }", in: reconcile),
            .optional(
                "every", \.every, .duration(.seconds(60)...(.seconds(2_592_000))),
                "How often the worker that owns partition 0 compares by itself, and tells the figures as metrics; times are "
                    + "multiples of it since 1970, UTC.", example: "24h", defaultText: "never"),
        ]
    } finish: { reconcile, site, _ in
        reconcile.place = site.place
    }

    private static func isEntity(_ text: String) -> Bool {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        return parts.count == 2 && parts.allSatisfy { Names.isEntry(String($0)) }
    }
}

extension Configuration.Flow.Reconcile.Repair {
    fileprivate static let section = Section(
        "Which steps mend a key. A step that is named here runs alone, for the key's last event, whatever its `when` says.",
        Self()
    ) { _ in
        [
            .optional(
                "missing", \.missing, .text, "The step that creates what is missing.", example: "create-client",
                defaultText: "the steps of the last event"),
            .optional(
                "different", \.different, .text,
                "The step that changes what differs. Without it, a key whose last event would `POST` is not repaired, lest "
                    + "it is there twice.", example: "update-client", defaultText: "the steps of the last event"),
        ]
    }
}

extension ValueType where Value == Pointer {
    /// A JSON Pointer.
    fileprivate static var pointer: ValueType {
        .scalar(
            "JSON Pointer", schema: .text(pattern: "(/.*)?"), expected: "a JSON Pointer such as /address/city",
            write: { .string($0.description) }, parse: { try? Pointer($0) })
    }
}

extension Configuration {
    /// What a flow is compared with must be there, and what is asked for by what is remembered must be remembered.
    func checkReconciliation(_ reader: ConfigurationReader) {
        for flow in flows {
            guard let reconcile = flow.reconcile else { continue }
            let site = Site(path: "flows.\(flow.name).reconcile.entity", place: reconcile.place)
            guard let system = system(named: reconcile.systemName) else {
                guard !reader.hasEntry("systems.\(reconcile.systemName)") else { continue }
                let suggestion = Suggestion.nearest(to: reconcile.systemName, among: systems.map(\.name))
                reader.report("there is no system ‘\(reconcile.systemName)’\(Suggestion.phrase(suggestion))", site)
                continue
            }
            guard let entity = system.entities.first(where: { $0.name == reconcile.entityName }) else {
                let suggestion = Suggestion.nearest(to: reconcile.entityName, among: system.entities.map(\.name))
                reader.report(
                    "the system ‘\(system.name)’ has no entity ‘\(reconcile.entityName)’"
                        + Suggestion.phrase(suggestion), site)
                continue
            }
            flow.checkReferences(of: entity, site, reader)
        }
    }
}

extension Configuration.Flow {
    fileprivate func checkReferences(
        of entity: Configuration.System.Entity, _ site: Site, _ reader: ConfigurationReader
    ) {
        let remembered = Set(steps.flatMap { $0.remember.map(\.name) })
        for case .reference(let name) in entity.get?.path.parts ?? [] where name != "key" {
            guard !remembered.contains(name) else { continue }
            reader.report("the entity is asked for by ‘{\(name)}’, which no step of this flow remembers", site)
        }
        for name in [reconcile?.repair.missing, reconcile?.repair.different].compactMap(\.self) {
            guard !steps.contains(where: { $0.name == name }) else { continue }
            let suggestion = Suggestion.phrase(Suggestion.nearest(to: name, among: steps.map(\.name)))
            reader.report("repair: there is no step ‘\(name)’ in this flow\(suggestion)", site)
        }
        if reconcile?.expect == nil, !steps.contains(where: { $0.call.system == reconcile?.systemName }) {
            reader.report(
                "no step of this flow calls ‘\(reconcile?.systemName ?? "")’, so that ‘expect’ must say what it should "
                    + "hold", site)
        }
    }
}
