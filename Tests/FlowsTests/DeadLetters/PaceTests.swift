import Delivery
import Testing

@testable import Flows

@Suite("The pace of a redrive")
struct PaceTests {
    private func starts(_ pace: Pace, atMilliseconds times: some Sequence<Int64>) -> Int {
        var pace = pace
        return times.reduce(0) { $0 + (pace.take(now: Instant(nanoseconds: $1 * 1_000_000)) ? 1 : 0) }
    }

    @Test("so many starts in a second, a minute or an hour, evenly", arguments: ["50/s", "50", "3000/m", "180000/h"])
    func even(text: String) throws {
        let pace = try #require(Pace(text))
        #expect(pace.interval == 20_000_000)
        #expect(starts(pace, atMilliseconds: 0..<1_000) == 50)
    }

    @Test("what was missed in a long wait is not caught up in a burst")
    func noBurst() throws {
        let pace = try #require(Pace("10/s"))
        #expect(starts(pace, atMilliseconds: [0, 60_000, 60_001, 60_002, 60_003]) <= 3)
    }

    @Test(
        "anything else is refused", arguments: ["", "/s", "0/s", "-1/s", "x", "50/d", "50/s/s", "1e9/s", "nan", "inf"])
    func refused(text: String) {
        #expect(Pace(text) == nil)
    }
}
