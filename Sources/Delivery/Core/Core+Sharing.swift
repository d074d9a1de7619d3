extension Core {
    /// What this worker wants of a system's limits, and what it has found out. To be asked a few times a second: it
    /// tells of the time since the last time.
    public mutating func takeDemand(of id: SystemID, now: Instant) -> LimitDemand {
        let index = Int(id.index)
        guard index < systems.count else { return LimitDemand(concurrency: 0, perSecond: 0) }
        let system = systems[index]
        let use = systems[index].use.take(now: now, inFlight: system.concurrency.inFlight)
        let isWaiting = system.queuedCount > 0 || !rotation.isEmpty
        let lacksSlots = isWaiting && system.concurrency.free == 0
        let lacksTokens = isWaiting && system.bucket?.available == 0
        return LimitDemand(
            concurrency: lacksSlots ? .infinity : Double(use.peak + system.queuedCount),
            perSecond: lacksTokens ? .infinity : use.perSecond * Core.headroom,
            found: system.concurrency.found)
    }

    /// From now on this worker has this share of the system's limits. Calls that it makes room for start with the next
    /// `advance`.
    public mutating func setShare(_ share: LimitShare, of id: SystemID, now: Instant) {
        let index = Int(id.index)
        guard index < systems.count else { return }
        if let concurrency = share.concurrency { systems[index].concurrency.share(concurrency) }
        if let rate = share.rate {
            systems[index].bucket?.change(perSecond: rate.perSecond, burst: rate.burst, now: now)
        }
    }

    /// Another worker was told by the system to wait (D5): no call starts before `until`.
    public mutating func holdBack(_ id: SystemID, until: Instant) {
        guard Int(id.index) < systems.count else { return }
        systems[Int(id.index)].holdBack(until: until)
    }

    /// The system said, beside an answer that is no fault, that its limit is used up: no call starts for so long, at most
    /// ``SystemLimits/retryAfterCeiling``.
    public mutating func holdBack(_ id: SystemID, by wait: Duration, now: Instant) {
        guard Int(id.index) < systems.count else { return }
        _ = systems[Int(id.index)].postpone(by: wait.wholeNanoseconds, now: now)
    }

    /// Until when the system has told us, or another worker, to wait.
    public func heldBackUntil(_ id: SystemID) -> Instant? {
        Int(id.index) < systems.count ? systems[Int(id.index)].notBefore : nil
    }

    /// A worker that is not held back by its rate wants a little more than it uses, so that it can grow.
    private static var headroom: Double { 1.25 }
}
