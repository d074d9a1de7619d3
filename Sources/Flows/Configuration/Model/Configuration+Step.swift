extension Configuration {
    /// One effect on one system.
    public struct Step: Sendable {
        public var name = ""
        /// The place of the step.
        public var place = SourcePlace(file: "", line: 1, column: 1)
        /// Whether the step applies to the event.
        public var when: Expression?
        /// What is sent; the event's data as it is when there is none.
        public var map: Mapping?
        /// What the mapping's result must be.
        public var schema: FileReference?
        public var call = Call()
        public var headers: [Named<Template>] = []
        /// Statuses that are repeated although they speak of the event.
        public var retry: Retry?
        /// The statuses that mean success; 200 to 299 when there is none.
        public var successStatuses: [Int]?
        /// What of a successful answer is remembered for the event's key.
        public var remember: [Named<Expression>] = []
        /// The name of the step that runs first when a reference is missing; empty when there is none.
        public var createFirst: String?
        /// How the system is asked before a call is repeated.
        public var probe: Probe?
        /// How several events are sent in one call.
        public var batch: Batch?
        /// Over the answer to a call with several events: what became of each.
        public var results: Expression?
        /// How what it did is undone when a later step fails; `nil`: it stays.
        public var onFailure: Compensation?

        /// Statuses of doubtful kind: repeated a few times, then the event is parked.
        public struct Retry: Sendable {
            public var statuses: [Int] = []
            /// The first attempt included.
            public var attempts = 5
        }
    }
}

extension Configuration.Step {
    static let section = Section("One effect on one system. Steps run in the order written.", Self()) { step in
        [
            .key(
                "name", \.name,
                .text(
                    "name", pattern: Names.entryPattern, expected: "lower-case letters, digits and ‘-’",
                    check: Names.isEntry),
                "The step's name, a part of the name of its effects: renaming a step makes its effects new ones.",
                example: "create-client", in: step, isRequired: true),
            .optional(
                "when", \.when, .expression, "Whether the step applies to the event.",
                example: ".type == \"crm.customer.created\"", defaultText: "always"),
            .optional(
                "map", \.map, .mapping,
                "What is sent: a file of jq, relative to this file, or `{ jq: \"…\" }`. Without it, the event's data.",
                example: "mappings/customer-to-client.jq", defaultText: "the event's data"),
            .optional(
                "schema", \.schema, .schemaFile, "The schema of what is sent, a file of the schema folder.",
                example: "erp/client.v2.json"),
            .key(
                "call", \.call, .call,
                "What is called: a method, and a path that begins with a system's name. `{…}` is jq over the event.",
                example: "PUT erp/clients/{.data.id}", in: step, isRequired: true),
            .key(
                "headers", \.headers,
                .dictionary("headers", key: "the name of an HTTP header", isKey: Names.isHeaderName, .headerTemplate),
                "Headers of this call. `{…}` is jq over the event.", example: "{ X-Customer: \"{.data.id}\" }", in: step
            ),
            .optional(
                "retry", \.retry, .section(Retry.section),
                "Statuses that are repeated although they speak of the event.", example: "{ statuses: [409] }"),
            .optional(
                "success_statuses", \.successStatuses, .list(.integer(200...599), count: 1...100),
                "The statuses that mean success.", example: "[200, 201, 409]", defaultText: "200 to 299"),
            .key(
                "remember", \.remember,
                .dictionary(
                    "references", key: "a name of letters, digits and ‘_’", isKey: Names.isReference, .expression),
                "What of a successful answer is remembered for the event's key: names, each with jq over the answer's "
                    + "body. Later events have it as `$reference`, and as `{name}` in `call` and `headers`.",
                example: "{ client_id: .clientId }", in: step),
            .optional(
                "create_first", \.createFirst, .text,
                "The step to run first, for the same event, when a `{name}` of this step is not remembered yet.",
                example: "create-client"),
            .optional(
                "probe", \.probe, Probe.valueType,
                "How the system is asked whether the call took effect, before the call is repeated.",
                example: "GET erp/clients?external_id={.data.id}",
                defaultText: "none: the system keeps idempotency keys"),
            .optional(
                "batch", \.batch, .section(Batch.section),
                "Sends several events in one call, for bulk endpoints. Each event has its own outcome.",
                example: "{ max: 100, linger: 20ms }", defaultText: "a call for each event"),
            .optional(
                "results", \.results, .expression,
                "With `batch`: what became of each event, from the answer's body. Yields `{ key, status, body }` for each.",
                example: "\".items[] | { key, status, body }\"", defaultText: "the answer's status is that of all"),
            .optional(
                "on_failure", \.onFailure, Compensation.valueType,
                "How what this step did is undone when a later step finds the event to be wrong; the event is parked "
                    + "then. Needs `receipts`.",
                example: "DELETE erp/reservations/{reservation_id}", defaultText: "nothing is undone"),
        ]
    } finish: { step, site, reader in
        step.place = site.place
        step.probe?.check(against: step.call, site, reader)
        step.checkBatch(site, reader)
    }
}

extension Configuration.Step.Retry {
    static let section = Section(
        "Statuses that speak of the event but may pass: they are repeated, then the event is parked.", Self()
    ) { retry in
        [
            .key(
                "statuses", \.statuses, .list(.integer(400...499), count: 1...100),
                "The statuses to repeat. 408, 425, 429 and 5xx are repeated without end anyway.", example: "[404, 409]",
                in: retry, isRequired: true),
            .key(
                "attempts", \.attempts, .integer(1...1000), "The most attempts, the first included.", example: "10",
                in: retry),
        ]
    }
}
