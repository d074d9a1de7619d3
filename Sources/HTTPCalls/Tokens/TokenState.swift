/// When a system's access token is used, waited for, or fetched: decided on values, without sockets or a clock.
///
/// At most one fetch is under way. A token is fetched anew a while before it expires, while calls go on with it. Times
/// are nanoseconds on a monotonic clock.
struct TokenState {
    /// What a call does now.
    enum Need: Equatable {
        /// Send with the token of this generation.
        case use(UInt64)
        /// Wait until the fetch under way has ended.
        case wait
        /// End as not sent: no token can be had for now.
        case fail(CallFault)
    }

    private struct Token {
        var value: Secret
        var generation: UInt64
        var refreshAt: Int64
        var expiresAt: Int64
    }

    static let second: Int64 = 1_000_000_000
    /// A token is fetched anew when a fifth of its life is left, but not more than this ahead.
    static let longestLead = 60 * second
    /// After a failed fetch no other is made for this long; doubled with each further failure up to the longest.
    static let shortestPause = 1 * second
    static let longestPause = 30 * second
    /// A token fetched because of a 401 is not suspected again for this long: then it is not the token that is wrong.
    static let trust = 5 * second

    private var token: Token?
    private var generation: UInt64 = 0
    private var isFetching = false
    private var wasRejected = false
    private var trustedUntil = Int64.min
    private var failures = 0
    private var pausedUntil = Int64.min
    private var fault = CallFault(.token, "not fetched yet")

    /// The text of the token of a generation that ``need(now:)`` named.
    var value: Secret? { token?.value }

    /// What a call does now, and whether the caller must begin a fetch for that.
    mutating func need(now: Int64) -> (need: Need, fetches: Bool) {
        if let token, now < token.expiresAt {
            return (.use(token.generation), now >= token.refreshAt && beginsFetch(now))
        }
        if isFetching { return (.wait, false) }
        return beginsFetch(now) ? (.wait, true) : (.fail(fault), false)
    }

    private mutating func beginsFetch(_ now: Int64) -> Bool {
        guard !isFetching, now >= pausedUntil else { return false }
        isFetching = true
        return true
    }

    /// The fetch under way yielded a token.
    /// - Parameters:
    ///   - lifetimeSeconds: `expires_in`; without it the token is used until a 401.
    ///   - requestedAt: when the fetch began, from which the lifetime is counted to be on the safe side.
    mutating func obtained(_ value: Secret, lifetimeSeconds: Int?, requestedAt: Int64, now: Int64) {
        isFetching = false
        failures = 0
        pausedUntil = .min
        generation += 1
        if wasRejected { trustedUntil = now + Self.trust }
        wasRejected = false
        var expiresAt = Int64.max
        var refreshAt = Int64.max
        if let lifetimeSeconds {
            let lifetime = Int64(max(0, min(lifetimeSeconds, 1 << 30))) * Self.second
            // Even a token that was dead on arrival serves the calls that waited for it: they ask once more on a 401.
            expiresAt = max(requestedAt + lifetime, now + Self.second)
            refreshAt = expiresAt - min(lifetime / 5, Self.longestLead)
        }
        token = Token(value: value, generation: generation, refreshAt: refreshAt, expiresAt: expiresAt)
    }

    /// The fetch under way failed. A token that still serves goes on serving.
    mutating func failed(_ fault: CallFault, now: Int64) {
        isFetching = false
        self.fault = fault
        let pause = Self.shortestPause << Int64(min(failures, 10))
        pausedUntil = now + min(pause, Self.longestPause)
        failures += 1
    }

    /// A call that used the token of `generation` was answered 401.
    /// - Returns: whether the call should be made once more with the token that ``need(now:)`` gives.
    mutating func rejected(generation: UInt64, now: Int64) -> Bool {
        guard let token, token.generation == generation else { return true }
        guard now >= trustedUntil else { return false }
        self.token = nil
        wasRejected = true
        return true
    }
}
