import FuzzKit
import Testing

/// Generated programs give what Debian's `jq` gives, but for the differences of ``ExplainedDifference``.
@Suite struct DifferentialTests {
    static let peer = JQPeer()
    /// The differences are told from jq 1.6, the one of Debian 12.
    static var isUsable: Bool { peer?.version == "jq-1.6" }
    static let howToObtain: Comment = "jq 1.6 is not here: apt-get install jq (Debian 12)"

    @Test(.enabled(if: isUsable, howToObtain))
    func generatedProgramsGiveTheSame() throws {
        var differential = Differential(peer: try #require(Self.peer))
        differential.run(seed: 7, numbers: 0..<400)
        print("programs held against \(differential.report)")
        for difference in differential.unexplained.prefix(5) { Issue.record("\(difference)") }
        #expect(differential.programs >= 390)
        #expect(differential.runs > 1000)
    }

    /// What the generator leaves out, and each explained difference, does differ as it is said to.
    @Test(.enabled(if: isUsable, howToObtain), arguments: KnownDifference.all)
    func aKnownDifferenceIsThere(known: KnownDifference) throws {
        let (ours, theirs) = known.outcomes(peer: try #require(Self.peer))
        #expect(ours == known.ours)
        #expect(theirs == known.jq16)
    }

    @Test func everyExplanationHasAnExample() {
        for explained in ExplainedDifference.all {
            #expect(KnownDifference.all.contains { explained.concerns($0.program) }, "\(explained.name)")
        }
    }
}
