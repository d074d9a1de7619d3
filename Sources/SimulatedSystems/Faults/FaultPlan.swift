/// Decides what happens to each request: rules, their state and one seeded generator. Pure: time is passed in.
struct FaultPlan: Sendable {
    /// What the rules look at.
    struct Call: Sendable {
        var method: String
        var path: String
        /// The external identifier of the client that the request is about, where it names one.
        var client: String?
    }

    /// What becomes of a request.
    struct Decision: Sendable, Equatable {
        var delay: Duration = .zero
        /// In how many seconds a limit is reset that the answer says to be used up.
        var limitReset: Int?
        var verdict: Verdict = .proceed
    }

    enum Verdict: Sendable, Equatable {
        case proceed
        case answer(status: Int, retryAfter: Int?, limited: Bool)
        case hang(atMost: Duration)
        case drop(FaultEffect.DropPoint)
    }

    fileprivate struct Installed: Sendable {
        let rule: FaultRule
        let path: PathPattern?
        let since: Duration
        var acted = 0
        /// Requests that may still pass at once, for a rate limit, and when that was so.
        var allowance: Double
        var allowanceTime: Duration

        init(_ rule: FaultRule, at now: Duration) {
            self.rule = rule
            path = rule.path.map { PathPattern($0) }
            since = now
            if case .rateLimit(_, let burst, _) = rule.effect {
                allowance = Double(max(burst, 1))
            } else {
                allowance = 0
            }
            allowanceTime = now
        }
    }

    private var installed: [Installed] = []
    private var random: SeededGenerator

    init(seed: UInt64 = 0) {
        random = SeededGenerator(seed: seed)
    }

    var rules: [FaultRule] { installed.map(\.rule) }

    mutating func replace(with rules: [FaultRule], at now: Duration) {
        installed = rules.map { Installed($0, at: now) }
    }

    mutating func add(_ rule: FaultRule, at now: Duration) {
        installed.append(Installed(rule, at: now))
    }

    mutating func reseed(_ seed: UInt64) {
        random = SeededGenerator(seed: seed)
    }

    /// Decides about one request. `now` counts from any fixed start and does not run backwards.
    mutating func decide(_ call: Call, at now: Duration) -> Decision {
        var decision = Decision()
        for index in installed.indices where installed[index].applies(to: call, at: now) {
            guard random.happens(installed[index].rule.probability) else { continue }
            switch installed[index].rule.effect {
            case .latency(let latency):
                installed[index].acted += 1
                decision.delay += latency.draw(from: &random)
                continue
            case .limitUsedUp(let seconds):
                installed[index].acted += 1
                decision.limitReset = seconds
                continue
            case .rateLimit(let perSecond, let burst, let retryAfter):
                guard !installed[index].admit(perSecond: perSecond, burst: burst, at: now) else { continue }
                decision.verdict = .answer(status: 429, retryAfter: retryAfter, limited: true)
            case .answer(let status, let retryAfter):
                decision.verdict = .answer(status: status, retryAfter: retryAfter, limited: false)
            case .hang(let limit):
                decision.verdict = .hang(atMost: limit)
            case .drop(let point):
                decision.verdict = .drop(point)
            }
            installed[index].acted += 1
            break
        }
        return decision
    }
}

extension FaultPlan.Installed {
    fileprivate func applies(to call: FaultPlan.Call, at now: Duration) -> Bool {
        let begin = since + rule.delay
        guard now >= begin, rule.length.map({ now < begin + $0 }) ?? true else { return false }
        guard rule.times.map({ acted < $0 }) ?? true else { return false }
        guard rule.method.map({ $0 == call.method }) ?? true, path?.matches(call.path) ?? true else { return false }
        guard rule.clientShare < 1 else { return true }
        return call.client.map { FaultRule.position(ofClient: $0) < rule.clientShare } ?? false
    }

    /// A bucket of tokens that fills at the rate of the limit.
    fileprivate mutating func admit(perSecond: Double, burst: Int, at now: Duration) -> Bool {
        allowance = min(Double(max(burst, 1)), allowance + (now - allowanceTime).seconds * perSecond)
        allowanceTime = now
        guard allowance >= 1 else { return false }
        allowance -= 1
        return true
    }
}
