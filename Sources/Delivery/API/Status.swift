/// Where an event is in its life.
///
/// `waiting → ready → preparing → queued → calling → preparing …`, `calling → backingOff → queued`,
/// `preparing, calling → parking → parkBackingOff → parking`; settled events are gone. Where records are kept,
/// `calling → recording → preparing` and `parking → recording`, with `recording → recordBackingOff → recording`.
/// Where earlier steps are undone: `preparing, calling → preparing → recording → preparing`, then for each compensation
/// `preparing → queued → calling → recording → preparing`, and from there `parking` (`Core+Compensating.swift`).
/// Where a call may be a repetition: `queued → probing → queued → calling` (`Core+Probing.swift`).
/// Where events follow others of their key into a call: `waiting → ready` early, `preparing, calling → waiting` when they
/// are taken back, `preparing → finished` when they are done early (`Core+Following.swift`).
/// After a loss of the assignment `calling → abandonedCall`, `probing → abandonedProbe`, `parking → abandonedPark` and
/// `recording → abandonedRecord`; at a drain `withdrawn`.
public enum EventState: UInt8, Hashable, Sendable {
    /// The slot is unused.
    case free
    /// Behind an earlier event of its key.
    case waiting
    /// First of its key; waits until a call could start.
    case ready
    /// The shell evaluates its steps.
    case preparing
    /// Waits for a slot of its system.
    case queued
    /// Its call is in flight.
    case calling
    /// The system is being asked whether its call took effect.
    case probing
    /// Waits for its next try.
    case backingOff
    /// Its dead letter is being written.
    case parking
    /// Its dead letter could not be written; waits for the next try.
    case parkBackingOff
    /// Its receipt, or the mark of its parked key, is being written.
    case recording
    /// Its receipt or mark could not be written; waits for the next try.
    case recordBackingOff
    /// Done before the event of its key in front of it: is settled behind that one.
    case finished
    /// Let go by a drain without being settled.
    case withdrawn
    /// Its call is in flight, but its assignment is gone.
    case abandonedCall
    /// Its probe is in flight, but its assignment is gone.
    case abandonedProbe
    /// Its dead letter is being written, but its assignment is gone.
    case abandonedPark
    /// Its receipt or mark is being written, but its assignment is gone.
    case abandonedRecord
}

/// Totals since the core was made.
public struct Counters: Equatable, Sendable {
    /// Events accepted by `fetched`.
    public var fetched = 0
    /// Records dropped by `fetched` because the commit metadata says that they are settled (D7).
    public var settledBefore = 0
    /// Records dropped by `fetched` because their partition is not ours, is being given back, or had the offset.
    public var notTaken = 0
    public var applied = 0
    public var skipped = 0
    /// Among those skipped: older than the last applied version of their key (D13).
    public var stale = 0
    public var parked = 0
    /// Events let go without being settled (drain, loss).
    public var withdrawn = 0
    /// Calls sent; a call with several events is one.
    public var calls = 0
    /// Events that were tried in a smaller batch because a larger one failed on account of one of them.
    public var splitEvents = 0
    /// Events that followed another of their key, and were taken back to wait for their turn.
    public var takenBack = 0
    public var probes = 0
    /// Compensations that succeeded.
    public var compensations = 0
    /// Calls not repeated, because a probe found their effect.
    public var probeHits = 0
    public var targetFaults = 0
    public var parkFailures = 0
    /// Receipts and marks that could not be written, and were tried again.
    public var recordFailures = 0
    public var commits = 0
    public var commitFailures = 0
    /// Results that came too late, or for an event that is not ours (D6).
    public var fenced = 0
    public var metadataIgnored = 0
}

/// The core at a glance, for telemetry.
public struct CoreStatus: Equatable, Sendable {
    public var counters: Counters
    public var bufferedEvents: Int
    public var bufferedBytes: Int
    /// Fetching is paused because the buffer is full (D8).
    public var isPaused: Bool
    /// Events that wait for their next try.
    public var backingOff: Int
    /// Keys that have buffered events.
    public var activeKeys: Int
    public var isShuttingDown: Bool
}

/// A system at a glance.
public struct SystemStatus: Equatable, Sendable {
    public var inFlight: Int
    /// Prepared events that wait for a slot.
    public var queued: Int
    /// Calls that may be in flight at once, as it is now.
    public var concurrency: Int
    public var circuit: CircuitState
    /// Until when no call starts: an open circuit or a `Retry-After`.
    public var blockedUntil: Instant?
    public var alarm: Alarm?
}

/// A partition at a glance, and what it waits for.
public struct PartitionStatus: Equatable, Sendable {
    /// The group wants it back; it is being drained.
    public var isDraining: Bool
    /// Everything below is settled; the next commit's offset. `nil` before the first record of a partition that
    /// has no committed position.
    public var watermark: Int64?
    /// Last offset that the broker confirmed in this assignment.
    public var committed: Int64?
    /// Buffered and not settled.
    public var unsettled: Int
    /// Starts no new events until the watermark moves, because the commit metadata is nearly full.
    public var isMetadataFull: Bool
    /// A commit is unanswered since then.
    public var commitPendingSince: Instant?
    /// The event that holds the watermark; `nil` when everything fetched is settled.
    public var waitsFor: Wait?
    /// One beyond the last record fetched; `nil` before anything is known.
    public var nextOffset: Int64?

    /// Why the watermark stands.
    public struct Wait: Equatable, Sendable {
        public var event: EventID
        public var offset: Int64
        public var state: EventState
        /// Since when it is in that state.
        public var since: Instant
        /// The system concerned, where the event has been prepared for one.
        public var system: SystemID?
        /// Target faults, or failed dead letters or records, in a row.
        public var attempts: Int
    }
}
