extension Configuration {
    /// Topic → validate → steps.
    public struct Flow: Sendable {
        /// How events are written in records.
        public enum Format: String, Sendable, CaseIterable {
            case cloudEvents = "cloudevents"
            case json
        }

        /// What is done with a record whose value is null.
        public enum Tombstones: String, Sendable, CaseIterable {
            case skip, park, deliver
        }

        /// What is kept in order.
        public enum Order: String, Sendable, CaseIterable {
            case key, partition, none
        }

        /// How the group shares partitions.
        public enum Assignment: String, Sendable, CaseIterable {
            case cooperative, range
            case roundRobin = "round_robin"
        }

        public var name = ""
        /// The place of the flow's name.
        public var place = SourcePlace(file: "", line: 1, column: 1)
        public var topic = ""
        /// The consumer group.
        public var group = ""
        public var format = Format.cloudEvents
        /// The event's identity, for plain JSON; topic, partition and offset when there is none.
        public var identity: Expression?
        /// The source that identities of plain JSON belong to.
        public var source = ""
        /// The unit of order; the record's key when there is none.
        public var key: Expression?
        /// What tells a stale event.
        public var version: Expression?
        /// Where effects are recorded.
        public var receipts = Receipts()
        /// What the event must be.
        public var schema: FileReference?
        /// Whether `format` in schemas is checked.
        public var assertsFormats = true
        public var deadLetterTopic = ""
        public var tombstones = Tombstones.skip
        public var order = Order.key
        /// Not empty.
        public var steps: [Step] = []
        public var backoff = Backoff()
        public var buffer = Buffer()
        /// The longest time between commits.
        public var commitInterval = Duration.seconds(1)
        /// How long calls in flight may go on when partitions are taken away or the service stops.
        public var drainDeadline = Duration.seconds(20)
        /// How long Kafka waits for a sign of life.
        public var sessionTimeout = Duration.seconds(45)
        public var assignment = Assignment.cooperative
        /// How long a partition may stand before that is told.
        public var stallAfter = Duration.seconds(60)
        /// What is compared with the system; `nil`: nothing.
        public var reconcile: Reconcile?

        /// How long to wait before a call is repeated.
        public struct Backoff: Sendable {
            public var initial = Duration.milliseconds(200)
            public var max = Duration.seconds(30)
        }

        /// How much is fetched ahead.
        public struct Buffer: Sendable {
            public var events = 10_000
            public var byteCount = 32 << 20
        }
    }
}

extension Configuration.Flow {
    static let section = Section("A topic, and what is done with its events.", Self()) { flow in
        events(flow) + work(flow) + pace(flow)
    } finish: { flow, site, reader in
        flow.complete(site, reader)
    }

    private static func events(_ flow: Self) -> [Field<Self>] {
        [
            .key("topic", \.topic, .topic, "The topic to read.", example: "crm.customers", in: flow, isRequired: true),
            .key(
                "group", \.group, .text, "The consumer group. All workers of a flow belong to it.",
                example: "penstock-customers", in: flow, defaultText: "penstock-<flow>"),
            .key(
                "format", \.format, .choice(),
                "How events are written: CloudEvents (binary or structured), or plain JSON.", example: "json", in: flow),
            .optional(
                "identity", \.identity, .expression,
                "The identity of a plain JSON event. Without it, an event that is produced again is a new one.",
                example: ".id", defaultText: "topic, partition and offset"),
            .key(
                "source", \.source, .text, "The source that identities of plain JSON events belong to.",
                example: "/crm", in: flow, defaultText: "the topic"),
            .optional(
                "key", \.key, .expression, "The unit of order: events of one key are settled one after another.",
                example: ".data.id", defaultText: "the record's key"),
            .optional(
                "schema", \.schema, .schemaFile, "The schema of events, a file of the schema folder.",
                example: "crm/customer-event.v1.json"),
            .key(
                "assert_formats", \.assertsFormats, .flag,
                "Whether `format` in schemas, such as `email`, is checked.", example: "false", in: flow),
            .key(
                "tombstones", \.tombstones, .choice(),
                "What is done with a record whose value is null: skip it, park it, or deliver it as `null`.",
                example: "park", in: flow),
            .optional(
                "version", \.version, .expression,
                "The event's version: a number, or a text that sorts by time. An event older than the last one applied "
                    + "of its key is skipped.", example: ".data.version", defaultText: "no event is stale"),
        ]
    }

