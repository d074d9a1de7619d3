/// One way in which a simulated system misbehaves, and for which requests.
///
/// All conditions must hold for the rule to act. Of the rules that act on a request the first one that is not a delay
/// decides what happens; delays of all rules before it add up.
public struct FaultRule: Sendable, Equatable {
    /// For logs and counters; not interpreted.
    public var name: String?
    /// The request method it applies to; `nil` for all.
    public var method: String?
    /// A pattern for the path, in which `*` stands for any run of characters, `/` included; `nil` for all paths.
    public var path: String?
    /// How often it acts on a request it applies to, from 0 to 1.
    public var probability: Double
    /// The share of clients it applies to, from 0 to 1, drawn by a hash of the client's identifier, so that a client
    /// is either always or never among them. Requests that name no client count only when the share is 1.
    public var clientShare: Double
    /// How long after its installation the rule begins to act.
    public var delay: Duration
    /// How long it acts from then on; `nil` for ever.
    public var length: Duration?
    /// How often it acts at most; `nil` without bound.
    public var times: Int?
    /// What it does.
    public var effect: FaultEffect

    public init(
        _ effect: FaultEffect, name: String? = nil, method: String? = nil, path: String? = nil,
        probability: Double = 1, clientShare: Double = 1, after delay: Duration = .zero,
        for length: Duration? = nil, times: Int? = nil
    ) {
        self.effect = effect
        self.name = name
        self.method = method
        self.path = path
        self.probability = probability
        self.clientShare = clientShare
        self.delay = delay
        self.length = length
        self.times = times
    }

    /// The system answers 503 for `length` from now on, to all clients or to a share of them.
    public static func outage(
        for length: Duration, clientShare: Double = 1, status: Int = 503, after delay: Duration = .zero
    ) -> FaultRule {
        FaultRule(.answer(status: status), name: "outage", clientShare: clientShare, after: delay, for: length)
    }

    /// Where the client lies between 0 and 1: a rule with a `clientShare` above that applies to it.
    public static func position(ofClient identifier: String) -> Double {
        var hash = StableHash()
        hash.combine(identifier.utf8)
        return Double(SeededGenerator.mix(hash.value) >> 11) * 0x1p-53
    }
}

/// What a fault does to a request.
public enum FaultEffect: Sendable, Equatable {
    /// Answers this status without doing anything, with `Retry-After` in seconds where given.
    case answer(status: Int, retryAfter: Int? = nil)
    /// Takes this long, then goes on as usual.
    case latency(Latency)
    /// Never answers: holds the connection until the client leaves or this much time has passed, and applies nothing.
    case hang(atMost: Duration = .seconds(300))
    /// Closes the connection without a complete answer.
    case drop(DropPoint)
    /// Answers 429 with `Retry-After` once more than so many requests arrive in a second.
    case rateLimit(perSecond: Double, burst: Int = 1, retryAfter: Int? = 1)
    /// Goes on as usual, and says in the answer that its limit is used up for so many seconds (`RateLimit`).
    case limitUsedUp(resetSeconds: Int)

    /// When the connection is closed.
    public enum DropPoint: String, Sendable, CaseIterable {
        /// The request is read, nothing is applied.
        case beforeApplying = "before"
        /// The effect is applied, and no byte of the answer is sent.
        case afterApplying = "after"
        /// The effect is applied, the head and half of the body are sent.
        case midAnswer = "mid-answer"
    }
}

/// Patterns in which `*` stands for any run of characters.
struct PathPattern: Sendable, Equatable {
    private let parts: [Substring]

    init(_ text: String) {
        parts = text.split(separator: "*", omittingEmptySubsequences: false)
    }

    func matches(_ path: String) -> Bool {
        guard let first = parts.first, let last = parts.last else { return path.isEmpty }
        guard parts.count > 1 else { return path == first }
        guard path.hasPrefix(first) else { return false }
        var rest = path.dropFirst(first.count)
        for part in parts.dropFirst().dropLast() where !part.isEmpty {
            guard let end = Self.end(of: part, in: rest) else { return false }
            rest = rest[end...]
        }
        return rest.hasSuffix(last)
    }

    private static func end(of part: Substring, in text: Substring) -> Substring.Index? {
        var start = text.startIndex
        while true {
            if text[start...].hasPrefix(part) { return text.index(start, offsetBy: part.count) }
            guard start < text.endIndex else { return nil }
            start = text.index(after: start)
        }
    }
}
