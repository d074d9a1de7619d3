/// The limits and times of a `Core`. Values out of range are drawn to the nearest that works.
public struct CoreConfiguration: Sendable {
    /// One entry for each system; `SystemID` is the position.
    public var systems: [SystemLimits]
    /// One entry for each step of the flow, by position; steps beyond the end have no doubtful statuses.
    public var retryPolicies: [RetryPolicy]
    /// One entry for each step of the flow, by position: which of them are asked about before a call is repeated.
    public var probes: [ProbePolicy?]
    /// One entry for each step of the flow, by position: which of them are sent several in one call.
    public var batches: [BatchPolicy?] = []
    /// One entry for each step of the flow, by position: which of them can be undone, and which statuses of that call
    /// are doubtful. Without `records` nothing is undone.
    public var compensations: [RetryPolicy?] = []
    /// With probes: no event starts this many offsets beyond the confirmed committed one. All workers of a group must
    /// agree, those of earlier deployments too: it tells what a former owner may have started.
    public var startWindow: Int
    /// Which events wait for each other.
    public var order: Order
    /// The waiting time after a target fault, and after a dead letter or record that could not be written.
    public var backOff: BackOff
    /// What may be buffered.
    public var buffer: BufferLimits
    /// Time from the first change to the commit that carries it.
    public var commitInterval: Duration
    /// A commit that is not answered in this time counts as failed. Also the time that a drain grants its commit.
    public var commitTimeout: Duration
    /// Waiting time after a failed commit.
    public var commitRetryInterval: Duration
    /// How long a revocation or shutdown waits for what is in flight; with `commitTimeout` on top it must lie well
    /// inside the session time-out of the group.
    public var drainTimeout: Duration
    /// Commit metadata stays under this many bytes. Brokers refuse more than their `offset.metadata.max.bytes`.
    public var metadataByteLimit: Int
    /// Whether effects and parked keys are recorded: `Action.record` after each success and after each dead letter,
    /// and the event goes on when that is acknowledged.
    public var records: Bool

    /// Whether later events of a parked event's key join it (D9). Without an order there is nothing that they could
    /// overtake.
    public var marksParkedKeys: Bool { records && order != .none }

    public init(
        systems: [SystemLimits],
        retryPolicies: [RetryPolicy] = [],
        order: Order = .key,
        probes: [ProbePolicy?] = [],
        startWindow: Int = 10_000,
        backOff: BackOff = BackOff(),
        buffer: BufferLimits = BufferLimits(),
        commitInterval: Duration = .seconds(1),
        commitTimeout: Duration = .seconds(5),
        commitRetryInterval: Duration = .milliseconds(250),
        drainTimeout: Duration = .seconds(15),
        metadataByteLimit: Int = 4096,
        records: Bool = false
    ) {
        self.systems = systems
        self.retryPolicies = retryPolicies
        self.order = order
        self.probes = probes
        self.startWindow = startWindow
        self.backOff = backOff
        self.buffer = buffer
        self.commitInterval = commitInterval
        self.commitTimeout = commitTimeout
        self.commitRetryInterval = commitRetryInterval
        self.drainTimeout = drainTimeout
        self.metadataByteLimit = metadataByteLimit
        self.records = records
    }
}

/// When a circuit opens, and for how long.
public struct CircuitLimits: Sendable {
    /// Target faults in a row, of different events, that open the circuit; at least 1.
    public var failureThreshold: Int
    /// The first time open; doubles with each trial that fails.
    public var openTime: Duration
    /// The longest time open.
    public var maximumOpenTime: Duration

    public init(
        failureThreshold: Int = 10,
        openTime: Duration = .seconds(1),
        maximumOpenTime: Duration = .seconds(60)
    ) {
        self.failureThreshold = failureThreshold
        self.openTime = openTime
        self.maximumOpenTime = maximumOpenTime
    }
}

/// Statuses that a step declares to be worth another try although they speak of the event.
///
/// It applies to event faults and to 5xx answers other than 502, 503 and 504; 401, 403, 408, 425, 429 and these
/// three stay target faults, which are never parked (D5).
public struct RetryPolicy: Sendable {
    public var statuses: Set<Int>
    /// Answers with such a status after which the event is parked; at least 1.
    public var attempts: Int

    public init(statuses: Set<Int> = [], attempts: Int = 1) {
        self.statuses = statuses
        self.attempts = attempts
    }
}

/// Bounds of what is held in memory. Fetching pauses at a high-water mark and resumes when both counts are at or
/// below their low-water marks. A batch already fetched may overshoot.
public struct BufferLimits: Sendable {
    public var events: Int
    public var eventsLow: Int
    public var bytes: Int
    public var bytesLow: Int

    /// The low-water marks are half of the high ones unless given.
    public init(events: Int = 10_000, eventsLow: Int? = nil, bytes: Int = 64 << 20, bytesLow: Int? = nil) {
        self.events = max(1, events)
        self.eventsLow = min(self.events, max(0, eventsLow ?? events / 2))
        self.bytes = max(1, bytes)
        self.bytesLow = min(self.bytes, max(0, bytesLow ?? bytes / 2))
    }
}
