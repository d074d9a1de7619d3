import Yams

extension Configuration.Step {
    /// How a system is asked whether the step's call took effect already (D4).
    public struct Probe: Sendable {
        /// A `GET` on the step's own system.
        public var call = Configuration.Call(method: .get)
        /// Over `{ status, body }` of an answer with 2xx; a rule for records and lists when there is none.
        public var hit: Configuration.Expression?
        /// How long an effect may still come; the system's time-out when there is none.
        public var wait: Duration?
    }
}

extension Configuration.Step.Probe {
    private static let section = Section(
        "How the system is asked whether a call took effect, before the call is repeated.", Self()
    ) { probe in
        [
            .key(
                "call", \.call, .call, "What is asked: a `GET` on the system that the step calls.",
                example: "GET erp/clients?external_id={.data.id}", in: probe, isRequired: true),
            .optional(
                "hit", \.hit, .expression,
                "Whether an answer with 2xx, given as `{ status, body }`, tells that the call took effect.",
                example: ".body.clients | length > 0", defaultText: "a body that is not empty, `null`, `[]` or `{}`"),
            .optional(
                "wait", \.wait, .duration(.zero...(.seconds(3600))),
                "How long the effect of a call may still come after its time-out or after an assignment.",
                example: "1m", defaultText: "the system's `timeout`"),
        ]
    }

    /// A call alone, or a section.
    static var valueType: ValueType<Self> {
        let call = ValueType<Configuration.Call>.call
        let schema = SchemaTree.object([.init("anyOf", .array([call.schema, section.schema]))])
        return ValueType(
            name: "\(call.name) \\| section", schema: schema,
            read: { node, site, reader in
                let probe =
                    node.mapping == nil
                    ? call.read(node, site, reader).map { Self(call: $0) } : section.read(node, site, reader)
                guard let probe, probe.call.method != .get else { return probe }
                reader.report("a probe only asks: its method must be GET", site)
                return nil
            }, sections: [(suffix: "", section: section.description)])
    }

    /// Its answer stands for that of the call, and takes one of the same system's slots.
    func check(against call: Configuration.Call, _ site: Site, _ reader: ConfigurationReader) {
        guard self.call.system != call.system else { return }
        reader.report(
            "the probe asks ‘\(self.call.system)’, but the step calls ‘\(call.system)’: they must be one system", site)
    }
}