    private static func work(_ flow: Self) -> [Field<Self>] {
        [
            .key(
                "steps", \.steps, .list(.section(Configuration.Step.section), count: 1...100),
                "The effects of an event, in order.", example: "[{ name: create, call: POST erp/clients }]", in: flow,
                isRequired: true),
            .key(
                "receipts", \.receipts, .section(Receipts.section),
                "Where it is recorded which effects were made, what is remembered of keys, and which keys are parked.",
                example: "{ retention: 2160h }", in: flow),
            .key(
                "dead_letter_topic", \.deadLetterTopic, .topic, "Where faulty events are parked.",
                example: "crm.customers.parked", in: flow, defaultText: "<topic>.dead-letter"),
            .key(
                "order", \.order, .choice(),
                "What is kept in order: the events of one key, all events of a partition, or nothing.",
                example: "partition", in: flow),
            .optional(
                "reconcile", \.reconcile, .section(Reconcile.section),
                "What `penstock reconcile` compares with what the system holds.", example: "{ entity: erp/clients }"),
        ]
    }

    private static func pace(_ flow: Self) -> [Field<Self>] {
        [
            .key(
                "backoff", \.backoff, .section(Backoff.section), "How long to wait before a call is repeated.",
                example: "{ max: 1m }", in: flow),
            .key(
                "buffer", \.buffer, .section(Buffer.section), "How much each worker fetches ahead.",
                example: "{ bytes: 64MiB }", in: flow),
            .key(
                "commit_interval", \.commitInterval, .duration(.milliseconds(10)...(.seconds(60))),
                "The longest time between commits. What is not committed is repeated after a crash.", example: "5s",
                in: flow),
            .key(
                "drain_deadline", \.drainDeadline, .duration(.zero...(.seconds(300))),
                "How long calls in flight may go on when partitions are taken away or the service stops.",
                example: "10s", in: flow),
            .key(
                "session_timeout", \.sessionTimeout, .duration(.seconds(6)...(.seconds(1800))),
                "How long Kafka waits for a sign of life before it gives a worker's partitions to others.",
                example: "10s", in: flow),
            .key(
                "assignment", \.assignment, .choice(), "How the group shares partitions.", example: "range", in: flow),
            .key(
                "stall_after", \.stallAfter, .duration(.seconds(1)...(.seconds(86_400))),
                "A partition with unsettled events that makes no progress for so long is told as stalled, with the reason.",
                example: "5m", in: flow),
        ]
    }

    /// Defaults that depend on other keys, and checks across keys.
    private mutating func complete(_ site: Site, _ reader: ConfigurationReader) {
        place = site.place
        if format == .cloudEvents, identity != nil || !source.isEmpty {
            reader.report("identity and source are for ‘format: json’; a CloudEvent has its own", site)
        }
        if group.isEmpty { group = "penstock-\(name)" }
        if source.isEmpty { source = topic }
        if deadLetterTopic.isEmpty { deadLetterTopic = String("\(topic).dead-letter".prefix(249)) }
        if receipts.topic.isEmpty { receipts.topic = String("\(group).receipts".prefix(249)) }
        if receipts.topic == topic || receipts.topic == deadLetterTopic {
            reader.report("receipts.topic must be a topic of its own", site)
        }
        completeReferences(site, reader)
        checkCompensations(site, reader)
        if deadLetterTopic == topic {
            reader.report("dead_letter_topic is the flow's own topic: parked events would come back at once", site)
        }
        if drainDeadline >= sessionTimeout {
            reader.report(
                "drain_deadline must be shorter than session_timeout (\(DurationText.text(sessionTimeout)))", site)
        }
        var names: [String: SourcePlace] = [:]
        for (position, step) in steps.enumerated() {
            if let other = names[step.name] {
                let stepSite = Site(path: "\(site.path).steps[\(position)].name", place: step.place)
                reader.report("there is a step of this name already at \(other)", stepSite)
            }
            names[step.name] = step.place
        }
        checkBatches(site, reader)
    }
}

extension Configuration.Flow.Backoff {
    fileprivate static let section = Section(
        "How long to wait before a call is repeated: a random part of a span that doubles each time.", Self()
    ) { backoff in
        [
            .key(
                "initial", \.initial, .duration(.milliseconds(1)...(.seconds(3600))),
                "The span after the first failure.",
                example: "1s", in: backoff),
            .key(
                "max", \.max, .duration(.milliseconds(1)...(.seconds(3600))), "The longest span.", example: "1m",
                in: backoff),
        ]
    } finish: { backoff, site, reader in
        if backoff.initial > backoff.max { reader.report("initial is longer than max", site) }
    }
}

extension Configuration.Flow.Buffer {
    fileprivate static let section = Section(
        "How much each worker fetches ahead; at either bound fetching pauses.", Self()
    ) { buffer in
        [
            .key(
                "events", \.events, .integer(1...10_000_000), "The most events.", example: "1000", in: buffer),
            .key(
                "bytes", \.byteCount, .byteCount(1024...(64 << 30)), "The most bytes.", example: "64MiB", in: buffer),
        ]
    }
}
