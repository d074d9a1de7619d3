import Testing

@testable import Flows

/// Which part of a topic an operator means.
@Suite("Ranges of offsets")
struct OffsetRangesTests {
    private static let now: Int64 = 1_767_225_600_000

    @Test(
        "what may be written",
        arguments: [
            ("beginning", RangePoint.beginning), ("now", .now), ("end", .now), ("2h", .time(now - 7_200_000)),
            ("-90m", .time(now - 5_400_000)), ("2026-01-01T00:00:00Z", .time(now)),
            ("0:120,3:4711", .offsets([0: 120, 3: 4711])), ("7:0", .offsets([7: 0])),
        ])
    func read(text: String, expected: RangePoint) {
        #expect(RangePoint(text, now: Self.now) == expected)
    }

    @Test(
        "what may not",
        arguments: [
            "", "yesterday", "0", "0:", ":1", "0:1,", "0:1,0:2", "0:-1", "-1:0", "0:1:2", "a:b", "2026-01-01",
            "99999999999:1",
        ])
    func refused(text: String) {
        #expect(RangePoint(text, now: Self.now) == nil)
    }

    private let partitions: [Int32: OffsetRanges.Partition] = [
        0: .init(held: 10..<100, fromTime: 40, toTime: 60), 1: .init(held: 0..<50),
    ]

    private func ranges(_ from: RangePoint, _ to: RangePoint) throws(OffsetRanges.Fault) -> [Int32: Range<Int64>] {
        try OffsetRanges(from: from, to: to, of: partitions).ranges
    }

    @Test("beginning and now are all that is kept; a time later than all records is the end")
    func points() throws {
        #expect(try ranges(.beginning, .now) == [0: 10..<100, 1: 0..<50])
        #expect(try ranges(.time(1), .time(2)) == [0: 40..<60, 1: 50..<50])
        #expect(try ranges(.offsets([0: 20]), .now) == [0: 20..<100], "only the partition that is named")
        #expect(try ranges(.beginning, .offsets([1: 5])) == [1: 0..<5])
        #expect(try ranges(.offsets([0: 100]), .offsets([0: 100])) == [0: 100..<100])
    }

    @Test(
        "what cannot be is said",
        arguments: [
            (RangePoint.offsets([2: 0]), RangePoint.now, "there is no partition 2"),
            (.offsets([0: 9]), .now, "from 10 to 100, not 9"), (.offsets([0: 101]), .now, "not 101"),
            (.offsets([0: 50]), .offsets([0: 49]), "ends before it begins"),
            (.offsets([0: 50]), .offsets([1: 49]), "different partitions"), (.now, .beginning, "ends before it begins"),
        ])
    func faults(from: RangePoint, to: RangePoint, hint: String) {
        let fault = #expect(throws: OffsetRanges.Fault.self) { try ranges(from, to) }
        #expect(fault?.description.contains(hint) == true, "\(String(describing: fault))")
    }

    @Test("what is not settled is cut off")
    func clipped() throws {
        let all = OffsetRanges([0: 10..<100, 1: 0..<50, 2: 5..<9])
        let (ranges, cut) = all.clipped(to: [0: 40, 1: 70])
        #expect(ranges.ranges == [0: 10..<40, 1: 0..<50, 2: 5..<5])
        #expect(cut == 64)
    }
}
