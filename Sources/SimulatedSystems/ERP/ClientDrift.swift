/// Changes of an ERP's records that no event tells of, such as people and other programs make.
public struct ClientDrift: Sendable {
    /// How many clients are removed.
    public var missing: Int
    /// How many are changed.
    public var altered: Int
    /// How many clients are added that the CRM does not know.
    public var extra: Int
    /// How many fall back to what they were before their last change.
    public var stale: Int
    /// Chooses them.
    public var seed: UInt64

    public init(missing: Int = 0, altered: Int = 0, extra: Int = 0, stale: Int = 0, seed: UInt64 = 1) {
        self.missing = missing
        self.altered = altered
        self.extra = extra
        self.stale = stale
        self.seed = seed
    }

    /// Which clients were changed, by the CRM's identifiers.
    public struct Account: Sendable, Equatable {
        public var missing: Set<String> = []
        public var altered: Set<String> = []
        public var extra: Set<String> = []
        public var stale: Set<String> = []
    }
}

extension SimulatedERP {
    /// Lets records drift. The journal, which holds effects of requests, does not tell of it.
    ///
    /// - Returns: which clients; fewer than asked for when there are not enough.
    public func drift(_ drift: ClientDrift) -> ClientDrift.Account {
        state.withLock { $0.store.drift(drift, now: WallClock.milliseconds) }
    }
}

extension ClientStore {
    fileprivate mutating func drift(_ drift: ClientDrift, now: Int64) -> ClientDrift.Account {
        var random = SeededGenerator(seed: drift.seed)
        var account = ClientDrift.Account()
        var candidates = order.shuffled(using: &random)
        // What can fall back is rare, so it is chosen first.
        for id in candidates where account.stale.count < drift.stale {
            guard var record = records[id], let previous = record.previous, previous != record.client else { continue }
            record.client = previous
            account.stale.insert(record.client.identifier)
            replace(record)
        }
        candidates.removeAll { records[$0].map { account.stale.contains($0.client.identifier) } ?? true }
        for id in candidates.prefix(drift.altered) {
            guard var record = records[id] else { continue }
            record.client.name += " (changed)"
            record.client.address.city = "Elsewhere"
            account.altered.insert(record.client.identifier)
            replace(record)
        }
        for id in candidates.dropFirst(drift.altered).prefix(drift.missing) {
            guard let record = records[id] else { continue }
            account.missing.insert(record.client.identifier)
        }
        remove(account.missing)
        for number in 0..<drift.extra {
            let identifier = "EXTRA-\(drift.seed)-\(number)"
            account.extra.insert(identifier)
            addUnknown(identifier, milliseconds: now)
        }
        return account
    }
}
