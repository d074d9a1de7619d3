import Yams

extension Configuration.System {
    /// How the records of one kind that a system holds are read, for `penstock reconcile`.
    public struct Entity: Sendable {
        public var name = ""
        /// The place of the entity's name.
        public var place = SourcePlace(file: "", line: 1, column: 1)
        public var list: Listing?
        /// One record; `{key}` is the key, other names are what is remembered of it.
        public var get: Configuration.Call?
        /// Over a record: the key by which the flow knows it.
        public var key: Configuration.Expression?
        /// Over a record: the document that is compared; the record as it is when there is none.
        public var normalise: Configuration.Mapping?
    }

    /// All records, page by page.
    public struct Listing: Sendable {
        public var call = Configuration.Call(method: .get)
        /// Over a page: the array of its records.
        public var items: Configuration.Expression?
        /// Over a page: what the next one is asked for with, as `{cursor}`.
        public var next: Configuration.Expression?
        /// What `{limit}` is.
        public var pageSize = 500
    }
}

extension Configuration.System.Entity {
    static let section = Section(
        "How the records of one kind that the system holds are read, by `penstock reconcile`.", Self()
    ) { entity in
        [
            .optional(
                "list", \.list, Configuration.System.Listing.valueType,
                "All records, page by page: a `GET` with `{offset}`, `{page}` or `{cursor}` in it.",
                example: "GET erp/clients?limit={limit}&offset={offset}"),
            .optional(
                "get", \.get, .call,
                "One record; 404 says that there is none. `{key}` is the key of the flow's events, other names are what "
                    + "is remembered of it.", example: "GET erp/clients/{client_id}"),
            .optional(
                "key", \.key, .expression, "jq over a record: the key of the flow's events. Needed for `list`.",
                example: ".clientIdentifier"),
            .optional(
                "normalise", \.normalise, .mapping,
                "jq over a record: the document that is compared. A file, or `{ jq: \"…\" }`.",
                example: "{ jq: \"del(.createdAt)\" }", defaultText: "the record as it is"),
        ]
    } finish: { entity, site, reader in
        entity.place = site.place
        entity.check(site, reader)
    }

    private func check(_ site: Site, _ reader: ConfigurationReader) {
        if list == nil, get == nil { reader.report("give list or get, or both", site) }
        if list != nil, key == nil { reader.report("list needs key: jq that gives the key of a record", site) }
        for (name, call) in [("list", list?.call), ("get", get)] {
            guard let call, call.method != .get else { continue }
            reader.report("records are only read: the method of \(name) must be GET", site)
        }
        for case .expression in get?.path.parts ?? [] {
            reader.report("get has no event to take from: write {key}, or the name of something remembered", site)
        }
    }
}

extension Configuration.System.Listing {
    /// What may stand in braces in the call of a listing.
    static let placeholders = ["offset", "page", "cursor", "limit"]

    private static let section = Section("All records of one kind, page by page.", Self()) { listing in
        [
            .key(
                "call", \.call, .call,
                "A `GET` with one of `{offset}` (how many records came before), `{page}` (from 1) and `{cursor}`. It ends "
                    + "with a page that has no records, or whose `next` is null. `{limit}` is `page_size`.",
                example: "GET erp/clients?limit={limit}&offset={offset}", in: listing, isRequired: true),
            .optional(
                "items", \.items, .expression, "jq over a page: the array of its records.", example: ".clients",
                defaultText: "the page itself, or its only member that is an array"),
            .optional(
                "next", \.next, .expression,
                "jq over a page: the next page's `{cursor}`; null at the end. The first page is asked for without.",
                example: ".next_cursor"),
            .key(
                "page_size", \.pageSize, .integer(1...100_000), "What `{limit}` in `call` is.", example: "1000",
                in: listing),
        ]
    } finish: { listing, site, reader in
        listing.check(site, reader)
    }

    private func check(_ site: Site, _ reader: ConfigurationReader) {
        var names: [String] = []
        for part in call.path.parts {
            switch part {
            case .text: break
            case .expression: reader.report("a listing has no event: only {offset}, {page}, {cursor}, {limit}", site)
            case .reference(let name): names.append(name)
            }
        }
        if let other = names.first(where: { !Self.placeholders.contains($0) }) {
            let suggestion = Suggestion.phrase(Suggestion.nearest(to: other, among: Self.placeholders))
            reader.report("a listing has no ‘{\(other)}’\(suggestion)", site)
        }
        let paging = Set(names).subtracting(["limit"])
        if paging.count > 1 { reader.report("page by one of {offset}, {page} and {cursor}", site) }
        if paging.contains("cursor") != (next != nil) {
            reader.report("{cursor} in call and next belong together: give both or neither", site)
        }
    }

    /// A call alone, or a section.
    static var valueType: ValueType<Self> {
        let call = ValueType<Configuration.Call>.call
        let schema = SchemaTree.object([.init("anyOf", .array([call.schema, section.schema]))])
        return ValueType(
            name: "\(call.name) \\| section", schema: schema,
            read: { node, site, reader in
                guard node.mapping == nil else { return section.read(node, site, reader) }
                guard let call = call.read(node, site, reader) else { return nil }
                let errorsBefore = reader.errorCount
                let listing = Self(call: call)
                listing.check(site, reader)
                return reader.errorCount == errorsBefore ? listing : nil
            }, sections: [(suffix: "", section: section.description)])
    }
}

extension Configuration.System {
    /// Its entities read from the system itself.
    func checkEntities(_ site: Site, _ reader: ConfigurationReader) {
        for entity in entities {
            for call in [entity.list?.call, entity.get].compactMap(\.self) where call.system != name {
                reader.report(
                    "the entity ‘\(entity.name)’ is of ‘\(name)’, but reads from ‘\(call.system)’",
                    Site(path: "\(site.path).entities.\(entity.name)", place: entity.place))
            }
        }
    }
}
