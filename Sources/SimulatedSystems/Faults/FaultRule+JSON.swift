/// Fault rules as JSON, for `PUT /_simulated/faults`:
///
///     {"seed": 7, "rules": [
///       {"method": "PUT", "path": "/v2/clients/*", "probability": 0.1, "status": 503, "retry_after": 2},
///       {"client_share": 0.2, "after_ms": 1000, "for_ms": 3000, "status": 503},
///       {"delay": {"log_normal_median_ms": 20, "p99_ms": 200}},
///       {"times": 1, "hang": true}, {"drop": "after"}, {"rate_limit": {"per_second": 100, "retry_after": 1}},
///       {"times": 1, "limit_used_up": {"reset": 2}}
///     ]}
///
/// Each rule has exactly one of `status`, `delay`, `hang`, `drop`, `rate_limit`, `limit_used_up`.
extension FaultRule {
    /// Reads the whole document. The fault that is thrown names the place.
    static func list(_ document: JSONTree) throws(DocumentFault) -> (rules: [FaultRule], seed: UInt64?) {
        let reader = try ObjectReader(document, at: "")
        try reader.allow(["seed", "rules"])
        guard let elements = document["rules"]?.elements else {
            throw DocumentFault("/rules", "is missing or no array")
        }
        var rules: [FaultRule] = []
        for (index, element) in elements.enumerated() {
            rules.append(try FaultRule(element, at: "/rules/\(index)"))
        }
        return (rules, try reader.int("seed").map { UInt64(max($0, 0)) })
    }

    private static let conditionNames = [
        "name", "method", "path", "probability", "client_share", "after_ms", "for_ms", "times",
    ]
    fileprivate static let effectNames = ["status", "delay", "hang", "drop", "rate_limit", "limit_used_up"]

    private init(_ tree: JSONTree, at pointer: String) throws(DocumentFault) {
        let reader = try ObjectReader(tree, at: pointer)
        try reader.allow(Self.conditionNames + Self.effectNames + ["retry_after", "at_most_ms"])
        self.init(
            try FaultEffect(reader), name: try reader.string("name"), method: try reader.string("method"),
            path: try reader.string("path"), probability: try reader.share("probability") ?? 1,
            clientShare: try reader.share("client_share") ?? 1, after: try reader.duration("after_ms") ?? .zero,
            for: try reader.duration("for_ms"), times: try reader.int("times"))
    }

    /// The rule in the form in which it is read.
    var tree: JSONTree {
        var members: [JSONTree.Member] = []
        if let name { members.append(.init("name", .string(name))) }
        if let method { members.append(.init("method", .string(method))) }
        if let path { members.append(.init("path", .string(path))) }
        if probability < 1 { members.append(.init("probability", .number("\(probability)"))) }
        if clientShare < 1 { members.append(.init("client_share", .number("\(clientShare)"))) }
        if delay > .zero { members.append(.init("after_ms", .int(delay.milliseconds))) }
        if let length { members.append(.init("for_ms", .int(length.milliseconds))) }
        if let times { members.append(.init("times", .int(times))) }
        return .object(members + effect.members)
    }
}

extension FaultEffect {
    fileprivate init(_ reader: ObjectReader) throws(DocumentFault) {
        let named = reader.names(among: FaultRule.effectNames)
        guard named.count == 1, let name = named.first else {
            throw reader.fault("needs exactly one of \(FaultRule.effectNames.joined(separator: ", "))")
        }
        switch name {
        case "status":
            guard let status = try reader.int("status"), (200...599).contains(status) else {
                throw reader.fault("status", "is no status from 200 to 599")
            }
            self = .answer(status: status, retryAfter: try reader.int("retry_after"))
        case "delay":
            self = .latency(try Latency(try reader.object("delay")))
        case "hang":
            self = .hang(atMost: try reader.duration("at_most_ms") ?? .seconds(300))
        case "drop":
            guard let point = DropPoint(rawValue: try reader.string("drop") ?? "") else {
                throw reader.fault("drop", "is none of before, after, mid-answer")
            }
            self = .drop(point)
        case "limit_used_up":
            let limit = try reader.object("limit_used_up")
            try limit.allow(["reset"])
            guard let reset = try limit.int("reset"), reset >= 0 else {
                throw limit.fault("reset", "is missing or negative")
            }
            self = .limitUsedUp(resetSeconds: reset)
        default:
            let limit = try reader.object("rate_limit")
            try limit.allow(["per_second", "burst", "retry_after"])
            guard let rate = try limit.number("per_second"), rate > 0 else {
                throw limit.fault("per_second", "is missing or not positive")
            }
            self = .rateLimit(
                perSecond: rate, burst: try limit.int("burst") ?? 1, retryAfter: try limit.int("retry_after") ?? 1)
        }
    }

    fileprivate var members: [JSONTree.Member] {
        switch self {
        case .answer(let status, let retryAfter):
            [.init("status", .int(status))] + (retryAfter.map { [.init("retry_after", .int($0))] } ?? [])
        case .latency(let latency):
            [.init("delay", latency.tree)]
        case .hang(let limit):
            [.init("hang", .bool(true)), .init("at_most_ms", .int(limit.milliseconds))]
        case .drop(let point):
            [.init("drop", .string(point.rawValue))]
        case .limitUsedUp(let seconds):
            [.init("limit_used_up", .object([.init("reset", .int(seconds))]))]
        case .rateLimit(let rate, let burst, let retryAfter):
            [
                .init(
                    "rate_limit",
                    .object(
                        [.init("per_second", .number("\(rate)")), .init("burst", .int(burst))]
                            + (retryAfter.map { [.init("retry_after", .int($0))] } ?? [])))
            ]
        }
    }
}

extension Latency {
    fileprivate init(_ reader: ObjectReader) throws(DocumentFault) {
        try reader.allow([
            "fixed_ms", "uniform_from_ms", "uniform_to_ms", "exponential_mean_ms", "log_normal_median_ms", "p99_ms",
        ])
        if let delay = try reader.duration("fixed_ms") {
            self = .fixed(delay)
        } else if let low = try reader.duration("uniform_from_ms"), let high = try reader.duration("uniform_to_ms") {
            self = .uniform(from: low, to: high)
        } else if let mean = try reader.duration("exponential_mean_ms") {
            self = .exponential(mean: mean)
        } else if let median = try reader.duration("log_normal_median_ms"), let p99 = try reader.duration("p99_ms") {
            self = .logNormal(median: median, p99: p99)
        } else {
            throw reader.fault(
                "needs fixed_ms, or uniform_from_ms and uniform_to_ms, or exponential_mean_ms, "
                    + "or log_normal_median_ms and p99_ms")
        }
    }

    fileprivate var tree: JSONTree {
        switch self {
        case .fixed(let delay):
            .object([.init("fixed_ms", delay.tree)])
        case .uniform(let low, let high):
            .object([.init("uniform_from_ms", low.tree), .init("uniform_to_ms", high.tree)])
        case .exponential(let mean):
            .object([.init("exponential_mean_ms", mean.tree)])
        case .logNormal(let median, let p99):
            .object([.init("log_normal_median_ms", median.tree), .init("p99_ms", p99.tree)])
        }
    }
}

extension Duration {
    /// Milliseconds, with a fraction where there is one.
    fileprivate var tree: JSONTree {
        let value = seconds * 1000
        return value == value.rounded() ? .int(milliseconds) : .number("\(value)")
    }
}
