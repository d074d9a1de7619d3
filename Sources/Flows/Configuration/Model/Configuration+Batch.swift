import Yams

extension Configuration.Step {
    /// How several events are sent in one call.
    public struct Batch: Sendable {
        /// Whether a call may carry several events of a key.
        public enum SameKey: String, Sendable, CaseIterable {
            /// The next event of a key is sent when the one before it is settled.
            case apart
            /// In their order, to a system that keeps it.
            case inOrder = "in_order"
        }

        /// The most events of a call.
        public var max = 100
        /// How long the first event of a call waits for others.
        public var linger = Duration.zero
        /// The most bytes of a call.
        public var byteCount = 1 << 20
        public var sameKey = SameKey.apart
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
            .key(
                "same_key", \.sameKey, .choice(),
                "Whether events of one key have calls `apart`, or may be sent in one call `in_order`: for a system that takes "
                    + "the items of a call in order, and of a key none behind one that it did not take.",
                example: "in_order", in: batch),
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

extension Configuration.Flow {
    /// What batches cannot have beside other keys of the flow.
    func checkBatches(_ site: Site, _ reader: ConfigurationReader) {
        for (position, step) in steps.enumerated() {
            guard let batch = step.batch else { continue }
            let site = Site(path: "\(site.path).steps[\(position)].batch", place: step.place)
            if batch.max > buffer.events {
                reader.report("max is more than buffer.events (\(buffer.events)): such a batch never fills", site)
            }
            switch batch.sameKey {
            case .apart where order == .partition:
                reader.report(
                    "‘order: partition’ has one event of a partition under way at a time, so that a batch never fills, "
                        + "unless the system keeps the order of a call: see same_key", site)
            case .apart: break
            case .inOrder: checkSameKey(step, site, reader)
            }
        }
    }

    /// An event that is sent with an earlier one of its key is prepared before that one's end is known.
    private func checkSameKey(_ step: Configuration.Step, _ site: Site, _ reader: ConfigurationReader) {
        if order == .none { reader.report("‘order: none’ keeps no order: same_key says nothing there", site) }
        if steps.count > 1 {
            reader.report(
                "‘same_key: in_order’ is for flows of one step: later steps of an event would come behind the next event "
                    + "of its key", site)
        }
        if !step.remember.isEmpty {
            reader.report(
                "with ‘same_key: in_order’ an event cannot have what an earlier one of the call is answered: there can be "
                    + "no ‘remember’", site)
        }
        if version != nil {
            reader.report(
                "with ‘same_key: in_order’ it is not known whether an event is older than what was applied: there can be no "
                    + "‘version’", site)
        }
    }
}

extension Configuration.Template {
    /// Whether it differs from event to event.
    fileprivate var hasExpressions: Bool {
        parts.contains { if case .text = $0 { false } else { true } }
    }
}
