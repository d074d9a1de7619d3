/// The delivery contract of one worker, as a value: what happens comes in with its time, what is to be done comes out.
///
/// A worker hands in rebalances, records, answers and the time; the core appends `Action`s to a buffer that the
/// worker keeps and performs in order. The core waits for nothing, reads no clock, and draws its jitter from the seed;
/// the same calls give the same actions. It keeps these promises (`docs/design.md` tells them in full):
///
/// - D1: a commit never passes an unsettled event, and never goes backwards within an assignment.
/// - D2: of one key, one event runs at a time, in order; or several in one call to a system that keeps their order. A
///   waiting key takes no slot of a system. What counts as the key is a choice: see `Order`.
/// - D5: event faults park, target faults wait; circuits, `Retry-After`, alarms.
/// - D6, D11: revocation and shutdown drain, commit, then let go; what comes later is fenced.
/// - D7: what is settled ahead travels in the commit's metadata.
/// - D8: fetching pauses when the buffer is full.
/// - D10: an event is parked when its dead letter is acknowledged, not earlier.
/// - D12: nothing blocks; `nextDeadline` tells when to call `advance`.
///
/// Keys are ordered within their partition. Once its tables have grown to the working size the core allocates nothing
/// per event.
public struct Core: Sendable {
    let configuration: CoreConfiguration
    let budget: MetadataBudget
    let drainTimeout: Int64
    let commitTimeout: Int64
    let commitInterval: Int64
    let commitRetryInterval: Int64
    let startWindow: Int64
    let hasProbes: Bool
    let hasCompensations: Bool
    /// Whether any call may carry several events of a key.
    let followsAtAll: Bool

    var generator: SplitMix64
    var counters = Counters()

    var events: EventTable
    var offsets: OffsetPool
    var keys: KeyQueues
    var timers: EventTimers
    /// Links of the ready lists and of the systems' queues: an event is in one of them at most.
    var queues: SlotLinks
    /// Links of the batches: an event is in one at most.
    var batchLinks = SlotLinks()
    var batches = BatchTable()
    /// By step; empty where no step has batches.
    var openBatches: [OpenBatches?] = []

    var partitions: [Partition] = []
    var rotation = PartitionRotation()
    var systems: [SystemState]
    var buffer: BufferBounds
    /// Events that the shell is evaluating.
    var preparingCount = 0
    /// Bytes of requests that are prepared.
    var preparedBytes = 0

    var metadata: CommitMetadata.Encoder
    /// When to look through the partitions for commits that are due; `nil` when there is nothing to commit.
    var commitTick: Instant?
    var drains: [Drain] = []
    var isShuttingDown = false

    public init(_ configuration: CoreConfiguration, seed: UInt64) {
        self.configuration = configuration
        budget = MetadataBudget(byteLimit: configuration.metadataByteLimit)
        metadata = CommitMetadata.Encoder(byteLimit: configuration.metadataByteLimit)
        drainTimeout = max(0, configuration.drainTimeout.wholeNanoseconds)
        commitTimeout = max(1, configuration.commitTimeout.wholeNanoseconds)
        commitInterval = max(1, configuration.commitInterval.wholeNanoseconds)
        commitRetryInterval = max(1, configuration.commitRetryInterval.wholeNanoseconds)
        startWindow = Int64(max(1, configuration.startWindow))
        hasProbes = configuration.probes.contains { $0 != nil }
        hasCompensations = configuration.records && configuration.compensations.contains { $0 != nil }
        followsAtAll = configuration.batches.contains { $0?.takesSameKey == true }
        generator = SplitMix64(seed: seed)
        let slots = min(configuration.buffer.events, 1 << 16)
        events = EventTable(slots: slots)
        offsets = OffsetPool(slots: slots)
        keys = KeyQueues(slots: slots)
        timers = EventTimers(slots: slots)
        queues = SlotLinks(slots: slots)
        systems = configuration.systems.map(SystemState.init)
        if configuration.batches.contains(where: { $0 != nil }) {
            openBatches = configuration.batches.map { $0.map(OpenBatches.init) }
        }
        buffer = BufferBounds(configuration.buffer)
    }

    /// When `advance` must be called next; `nil`: nothing is due by time.
    public var nextDeadline: Instant? {
        var earliest = timers.earliest ?? .distantFuture
        if let commitTick { earliest = min(earliest, commitTick) }
        if !openBatches.isEmpty, let batchDeadline { earliest = min(earliest, batchDeadline) }
        for system in systems {
            if let deadline = system.nextDeadline { earliest = min(earliest, deadline) }
        }
        if !drains.isEmpty {
            for partition in partitions where partition.phase == .draining {
                earliest = min(
                    earliest, partition.pendingCount > 0 ? partition.drainDeadline : partition.commitDeadline)
            }
        }
        return earliest == .distantFuture ? nil : earliest
    }

    /// Time has come to `now`: does what is due.
    public mutating func advance(to now: Instant, into actions: inout [Action]) {
        for index in systems.indices where systems[index].advance(to: now) {
            actions.append(.circuit(SystemID(UInt16(index)), systems[index].circuit.state))
        }
        while let slot = timers.popDue(at: now) {
            retry(slot, now: now, into: &actions)
        }
        if !openBatches.isEmpty { queueDueBatches(now: now) }
        if let tick = commitTick, tick <= now {
            commitWhatIsDue(now: now, into: &actions)
        }
        if !drains.isEmpty {
            endOverdueDrains(now: now, into: &actions)
        }
        startWhatCan(now: now, into: &actions)
    }

    func partitionID(_ partition: Int) -> PartitionID {
        PartitionID(UInt32(truncatingIfNeeded: partition))
    }

    mutating func setState(_ slot: Slot, _ state: EventState, now: Instant) {
        events[slot].state = state
        events[slot].since = now
    }
}
