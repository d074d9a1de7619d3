/// Where we differ from jq 1.6, on purpose and why.
public struct ExplainedDifference: Sendable {
    public typealias Name = String

    public let name: Name
    /// Why it differs.
    public let reason: String
    let covers: @Sendable (Differential.Difference) -> Bool

    public static let all: [ExplainedDifference] = []
}
