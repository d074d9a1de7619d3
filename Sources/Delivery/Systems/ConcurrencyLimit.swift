/// A number of calls at once, fixed or found out.
struct ConcurrencyLimit: Sendable {
    private enum Kind: Sendable {
        case fixed(Int)
        case adaptive(AdaptiveConcurrency)
    }

    private var kind: Kind
    private(set) var inFlight = 0

    init(_ policy: ConcurrencyPolicy) {
        switch policy {
        case .fixed(let limit): kind = .fixed(max(1, limit))
        case .adaptive(let ceiling): kind = .adaptive(AdaptiveConcurrency(ceiling: ceiling))
        }
    }

    init(_ limit: Int) {
        self.init(.fixed(limit))
    }

    /// Calls that may be in flight now.
    var limit: Int {
        switch kind {
        case .fixed(let limit): limit
        case .adaptive(let adaptive): adaptive.current
        }
    }

    /// The limit that was found out; `nil` where it is fixed.
    var found: Int? {
        if case .adaptive(let adaptive) = kind { adaptive.limit } else { nil }
    }

    /// Calls that may start. None while a limit that fell is still exceeded.
    var free: Int { max(0, limit - inFlight) }

    mutating func take() {
        inFlight += 1
        adapt { [inFlight] in $0.started(inFlight: inFlight) }
    }

    mutating func giveBack() {
        inFlight -= 1
    }

    /// What the call that started at `start` says about the system.
    mutating func note(_ sign: LoadSign, start: Instant, now: Instant) {
        switch sign {
        case .processed: adapt { $0.answered(start: start, now: now) }
        case .overloaded: adapt { $0.refused(start: start, now: now) }
        case .none: break
        }
    }

    /// The share of what the workers of the process have found together.
    mutating func share(_ share: Int) {
        adapt { $0.share(share) }
    }

    private mutating func adapt(_ body: (inout AdaptiveConcurrency) -> Void) {
        guard case .adaptive(var adaptive) = kind else { return }
        body(&adaptive)
        kind = .adaptive(adaptive)
    }
}
