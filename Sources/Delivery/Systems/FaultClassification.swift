/// What a call's outcome means for its event and its system (D4, D5).
enum Verdict: Equatable, Sendable {
    /// 2xx.
    case success
    /// The event is wrong: park it.
    case eventFault(status: UInt16)
    /// Speaks of the event, but the step declares it worth another try, up to a ceiling.
    case doubtful(status: UInt16)
    /// The system is unwell: wait, never park.
    case targetFault
    /// 401 or 403: the system refuses us. Wait, open the circuit, raise an alarm.
    case refused(status: UInt16)
    /// 3xx: not the system's address. A target fault with an alarm, for a wrong address must lose nothing.
    case redirected(status: UInt16)

    init(_ outcome: Outcome, policy: RetryPolicy?) {
        guard case .answered(let status, _) = outcome else {
            self = .targetFault
            return
        }
        let short = UInt16(clamping: status)
        let isDeclared = policy?.statuses.contains(status) ?? false
        switch status {
        case 200..<300: self = .success
        case 300..<400: self = .redirected(status: short)
        case 401, 403: self = .refused(status: short)
        case 408, 425, 429, 502, 503, 504: self = .targetFault
        case 400..<500: self = isDeclared ? .doubtful(status: short) : .eventFault(status: short)
        case 500..<600: self = isDeclared ? .doubtful(status: short) : .targetFault
        default: self = .targetFault
        }
    }

    /// The system answered sensibly, whatever it said about the event.
    var isHealthy: Bool {
        switch self {
        case .success, .eventFault, .doubtful: true
        case .targetFault, .refused, .redirected: false
        }
    }
}

/// What the end of a call says about how much its system bears.
enum LoadSign: Equatable, Sendable {
    /// It did what it should, in its time.
    case processed
    /// It had no room, or no time.
    case overloaded
    /// Nothing: an answer about the event, or a fault of another kind.
    case none

    init(_ outcome: Outcome, _ verdict: Verdict) {
        switch (verdict, outcome) {
        case (.success, _): self = .processed
        case (.targetFault, .answered(let status, _)):
            self = [408, 429, 502, 503, 504].contains(status) ? .overloaded : .none
        case (.targetFault, _): self = .overloaded
        default: self = .none
        }
    }
}
