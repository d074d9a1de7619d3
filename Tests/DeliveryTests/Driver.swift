import Delivery

/// A shell for tests: performs nothing, keeps what the core asks for, and answers what the test says.
struct Driver {
    var core: Core
    var now = Instant.zero
    var actions: [Action] = []
    let partition = PartitionID(0)

    init(_ configuration: CoreConfiguration = Driver.configuration()) {
        core = Core(configuration, seed: 1)
    }

    static func configuration(
        concurrency: Int = 4, systems: Int = 1, circuit: CircuitLimits = CircuitLimits(failureThreshold: 1_000),
        retryPolicies: [RetryPolicy] = [], buffer: BufferLimits = BufferLimits(events: 100, bytes: 10_000),
        metadataByteLimit: Int = 4096, order: Order = .key
    ) -> CoreConfiguration {
        CoreConfiguration(
            systems: (0..<systems).map { _ in SystemLimits(concurrency: concurrency, circuit: circuit) },
            retryPolicies: retryPolicies, order: order,
            backOff: BackOff(initial: .milliseconds(100), maximum: .seconds(10)),
            buffer: buffer, metadataByteLimit: metadataByteLimit)
    }

    /// What the core has asked for since the last time.
    mutating func taken() -> [Action] {
        defer { actions.removeAll() }
        return actions
    }

    mutating func assign(_ position: CommittedPosition? = nil, to partition: UInt32 = 0) {
        core.assigned(PartitionID(partition), position: position, now: now, into: &actions)
    }

    @discardableResult
    mutating func fetch(_ offset: Int64, key: UInt64, of partition: UInt32 = 0, byteCount: Int = 10) -> EventID? {
        core.fetched(
            PartitionID(partition), offset: offset, key: key, byteCount: byteCount, now: now, into: &actions)
    }

    /// Hands in a record that must be taken.
    mutating func accept(_ offset: Int64, key: UInt64, of partition: UInt32 = 0) throws -> EventID {
        guard let event = fetch(offset, key: key, of: partition) else { throw Unexpected.recordDropped }
        return event
    }

    /// The first commit among what the core has asked for since the last time.
    mutating func onlyCommit() throws -> (offset: Int64, metadata: String) {
        guard let commit = taken().commits.first else { throw Unexpected.noCommit }
        return commit
    }

    enum Unexpected: Error {
        case recordDropped, noCommit
    }

    /// Answers each request to prepare: one step that calls system 0, then done. Leaves the other actions.
    mutating func prepareAll(steps: Int32 = 1, byteCount: Int = 0) {
        var position = 0
        while position < actions.count {
            if case .prepare(let event, let step) = actions[position] {
                actions.remove(at: position)
                core.prepared(
                    event, step < steps ? .call(SystemID(0), step: step, byteCount: byteCount) : .done, now: now,
                    into: &actions)
            } else {
                position += 1
            }
        }
    }

    mutating func finish(_ event: EventID, _ status: Int, retryAfter: Duration? = nil) {
        core.finished(event, .answered(status: status, retryAfter: retryAfter), now: now, into: &actions)
        prepareAll()
    }

    mutating func advance(_ duration: Duration) {
        now = now + duration
        core.advance(to: now, into: &actions)
        prepareAll()
    }

    /// Goes to the next deadline.
    mutating func advanceToDeadline() {
        guard let deadline = core.nextDeadline else { return }
        now = max(now, deadline)
        core.advance(to: now, into: &actions)
        prepareAll()
    }
}

extension Array where Element == Action {
    var calls: [EventID] {
        compactMap { if case .call(let event) = $0 { event } else { nil } }
    }

    var commits: [(offset: Int64, metadata: String)] {
        compactMap { if case .commit(_, let offset, let metadata) = $0 { (offset, metadata) } else { nil } }
    }
}
