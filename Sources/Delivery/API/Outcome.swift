/// The answer to `Action.prepare`.
public enum Prepared: Equatable, Sendable {
    /// Step `step` (the first at or after the one asked for whose condition holds) wants to call `system`.
    /// `byteCount` is what the prepared request holds in memory; it counts against the buffer's bound.
    case call(SystemID, step: Int32, byteCount: Int)
    /// No step is left: applied if any call of this event succeeded, otherwise skipped.
    case done
    /// The event is wrong: park it.
    case fault(ParkReason)
    /// In an earlier life it was recorded that the event failed for this reason: what is not undone yet is undone.
    case failed(ParkReason)
    /// To `Action.prepareCompensation`: everything is undone, and the event begins anew, under new names. For redrives.
    case again
    /// Settled by rule, without a call.
    case settled(Settlement)
    /// Older than the last applied version of its key: settled as skipped, and counted apart (D13).
    case stale
}

/// What became of a call.
public enum Outcome: Equatable, Sendable {
    /// The system cannot have seen the request.
    case notSent
    /// The request, or a part of it, left; whether it took effect is unknown (D4).
    case sentNoAnswer
    /// The system answered. `retryAfter` is its `Retry-After`, as a time from now.
    case answered(status: Int, retryAfter: Duration?)
}

/// Where a group's committed position lies: offset and metadata from one snapshot (D7).
public struct CommittedPosition: Equatable, Sendable {
    /// The next offset to read.
    public var offset: Int64
    /// The metadata that was committed with it; empty when there was none.
    public var metadata: String

    public init(offset: Int64, metadata: String) {
        self.offset = offset
        self.metadata = metadata
    }
}
