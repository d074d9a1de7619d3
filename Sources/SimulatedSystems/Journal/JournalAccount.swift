/// What became of the events that were produced, by the journal of the system that they were meant for. Pure.
///
/// It trusts nothing but the journal for what was applied; for what was skipped or parked it takes the caller's word
/// (the dead-letter topic's, say), and every event that neither tells of is lost.
public struct JournalAccount: Sendable, Equatable {
    /// An event as it was produced.
    public struct ProducedEvent: Sendable, Equatable {
        /// Unique among the events of the account.
        public let id: String
        /// The identifier of the client it is about, as the journal gives it.
        public let client: String
        /// Rises from event to event of one client.
        public let version: Int
        /// The names of its effects, where they are known. An effect is recognised by its idempotency key, else by the
        /// event's identity, else by client and version.
        public let idempotencyKeys: [String]

        public init(id: String, client: String, version: Int, idempotencyKeys: [String] = []) {
            self.id = id
            self.client = client
            self.version = version
            self.idempotencyKeys = idempotencyKeys
        }

        public init(_ event: CustomerEvent, idempotencyKeys: [String] = []) {
            self.init(
                id: event.id, client: event.customer.id, version: event.customer.version,
                idempotencyKeys: idempotencyKeys)
        }
    }

    /// Events produced.
    public private(set) var events = 0
    /// Events that had an effect and were not parked.
    public private(set) var applied = 0
    /// Events skipped by rule.
    public private(set) var skipped = 0
    /// Events set aside.
    public private(set) var parked = 0
    /// Events of which nothing is known, by their ids.
    public private(set) var lost: [String] = []
    /// Effects beyond the first of the same name.
    public private(set) var duplicated: [JournalEntry] = []
    /// Effects that came after an effect of a later version of the same client.
    public private(set) var outOfOrder: [JournalEntry] = []
    /// Effects that belong to none of the events.
    public private(set) var unexplained: [JournalEntry] = []
    /// Events said to be skipped that had an effect.
    public private(set) var contradictory: [String] = []
    /// Repeats that the system recognised by their idempotency key. They do no harm.
    public private(set) var suppressed = 0

    /// - Parameters:
    ///   - produced: all events, in any order.
    ///   - journal: all entries, in the order of the journal.
    ///   - skipped: ids of events skipped by rule.
    ///   - parked: ids of events set aside.
    public init(
        produced: [ProducedEvent], journal: [JournalEntry], skipped: Set<String> = [], parked: Set<String> = []
    ) {
        let index = Index(produced)
        var seen = Set<String>()
        var touched = Set<String>()
        var newest: [String: Int] = [:]
        for entry in journal {
            guard entry.kind == .applied else {
                suppressed += 1
                continue
            }
            guard let event = index.event(of: entry) else {
                unexplained.append(entry)
                continue
            }
            if !seen.insert(event.nameOfEffect(entry)).inserted { duplicated.append(entry) }
            touched.insert(event.id)
            if event.version < newest[event.client] ?? .min { outOfOrder.append(entry) }
            newest[event.client] = max(event.version, newest[event.client] ?? .min)
        }
        settle(produced, touched: touched, skipped: skipped, parked: parked)
    }

    private mutating func settle(
        _ produced: [ProducedEvent], touched: Set<String>, skipped: Set<String>, parked: Set<String>
    ) {
        events = produced.count
        for event in produced {
            let hadEffect = touched.contains(event.id)
            if parked.contains(event.id) {
                self.parked += 1
            } else if hadEffect {
                applied += 1
                if skipped.contains(event.id) { contradictory.append(event.id) }
            } else if skipped.contains(event.id) {
                self.skipped += 1
            } else {
                lost.append(event.id)
            }
        }
    }

    /// Whether every event is accounted for, once, and in order.
    public var isBalanced: Bool {
        lost.isEmpty && duplicated.isEmpty && outOfOrder.isEmpty && unexplained.isEmpty && contradictory.isEmpty
            && events == applied + skipped + parked
    }
}

extension JournalAccount: CustomStringConvertible {
    /// `balanced: events=… applied=… skipped=… parked=… lost=0 duplicated=0 out_of_order=0`, or the same after
    /// `NOT balanced:`.
    public var description: String {
        (isBalanced ? "balanced:" : "NOT balanced:")
            + " events=\(events) applied=\(applied) skipped=\(skipped) parked=\(parked) lost=\(lost.count)"
            + " duplicated=\(duplicated.count) out_of_order=\(outOfOrder.count)"
            + (unexplained.isEmpty ? "" : " unexplained=\(unexplained.count)")
            + (contradictory.isEmpty ? "" : " contradictory=\(contradictory.count)")
    }
}

extension JournalAccount.ProducedEvent {
    /// What one effect of this event is called: its key when that is one of the event's own, else the event.
    fileprivate func nameOfEffect(_ entry: JournalEntry) -> String {
        if let key = entry.idempotencyKey, idempotencyKeys.contains(key) { return "key \(key)" }
        return "event \(id)"
    }
}

/// Finds the event behind an entry.
private struct Index {
    private struct Version: Hashable {
        let client: String
        let version: Int
    }

    private var byKey: [String: JournalAccount.ProducedEvent] = [:]
    private var byID: [String: JournalAccount.ProducedEvent] = [:]
    private var byVersion: [Version: JournalAccount.ProducedEvent] = [:]

    init(_ produced: [JournalAccount.ProducedEvent]) {
        for event in produced {
            byID[event.id] = event
            byVersion[Version(client: event.client, version: event.version)] = event
            for key in event.idempotencyKeys { byKey[key] = event }
        }
    }

    func event(of entry: JournalEntry) -> JournalAccount.ProducedEvent? {
        if let event = entry.idempotencyKey.flatMap({ byKey[$0] }) { return event }
        if let event = entry.eventID.flatMap({ byID[$0] }) { return event }
        return entry.version.flatMap { byVersion[Version(client: entry.clientIdentifier, version: $0)] }
    }
}
