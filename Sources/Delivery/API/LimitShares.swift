/// What one worker wants of a system, and what it has found out about it.
public struct LimitDemand: Equatable, Sendable {
    /// Calls at once. `.infinity`: as many as there are, for more wait than may start.
    public var concurrency: Double
    /// Calls in a second. `.infinity`: as many as there are.
    public var perSecond: Double
    /// The concurrency that the worker has found; `nil` where it is fixed.
    public var found: Int?

    public init(concurrency: Double, perSecond: Double, found: Int? = nil) {
        self.concurrency = concurrency
        self.perSecond = perSecond
        self.found = found
    }
}

/// What one worker may use of a system's limits.
public struct LimitShare: Equatable, Sendable {
    /// `nil`: the limit is the worker's own.
    public var concurrency: Int?
    /// `nil`: there is no limit.
    public var rate: RateLimit?

    public init(concurrency: Int? = nil, rate: RateLimit? = nil) {
        self.concurrency = concurrency
        self.rate = rate
    }
}

/// How the workers of a process share what one system bears, max-min fairly: who wants less than an equal part gets
/// what it wants, and the others have the rest in equal parts (Bertsekas and Gallager, "Data Networks", 1992, § 6.5.2).
///
/// Each worker comes a few times a second, says what it wants and takes its share. Nobody is given what another still
/// holds: a share grows when the others have come and left theirs, so that at no time the shares exceed the whole.
/// What the whole of a concurrency is, the workers find out: what each has gained or given up since it last came adds
/// to it or goes off it.
public struct LimitShares: Sendable {
    private struct Participant: Sendable {
        var demand = LimitDemand(concurrency: 0, perSecond: 0)
        var perSecond = 0.0
        var concurrency = 0
    }

    private let rate: RateLimit?
    private let ceiling: Int
    private var participants: [Int: Participant] = [:]
    private var nextID = 0
    /// The concurrency that the workers have found together.
    public private(set) var found = 0

    public init(_ limits: SystemLimits) {
        rate = limits.rate
        ceiling = limits.concurrency.ceiling
    }

    public mutating func join() -> Int {
        defer { nextID += 1 }
        participants[nextID] = Participant()
        return nextID
    }

    /// What the worker had is free for the others.
    public mutating func leave(_ id: Int) {
        guard participants.removeValue(forKey: id) != nil, participants.isEmpty else { return }
        found = 0
    }

    /// What `id` wants now. Returns what it has from now on.
    public mutating func exchange(_ id: Int, _ demand: LimitDemand) -> LimitShare {
        guard var own = participants[id] else { return LimitShare(concurrency: demand.found, rate: rate) }
        own.demand = demand
        participants[id] = own
        own.perSecond = ratePart(of: id)
        own.concurrency = concurrencyPart(of: id, demand.found)
        participants[id] = own
        return LimitShare(
            concurrency: demand.found == nil ? nil : own.concurrency,
            rate: rate.map { rate in
                let part = rate.perSecond > 0 ? own.perSecond / rate.perSecond : 0
                return RateLimit(perSecond: own.perSecond, burst: rate.burst * part)
            })
    }

    private func ratePart(of id: Int) -> Double {
        guard let rate else { return 0 }
        let target = target(of: id, total: rate.perSecond, \.perSecond)
        let others = participants.reduce(0) { $1.key == id ? $0 : $0 + $1.value.perSecond }
        return max(0, min(target, rate.perSecond - others))
    }

    private mutating func concurrencyPart(of id: Int, _ foundNow: Int?) -> Int {
        guard let foundNow, let own = participants[id] else { return 0 }
        let others = participants.reduce(0) { $1.key == id ? $0 : $0 + $1.value.concurrency }
        found = min(ceiling, max(1, found + foundNow - own.concurrency))
        let target = Int(target(of: id, total: Double(found), \.concurrency).rounded(.down))
        let part = max(1, min(target, found - others))
        // Rounding must not lose a call when nobody else has it.
        return participants.count == 1 ? max(part, found) : part
    }

    private func target(of id: Int, total: Double, _ demand: KeyPath<LimitDemand, Double>) -> Double {
        let ids = participants.keys.sorted()
        let parts = LimitShares.maxMin(ids.map { participants[$0]?.demand[keyPath: demand] ?? 0 }, total: total)
        return ids.firstIndex(of: id).map { parts[$0] } ?? 0
    }

    /// The parts of `total`, max-min fair by `demands`. What nobody wants is spread evenly, to be at hand.
    public static func maxMin(_ demands: [Double], total: Double) -> [Double] {
        var parts = demands.map { _ in 0.0 }
        var rest = total
        var left = demands.count
        for index in demands.indices.sorted(by: { demands[$0] < demands[$1] }) {
            parts[index] = min(demands[index], rest / Double(left))
            rest -= parts[index]
            left -= 1
        }
        return parts.map { $0 + max(0, rest) / Double(max(1, demands.count)) }
    }
}
