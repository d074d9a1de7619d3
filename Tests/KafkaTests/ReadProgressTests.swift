import Testing

@testable import Kafka

/// Promise D1: within an assignment, reading does not go backwards.
@Suite struct ReadProgressTests {
    @Test func gapsAreTaken() {
        var progress = ReadProgress()
        for offset in [0, 1, 5, 9] as [Int64] { #expect(progress.takes(offset)) }
    }

    @Test func whatWasHandedOverBeforeARebalanceIsHeldBackAfterIt() {
        var progress = ReadProgress()
        for offset in 10..<20 as Range<Int64> { #expect(progress.takes(offset)) }
        progress.expectRepeats()
        for offset in 10..<20 as Range<Int64> { #expect(!progress.takes(offset)) }
        #expect(progress.takes(20))
    }

    @Test func beforeTheFirstRecordNothingIsHeldBack() {
        var progress = ReadProgress()
        progress.expectRepeats()
        #expect(progress.takes(0))
    }

    /// Without a rebalance a lower offset means that the partition begins anew.
    @Test func aPartitionThatBeginsAnewIsRead() {
        var progress = ReadProgress()
        #expect(progress.takes(100))
        #expect(progress.takes(0))
        #expect(progress.takes(1))
    }
}
