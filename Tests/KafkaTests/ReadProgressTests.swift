import Testing

@testable import Kafka

/// Promise D1: within an assignment, reading does not go backwards.
@Suite struct ReadProgressTests {
    /// Those of the offsets that are handed over.
    private func taken(_ offsets: some Sequence<Int64>, by progress: inout ReadProgress) -> [Int64] {
        var taken: [Int64] = []
        for offset in offsets where progress.takes(offset) { taken.append(offset) }
        return taken
    }

    @Test func gapsAreTaken() {
        var progress = ReadProgress()
        let offsets = taken([0, 1, 5, 9], by: &progress)
        #expect(offsets == [0, 1, 5, 9])
    }

    @Test func whatWasHandedOverBeforeARebalanceIsHeldBackAfterIt() {
        var progress = ReadProgress()
        let before = taken(10..<20, by: &progress)
        progress.expectRepeats()
        let after = taken(10..<25, by: &progress)
        #expect(before == Array(10..<20) && after == Array(20..<25))
    }

    @Test func beforeTheFirstRecordNothingIsHeldBack() {
        var progress = ReadProgress()
        progress.expectRepeats()
        let offsets = taken([0, 1], by: &progress)
        #expect(offsets == [0, 1])
    }

    /// Without a rebalance a lower offset means that the partition begins anew.
    @Test func aPartitionThatBeginsAnewIsRead() {
        var progress = ReadProgress()
        let offsets = taken([100, 0, 1], by: &progress)
        #expect(offsets == [100, 0, 1])
    }
}
