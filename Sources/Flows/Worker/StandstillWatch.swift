import Delivery

/// Notices that the whole process stood still: a container was frozen, a process stopped, a machine without memory.
///
/// Meanwhile the group may have given the worker's partitions to another one, and this one does not know it yet: the first
/// thing that it would do is to call for the next events, which the new owner has called for already. So what was about to
/// be sent is not sent any more (``HTTPCaller/longestTurnMilliseconds``), and nothing is called for a moment, in which the client hears
/// what is still ours: it asks as soon as it runs, and counts itself out without being told when it was away longer than
/// its session (D2, D4).
struct StandstillWatch {
    /// How long nothing is called: as long as an answer of the group may take.
    static let hold = Duration.seconds(1)

    /// A turn that took longer was no turn. The group notices an absence only after the session time-out, less the time
    /// since the last heartbeat before it.
    let limit: Duration
    private var last: Instant

    init(sessionTimeout: Duration, now: Instant) {
        limit = sessionTimeout / 2
        last = now
    }

    /// A turn begins.
    /// - Returns: how long the last one took, if it took so long that the process must have stood still.
    mutating func turned(_ now: Instant) -> Duration? {
        defer { last = now }
        return now - last > limit ? now - last : nil
    }
}
