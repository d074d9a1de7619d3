/// A program whose outcome here differs from that in jq 1.6, as an example of why.
///
/// Those that ``ExplainedDifference`` covers occur in generated programs; all others the generator avoids, because
/// their cause cannot be told from that of another difference.
public struct KnownDifference: Sendable {
    public let program: String
    /// Outputs one after the other, `error` for an error.
    public let ours: String
    public let jq16: String
    public let reason: String

    init(_ program: String, ours: String, jq16: String, _ reason: String) {
        self.program = program
        self.ours = ours
        self.jq16 = jq16
        self.reason = reason
    }

    /// What the program gives here and there for the input `null`.
    public func outcomes(peer: JQPeer) -> (ours: String, theirs: String) {
        let ours = OurSide().run(program, on: ["null"])
        let theirs = peer.run([program], on: ["null"]).first ?? nil
        return (Self.text(ours.first), Self.text(theirs?.first))
    }

    private static func text(_ outcome: ProgramOutcome?) -> String {
        guard let outcome else { return "no answer" }
        return (outcome.outputs + (outcome.hasFailed ? ["error"] : [])).joined(separator: " ")
    }
}
