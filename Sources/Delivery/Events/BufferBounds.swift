/// What is buffered, against its bounds (D8).
struct BufferBounds: Sendable {
    private let limits: BufferLimits
    private(set) var events = 0
    private(set) var bytes = 0
    /// At a bound; fetching waits until both counts are low again.
    private(set) var isFull = false

    init(_ limits: BufferLimits) {
        self.limits = limits
    }

    /// Changes the counts. True when `isFull` changed.
    mutating func add(events eventCount: Int, bytes byteCount: Int) -> Bool {
        events += eventCount
        bytes += byteCount
        if isFull {
            guard events <= limits.eventsLow, bytes <= limits.bytesLow else { return false }
            isFull = false
        } else {
            guard events >= limits.events || bytes >= limits.bytes else { return false }
            isFull = true
        }
        return true
    }
}
