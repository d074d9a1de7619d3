extension Configuration.Flow {
    /// Where and how long it is recorded what was done.
    public struct Receipts: Sendable {
        public var isEnabled = true
        public var topic = ""
        /// Zero: for ever.
        public var retention = Duration.seconds(30 * 24 * 3600)
        /// Bytes of each worker.
        public var memory = 64 << 20
        public var cacheFolder = "/tmp/penstock-receipts"
    }

    /// What is remembered needs receipts, and what is used must be remembered by some step.
    func completeReferences(_ site: Site, _ reader: ConfigurationReader) {
        let remembered = Set(steps.flatMap { $0.remember.map(\.name) })
        if !receipts.isEnabled, version != nil || !remembered.isEmpty {
            reader.report("version and remember need receipts, which are switched off", site)
        }
        if order == .none, version != nil || !remembered.isEmpty {
            reader.report("version and remember tell of a key's last event: they need an order", site)
        }
        for (position, step) in steps.enumerated() {
            let stepSite = Site(path: "\(site.path).steps[\(position)]", place: step.place)
            for name in step.references.sorted() where !remembered.contains(name) {
                reader.report(
                    "no step of this flow remembers ‘\(name)’; write `remember: { \(name): … }` at the step that "
                        + "creates it, or a jq expression such as {.data.\(name)}", stepSite)
            }
            guard let first = step.createFirst else { continue }
            if !steps.contains(where: { $0.name == first && $0.name != step.name }) {
                reader.report("create_first: there is no other step ‘\(first)’ in this flow", stepSite)
            }
        }
    }
}

extension Configuration.Step {
    /// The names of what is remembered that the call's path and headers are filled with.
    var references: Set<String> {
        (call.path.parts + headers.flatMap(\.value.parts)).references.union(onFailure?.references ?? [])
    }
}

extension Configuration.Flow.Receipts {
    static let section = Section(
        "The topic in which each effect, what is remembered of each key, and each parked key is recorded. After a replay "
            + "effects that have a receipt are not repeated.", Self()
    ) { receipts in
        [
            .key(
                "enabled", \.isEnabled, .flag,
                "Whether receipts are kept. Without them a replay repeats effects, and events of a key with parked "
                    + "events are applied.", example: "false", in: receipts),
            .key(
                "topic", \.topic, .topic,
                "The topic, compacted, with as many partitions as the flow's. It is created where it is missing.",
                example: "penstock-customers.receipts", in: receipts, defaultText: "<group>.receipts"),
            .key(
                "retention", \.retention, .duration(.zero...(.seconds(36_000_000))),
                "How long a receipt is kept; `0s` is for ever. What is remembered of keys is kept in any case.",
                example: "2160h", in: receipts),
            .key(
                "memory", \.memory, .byteCount((1 << 20)...(64 << 30)),
                "What each worker holds of it in memory; the rest is in files.", example: "256MiB", in: receipts),
            .key(
                "cache_folder", \.cacheFolder, .text,
                "Where these files go. They are a copy of the topic and may be deleted at any time.",
                example: "/var/cache/penstock", in: receipts),
        ]
    }
}
