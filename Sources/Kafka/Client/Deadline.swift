/// A point on the monotonic clock by which something has to be over.
struct Deadline {
    private let instant: ContinuousClock.Instant

    init(in duration: Duration) { instant = .now + duration }

    var remaining: Duration { max(.zero, instant - .now) }
    var hasPassed: Bool { instant <= .now }
}
