import Yams

extension Configuration.Step {
    /// How what a step did is undone when a later one finds the event to be wrong.
    public struct Compensation: Sendable {
        public var call = Configuration.Call(method: .delete)
        /// What is sent; the event's data as it is when there is none, but with `DELETE`, which then sends nothing.
        public var map: Configuration.Mapping?
        public var schema: Configuration.FileReference?
        public var headers: [Configuration.Named<Configuration.Template>] = []
        public var retry: Retry?
        public var successStatuses: [Int]?
        public var place = SourcePlace(file: "", line: 1, column: 1)
    }
}

extension Configuration.Step.Compensation {
    private static let section = Section(
        "How what the step did is undone, when a later step finds the event to be wrong.", Self()
    ) { compensation in
        [
            .key(
                "call", \.call, .call, "What is called. The system may be another one than the step's.",
                example: "DELETE erp/reservations/{reservation_id}", in: compensation, isRequired: true),
            .optional(
                "map", \.map, .mapping, "What is sent, as at a step.",
                example: "{ jq: \"{ reason: $failure.reason }\" }", defaultText: "the event's data; nothing with DELETE"
            ),
            .optional(
                "schema", \.schema, .schemaFile, "The schema of what is sent, a file of the schema folder.",
                example: "erp/cancellation.v1.json"),
            .key(
                "headers", \.headers,
                .dictionary("headers", key: "the name of an HTTP header", isKey: Names.isHeaderName, .headerTemplate),
                "Headers of this call. `{…}` is jq over the event.", example: "{ X-Reason: \"{$failure.reason}\" }",
                in: compensation),
            .optional(
                "retry", \.retry, .section(Configuration.Step.Retry.section),
                "Statuses that are repeated although they speak of the event.", example: "{ statuses: [409] }"),
            .optional(
                "success_statuses", \.successStatuses, .list(.integer(200...599), count: 1...100),
                "The statuses that mean success. What is gone already needs no undoing: add 404.",
                example: "[200, 204, 404]", defaultText: "200 to 299"),
        ]
    } finish: { compensation, site, _ in
        compensation.place = site.place
    }

    /// A call alone, or a section.
    static var valueType: ValueType<Self> {
        let call = ValueType<Configuration.Call>.call
        let schema = SchemaTree.object([.init("anyOf", .array([call.schema, section.schema]))])
        return ValueType(
            name: "\(call.name) \\| section", schema: schema,
            read: { node, site, reader in
                let compensation =
                    node.mapping == nil
                    ? call.read(node, site, reader).map { Self(call: $0, place: site.place) }
                    : section.read(node, site, reader)
                guard let compensation, compensation.call.method == .get else { return compensation }
                reader.report("a compensation undoes something: its method must not be GET", site)
                return nil
            }, sections: [(suffix: "", section: section.description)])
    }

    var references: Set<String> { (call.path.parts + headers.flatMap(\.value.parts)).references }
}

extension [Configuration.Template.Part] {
    /// The names of what is remembered that texts are filled with.
    var references: Set<String> {
        Set(
            compactMap { part in
                if case .reference(let name) = part { name } else { nil }
            })
    }
}

extension Configuration.Flow {
    /// What is undone must be known to be done, and be followed by something that can fail.
    func checkCompensations(_ site: Site, _ reader: ConfigurationReader) {
        for (position, step) in steps.enumerated() {
            guard let compensation = step.onFailure else { continue }
            let site = Site(path: "\(site.path).steps[\(position)].on_failure", place: compensation.place)
            if !receipts.isEnabled {
                reader.report(
                    "what is undone must be known to be done: on_failure needs receipts, which are switched off", site)
            }
            if position == steps.count - 1, !steps.contains(where: { $0.createFirst == step.name }) {
                reader.report("no step follows this one that could fail, so nothing of it is ever undone", site)
            }
        }
    }
}
