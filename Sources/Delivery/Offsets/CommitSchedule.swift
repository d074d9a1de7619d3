/// What of one partition is committed, and what is due. One commit is in flight at most, so that an older one can
/// never overtake a newer one.
struct CommitSchedule: Sendable {
    /// Something is settled that no commit carries yet.
    private(set) var isDirty = false
    /// The offset whose commit is unanswered.
    private(set) var pendingOffset: Int64?
    private(set) var pendingSince = Instant.zero
    /// Last offset that the broker confirmed.
    private(set) var committed: Int64?

    /// After a failed commit: not before.
    private var retryAt = Instant(nanoseconds: .min)

    init(committed: Int64?) {
        self.committed = committed
    }

    var isIdle: Bool { !isDirty && pendingOffset == nil }

    mutating func changed() {
        isDirty = true
    }

    /// The next commit may be made now.
    func isReady(_ now: Instant) -> Bool {
        isDirty && pendingOffset == nil && retryAt <= now
    }

    mutating func started(_ offset: Int64, now: Instant) {
        isDirty = false
        pendingOffset = offset
        pendingSince = now
    }

    /// The broker answered. False when the answer is not to the commit in flight (one of a former assignment).
    mutating func answered(_ offset: Int64, succeeded: Bool, retryAt: Instant) -> Bool {
        guard pendingOffset == offset else { return false }
        pendingOffset = nil
        if succeeded {
            committed = offset
        } else {
            isDirty = true
            self.retryAt = retryAt
        }
        return true
    }

    /// Gives up waiting for an answer. True when there was one to wait for since `limit` or longer.
    mutating func expire(_ now: Instant, after limit: Int64) -> Bool {
        guard pendingOffset != nil, pendingSince.advanced(byNanoseconds: limit) <= now else { return false }
        pendingOffset = nil
        isDirty = true
        return true
    }
}
