/// What a system can bear.
public struct SystemLimits: Sendable {
    /// Calls in flight at once.
    public var concurrency: ConcurrencyPolicy
    /// Calls started in a time; `nil`: as many as there are.
    public var rate: RateLimit?
    /// When to leave the system alone.
    public var circuit: CircuitLimits
    /// A longer `Retry-After` is cut to this.
    public var retryAfterCeiling: Duration

    public init(
        concurrency: ConcurrencyPolicy,
        rate: RateLimit? = nil,
        circuit: CircuitLimits = CircuitLimits(),
        retryAfterCeiling: Duration = .seconds(900)
    ) {
        self.concurrency = concurrency
        self.rate = rate
        self.circuit = circuit
        self.retryAfterCeiling = retryAfterCeiling
    }

    public init(
        concurrency: Int, circuit: CircuitLimits = CircuitLimits(), retryAfterCeiling: Duration = .seconds(900)
    ) {
        self.init(concurrency: .fixed(concurrency), circuit: circuit, retryAfterCeiling: retryAfterCeiling)
    }
}

/// How many calls may be in flight at once; at least 1.
public enum ConcurrencyPolicy: Hashable, Sendable, ExpressibleByIntegerLiteral {
    /// As many as are said.
    case fixed(Int)
    /// As many as the system bears, which is found out, up to the ceiling.
    case adaptive(ceiling: Int)

    public init(integerLiteral value: Int) {
        self = .fixed(value)
    }

    /// What is never exceeded.
    public var ceiling: Int {
        switch self {
        case .fixed(let limit), .adaptive(let limit): max(1, limit)
        }
    }
}

/// How many calls may start in a time: a token bucket.
///
/// In no window of `t` seconds do more than `perSecond × t + burst` calls start.
public struct RateLimit: Hashable, Sendable {
    /// Tokens that come in each second.
    public var perSecond: Double
    /// What the bucket holds: calls that may start at once after a pause. At least 1.
    public var burst: Double

    /// The burst is a tenth of a second's calls unless given.
    public init(perSecond: Double, burst: Double? = nil) {
        self.perSecond = perSecond.isFinite ? max(0, perSecond) : 0
        self.burst = max(1, burst ?? perSecond / 10)
    }
}
