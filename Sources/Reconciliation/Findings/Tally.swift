import JSON

/// The figures of a comparison.
public struct Tally: Equatable, Sendable {
    /// More members, or reasons, are not told apart.
    private static let nameLimit = 1_000

    public private(set) var counts: [Verdict: Int] = [:]
    /// How often each member differs, by its JSON Pointer; positions in arrays are `*`.
    public private(set) var members: [String: Int] = [:]
    /// How often each reason was given, with its verdict.
    public private(set) var reasons: [Verdict: [String: Int]] = [:]

    public init() {}

    public subscript(verdict: Verdict) -> Int { counts[verdict] ?? 0 }

    /// Keys over all verdicts.
    public var total: Int { counts.values.reduce(0, +) }

    /// Keys that an operator should look at.
    public var problems: Int { self[.different] + self[.missing] + self[.unknown] + self[.notComparable] }

    public mutating func addEqual(_ count: Int = 1) {
        guard count > 0 else { return }
        counts[.equal, default: 0] += count
    }

    public mutating func add(_ finding: Finding) {
        counts[finding.verdict, default: 0] += 1
        if let reason = finding.reason {
            Tally.count(Tally.kind(of: reason), in: &reasons[finding.verdict, default: [:]])
        }
        guard finding.verdict == .different else { return }
        for difference in finding.differences { Tally.count(Tally.place(difference.pointer), in: &members) }
    }

    /// The same over another comparison's keys.
    public mutating func add(_ other: Tally) {
        counts.merge(other.counts, uniquingKeysWith: +)
        members.merge(other.members, uniquingKeysWith: +)
        for (verdict, names) in other.reasons {
            reasons[verdict, default: [:]].merge(names, uniquingKeysWith: +)
        }
    }

    private static func count(_ name: String, in names: inout [String: Int]) {
        let name = names[name] != nil || names.count < nameLimit ? name : "other"
        names[name, default: 0] += 1
    }

    /// A reason without what differs from key to key: what stands before the first colon.
    public static func kind(of reason: String) -> String {
        String(reason.prefix { $0 != ":" })
    }

    /// A pointer whose positions in arrays are `*`.
    public static func place(_ pointer: String) -> String {
        guard pointer.utf8.contains(where: { $0 >= 0x30 && $0 <= 0x39 }) else { return pointer }
        return pointer.split(separator: "/", omittingEmptySubsequences: false)
            .map { !$0.isEmpty && $0.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 } ? "*" : String($0) }
            .joined(separator: "/")
    }

    /// Names by how often they were counted.
    public static func ranking(_ names: [String: Int]) -> [(name: String, count: Int)] {
        names.map { (name: $0.key, count: $0.value) }
            .sorted { $0.count == $1.count ? $0.name < $1.name : $0.count > $1.count }
    }
}
