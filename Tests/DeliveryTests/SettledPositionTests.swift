import Testing

@testable import Delivery

@Suite struct SettledPositionTests {
    @Test("D7: settled is what lies below the watermark, and what the metadata tells beyond it")
    func contains() {
        var encoder = CommitMetadata.Encoder(byteLimit: 4_096)
        for (unsettled, settled) in [(1, 1), (2, 2), (3, 1)] as [(Int64, Int64)] {
            encoder.add(unsettled: unsettled, settled: settled)
        }
        let settled: Set<Int64> = [101, 104, 105, 109]
        let position = SettledPosition(offset: 100, metadata: encoder.finish(offset: 100))
        for offset in Int64(90)..<120 {
            #expect(position.contains(offset) == (offset < 100 || settled.contains(offset)), "\(offset)")
        }
    }

    @Test("D7: metadata that is not ours, or damaged, says nothing")
    func foreign() {
        for metadata in ["", "somebody else's", "penstock/2 AAAA", "penstock/1 !!"] {
            let position = SettledPosition(offset: 7, metadata: metadata)
            #expect(position.contains(6) && !position.contains(7))
        }
    }
}
