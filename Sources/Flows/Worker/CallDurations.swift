/// How long calls took, by step and status: a histogram for each pair that has occurred.
///
/// Counting a call is a look through the few statuses of its step and three additions. Nothing is allocated but for a
/// pair that occurs for the first time, and the copy that the next count makes after the figures were published.
public struct CallDurations: Sendable, Equatable {
    /// One histogram.
    public struct Series: Sendable, Equatable {
        /// The flow's step, by its position.
        public var step: Int
        /// What the system answered; 0: nothing whole.
        public var status: Int
        /// Calls by the first of the bounds that they do not exceed; the last counts those beyond all bounds.
        public var counts: [Int]
        public var seconds: Double

        public var count: Int { counts.reduce(0, +) }
    }

    /// The upper bounds of the buckets, in seconds.
    public static let bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]

    public private(set) var series: [Series] = []

    public init() {}

    public mutating func add(step: Int, status: Int, nanoseconds: Int64) {
        let seconds = Double(nanoseconds) / 1e9
        let index = index(step, status)
        let bucket = CallDurations.bounds.firstIndex { seconds <= $0 } ?? CallDurations.bounds.count
        series[index].counts[bucket] += 1
        series[index].seconds += seconds
    }

    /// Adds the figures of another worker of the same flow.
    public mutating func add(_ other: CallDurations) {
        for theirs in other.series {
            let index = index(theirs.step, theirs.status)
            for bucket in theirs.counts.indices { series[index].counts[bucket] += theirs.counts[bucket] }
            series[index].seconds += theirs.seconds
        }
    }

    private mutating func index(_ step: Int, _ status: Int) -> Int {
        if let index = series.firstIndex(where: { $0.step == step && $0.status == status }) { return index }
        let counts = Array(repeating: 0, count: CallDurations.bounds.count + 1)
        series.append(Series(step: step, status: status, counts: counts, seconds: 0))
        return series.count - 1
    }
}
