import Delivery

/// Notices that a worker's group keeps it waiting: it has no partitions, and its group has not said that there are none
/// for it.
///
/// Such a worker does nothing and meets no error. It may be that the group rebalances and a member is slow to let go,
/// that the coordinator does not answer, or that it refuses the member again and again.
struct AssignmentWatch {
    /// How long the group may take before it is told for the first time.
    let patience: Duration
    /// Since when the worker has been waiting; `nil` while it is not.
    private var since: Instant?
    private var nextTold = Instant.distantFuture

    init(patience: Duration) {
        self.patience = patience
    }

    /// The worker has begun to wait for partitions.
    mutating func began(now: Instant) {
        guard since == nil else { return }
        since = now
        nextTold = now + patience
    }

    /// The group has answered.
    mutating func ended() {
        since = nil
        nextTold = .distantFuture
    }

    /// How long the worker has been waiting, if that is to be told now; then it is told again after as long once more.
    mutating func due(now: Instant) -> Duration? {
        guard let since, now >= nextTold else { return nil }
        let waited = now - since
        nextTold = now + waited
        return waited
    }
}
