import Yams

extension Configuration.Step {
    /// How several events are sent in one call.
    public struct Batch: Sendable {
        /// The most events of a call.
        public var max = 100
        /// How long the first event of a call waits for others.
        public var linger = Duration.zero
        /// The most bytes of a call.
        public var byteCount = 1 << 20
        /// Over the list of the events' documents; the list itself when there is none.
        public var body: Configuration.Expression?
        /// Over an event's document: what names it in `results`; its idempotency key when there is none.
        public var key: Configuration.Expression?
    }
}

extension Configuration.Step.Batch {
    static let section = Section(
        "Several events in one call, for a bulk endpoint. Each has its own outcome, by `results`.", Self()
    ) { batch in
        [
            .key(
                "max", \.max, .integer(1...10_000), "The most events of a call.", example: "100", in: batch,
                isRequired: true),
            .key(
                "linger", \.linger, .duration(.zero...(.seconds(10))),
                "How long the first event of a call waits for others while the system has a slot.", example: "20ms",
                in: batch),
            .key(
                "max_bytes", \.byteCount, .byteCount(1024...(64 << 20)),
                "The most bytes of a call. An event that has more alone is sent alone.", example: "256KiB", in: batch),
            .optional(
                "body", \.body, .expression, "What is sent, from the list of the events' documents.",
                example: "\"{ items: . }\"", defaultText: "the list"),
            .optional(
                "key", \.key, .expression,
                "What names an event in the answer, from its document. `key` of a result is compared with it.",
                example: ".clientIdentifier", defaultText: "the event's idempotency key"),
        ]
    }
}

extension Configuration.Step {
    /// What a call with several events cannot have, because it is of no event alone.
    func checkBatch(_ site: Site, _ reader: ConfigurationReader) {
        guard let batch else {
            if results != nil { reader.report("results is for calls with several events: it needs ‘batch’", site) }
            return
        }
        if call.path.hasExpressions {
            reader.report("a call with several events has one path: with ‘batch’, ‘call’ must have no {…}", site)
        }
        for header in headers where header.value.hasExpressions {
            reader.report(
                "a call with several events has one header ‘\(header.name)’: with ‘batch’, it must have no {…}",
                site)
        }
        if call.method == .get || call.method == .delete {
            reader.report(
                "a call with several events sends them in its body: its method must be POST, PUT or PATCH", site)
        }
        if batch.key != nil, results == nil {
            reader.report("batch.key names events in ‘results’, and there is none", site)
        }
    }
}

extension Configuration.Template {
    /// Whether it differs from event to event.
    fileprivate var hasExpressions: Bool {
        parts.contains { if case .text = $0 { false } else { true } }
    }
}
