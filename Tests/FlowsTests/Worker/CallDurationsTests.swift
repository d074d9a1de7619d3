import Testing

@testable import Flows

@Suite("Durations of calls")
struct CallDurationsTests {
    @Test("a call falls into the first bucket whose bound it does not exceed")
    func buckets() {
        var durations = CallDurations()
        for nanoseconds in [0, 5_000_000, 5_000_001, 60_000_000_000, 60_000_000_001] as [Int64] {
            durations.add(step: 2, status: 200, nanoseconds: nanoseconds)
        }
        let series = durations.series[0]
        #expect(series.counts.first == 2)
        #expect(series.counts[1] == 1)
        #expect(series.counts.suffix(2) == [1, 1])
        #expect(series.count == 5)
        #expect(CallDurations.bounds == CallDurations.bounds.sorted())
        #expect(series.counts.count == CallDurations.bounds.count + 1)
    }

    @Test("each step and status has a series of its own, and workers add up")
    func series() {
        var durations = CallDurations()
        durations.add(step: 0, status: 200, nanoseconds: 1_000_000_000)
        durations.add(step: 0, status: 503, nanoseconds: 1_000_000_000)
        durations.add(step: 1, status: 200, nanoseconds: 1_000_000_000)
        var other = durations
        other.add(step: 1, status: 0, nanoseconds: 500_000_000)
        durations.add(other)
        #expect(durations.series.map(\.count) == [2, 2, 2, 1])
        #expect(durations.series.map(\.seconds) == [2, 2, 2, 0.5])
    }
}
