#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// How long a system takes to answer: a distribution to draw delays from.
public enum Latency: Sendable, Equatable {
    /// Always the same.
    case fixed(Duration)
    /// Any delay between the bounds, all equally likely.
    case uniform(from: Duration, to: Duration)
    /// Exponential with this mean; its 99th percentile is about 4.6 times the mean.
    case exponential(mean: Duration)
    /// Log-normal by its median and its 99th percentile, which is how real services are mostly described.
    case logNormal(median: Duration, p99: Duration)

    /// Draws one delay. Never negative; at most ten minutes, whatever the tail says.
    func draw(from random: inout SeededGenerator) -> Duration {
        let seconds: Double
        switch self {
        case .fixed(let delay):
            seconds = delay.seconds
        case .uniform(let low, let high):
            seconds = low.seconds + (high.seconds - low.seconds) * random.unit()
        case .exponential(let mean):
            seconds = -mean.seconds * log(1 - random.unit())
        case .logNormal(let median, let p99):
            seconds = Self.logNormal(median: median.seconds, p99: p99.seconds, from: &random)
        }
        return .seconds(min(max(seconds, 0), 600))
    }

    private static func logNormal(median: Double, p99: Double, from random: inout SeededGenerator) -> Double {
        guard median > 0 else { return 0 }
        // 2.326… standard deviations lie below the 99th percentile of a normal distribution.
        let sigma = p99 > median ? log(p99 / median) / 2.326_347_874_040_841 : 0
        // Box and Muller: two even draws make one normal draw.
        let normal = sqrt(-2 * log(1 - random.unit())) * cos(2 * Double.pi * random.unit())
        return median * exp(sigma * normal)
    }
}

extension Duration {
    /// The duration in seconds, as exact as a double can be.
    var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }

    /// Whole milliseconds, rounded.
    var milliseconds: Int64 { Int64((seconds * 1000).rounded()) }
}
