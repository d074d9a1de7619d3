import Delivery
import HTTPCalls
import JQ
import JSON
import Kafka
import Logging

/// One member of a flow's consumer group: one thread, one loop, one delivery core.
///
/// The thread that makes a worker owns it and everything in it; nothing on the path of an event is locked. Each turn
/// waits for sockets, for Kafka's queues and for the core's next deadline at once, then hands the core what came and
/// performs what it decides. Other threads reach in through ``WorkerHandle`` only.
public final class Worker {
    let flow: CompiledFlow
    let settings: WorkerSettings
    let logger: Logger
    let handle: WorkerHandle

    let consumer: Consumer
    let deadLetters: DeadLetterWriter
    /// What is recorded of effects and keys; `nil` where nothing is.
    let records: WorkerRecords?
    let caller: HTTPCaller
    /// In the order of ``WakeupSource``.
    private let descriptors: [Int32]
    let runner: StepRunner
    private let keys: OrderKeys

    // The core is a value that calls nobody, and the slots and the list of actions are only touched by the methods of
    // this class, one statement at a time: no access can overlap another, and watching for it is not free.
    @exclusivity(unchecked) var core: Core
    @exclusivity(unchecked) var slots = EventSlots()
    /// What the core wants done, in order; kept from turn to turn.
    @exclusivity(unchecked) var actions: [Action] = []
    var batchRequests = BatchRequests()
    var partitions = PartitionStates()
    /// Commits of this turn, sent together.
    var commits: [OffsetCommit] = []
    /// Revocations that are being drained, by their number.
    var revocations: [RevocationID: Revocation] = [:]
    var nextRevocation: UInt32 = 0
    /// Committed positions that could not be had and are asked for again.
    var positionRetry: Instant?
    /// Partitions whose receipts are being loaded, with their committed positions.
    var loading: [TopicPartition: Kafka.CommittedPosition?] = [:]
    var faultLog = FaultLog()
    var assignmentWatch: AssignmentWatch
    var stallWatch: StallWatch
    private var standstillWatch: StandstillWatch
    /// As of the last look at the partitions.
    var partitionFigures: [WorkerStatistics.Partition] = []
    var callDurations = CallDurations()
    private var limits: LimitMembership

    /// Which of ``descriptors`` ended this turn's wait.
    private var readiness = Readiness()
    /// The time of this turn of the loop; a turn is short, and reading the clock for each event is not free.
    var turnTime = Instant.now
    /// The same by the calendar, in milliseconds since 1970.
    private(set) var turnTimestamp = Timestamp.now()
    /// How often the loop has turned.
    private(set) var turns = 0
    var firstFetched: Instant?
    var lastSettled: Instant?
    var isDrained = false
    var isShuttingDown = false
    /// The group has answered since the worker joined it.
    var isAssigned = false
    private var failure: WorkerFailure?

    struct Revocation {
        let partitions: [TopicPartition]
        let isLost: Bool
    }

    /// - Throws: ``WorkerFailure`` when a client cannot be made from the settings.
    public init(_ settings: WorkerSettings, handle: WorkerHandle) throws {
        self.settings = settings
        self.handle = handle
        var logger = settings.logger
        logger[metadataKey: "flow"] = "\(settings.flow.name)"
        logger[metadataKey: "worker"] = "\(settings.number)"
        self.logger = logger
        let document = Document(limits: Limits(byteCount: settings.flow.eventByteLimit))
        flow = try CompiledFlow(settings.flow, document: document)
        let evaluator = Evaluator(arena: document.arena)
        runner = StepRunner(flow: flow, document: document, evaluator: evaluator)
        keys = OrderKeys(flow: flow, document: document, evaluator: evaluator)
        caller = try HTTPCaller(logger: logger)
        for endpoint in settings.flow.endpoints { _ = try caller.add(endpoint) }
        consumer = try Consumer(
            properties: try settings.consumerProperties, group: settings.flow.group, instanceID: settings.instanceID,
            strategy: settings.flow.assignment, logger: logger)
        deadLetters = try DeadLetterWriter(settings, logger: logger)
        records = try settings.flow.receipts.map { try WorkerRecords($0, settings, logger: logger) }
        runner.receipts = records?.store
        let standstillWatch = StandstillWatch(sessionTimeout: settings.flow.limits.sessionTimeout, now: .now)
        self.standstillWatch = standstillWatch
        caller.longestTurnMilliseconds = Int(standstillWatch.limit / .milliseconds(1))
        descriptors = [consumer.wakeupDescriptor, deadLetters.writer.wakeupDescriptor] + (records?.descriptors ?? [])
        assignmentWatch = AssignmentWatch(patience: settings.assignmentPatience)
        stallWatch = StallWatch(patience: settings.flow.limits.stallAfter)
        core = Core(settings.flow.coreConfiguration, seed: settings.seed)
        handle.attach(caller.waker)
        limits = LimitMembership(settings.sharedLimits, settings.flow.systems, waker: caller.waker)
        limits.meet(&core, now: turnTime)
    }

    /// Runs until it is told to stop and has drained (D11), or cannot go on.
    ///
    /// - Throws: ``WorkerFailure`` when the client is broken beyond repair; nothing is lost then, the group's other
    ///   members take over from the last commit.
    public func run() throws {
        try consumer.subscribe([flow.topic])
        assignmentWatch.began(now: .now)
        logger.info("worker started", metadata: ["topic": "\(flow.topic)", "group": "\(settings.flow.group)"])
        defer { close() }
        while !isDrained, failure == nil { turn() }
        if let failure { throw failure }
    }

    private func close() {
        limits.leave()
        deadLetters.writer.close()
        records?.close()
        consumer.close()
        handle.publish(statistics(), isRunning: false)
        logger.info("worker stopped")
    }

    /// Ends the worker at the end of this turn.
    func fail(_ error: WorkerFailure) {
        failure = failure ?? error
    }

    // MARK: - The loop

    private func turn() {
        waitForSomething()
        turnTime = .now
        turnTimestamp = Timestamp.now()
        turns += 1
        if let time = standstillWatch.turned(turnTime) { noteStandstill(time) }
        stopIfAsked()
        takeAnswers()
        if isReadable(.deadLetters) { takeDeadLetterReports() }
        if isReadable(.receiptReports) { takeReceiptReports() }
        if isReadable(.events) { consumer.drainWakeup() }
        takeConsumerEvents()
        takeReceipts()
        takeRecords()
        forgetOldReceipts()
        limits.meet(&core, now: turnTime)
        core.advance(to: turnTime, into: &actions)
        perform()
        writeReceipts()
        watchPartitions()
        handle.turned(now: turnTime)
        handle.publishIfDue(now: turnTime) { statistics() }
    }

    /// What the loop waits for beside its calls, by the place of its descriptor. Each is drained in the turn in which it
    /// is readable, whatever the worker is doing: one that is left would end every wait at once.
    enum WakeupSource: Int {
        case events, deadLetters, receiptReports, receipts, redrives
    }

    private func waitForSomething() {
        readiness = caller.poll(timeoutMilliseconds: timeoutMilliseconds(), also: descriptors)
    }

    func isReadable(_ source: WakeupSource) -> Bool { readiness.isReadable(at: source.rawValue) }

    /// Until the next deadline, and never longer than a second (D12).
    private func timeoutMilliseconds() -> Int32 {
        var deadline = core.nextDeadline ?? .distantFuture
        if let positionRetry { deadline = min(deadline, positionRetry) }
        if let meeting = limits.deadline { deadline = min(deadline, meeting) }
        if let records, let receipts = records.waiting.deadline(after: receiptPatience) {
            deadline = min(deadline, receipts)
        }
        // That an empty partition of redrives is read to its end comes without a signal.
        if !loading.isEmpty { deadline = min(deadline, turnTime + .milliseconds(20)) }
        let nanoseconds = max(0, deadline.nanoseconds - Instant.now.nanoseconds)
        return Int32(min(1_000, (nanoseconds + 999_999) / 1_000_000))
    }

    /// Before the answers are looked at, which would make room for more calls.
    private func noteStandstill(_ time: Duration) {
        logger.warning(
            "the process stood still; calls wait until the group has said what is still ours",
            metadata: ["seconds": "\(time / .seconds(1))"])
        for index in settings.flow.systems.indices {
            core.holdBack(SystemID(UInt16(index)), until: turnTime + StandstillWatch.hold)
        }
    }

    private func stopIfAsked() {
        guard handle.isStopRequested, !isShuttingDown else { return }
        isShuttingDown = true
        logger.info("worker stopping: draining what is in flight")
        core.shutdown(now: turnTime, into: &actions)
        perform()
    }

    // MARK: - What came

    private func takeAnswers() {
        caller.collect { completion in
            core.honourLimit(of: completion, now: turnTime)
            let id = EventID(rawValue: completion.tag)
            let slot = slots[id]
            if let batch = slot.batch { return takeBatchAnswer(completion, of: batch, in: slot) }
            if slot.isProbe { return takeProbeAnswer(completion, of: id, in: slot) }
            note(completion, in: slot)
            core.finished(id, outcome(of: completion, step: flow.step(of: slot)), now: turnTime, into: &actions)
        }
        perform()
    }

    private func takeDeadLetterReports() {
        deadLetters.writer.collect { tag, succeeded, _ in
            let id = EventID(rawValue: tag)
            if succeeded { reportParked(id) }
            core.parked(id, succeeded: succeeded, now: turnTime, into: &actions)
        }
        perform()
        if let error = deadLetters.writer.fatalError() { fail(.deadLetters(error)) }
    }

    /// Behind the answers of this turn: what they made room for is known, and filled before the next wait.
    private func takeRecords() {
        guard !isShuttingDown, core.wantsRecords else { return }
        consumer.consumeBatch(max: settings.fetchBatch) { take($0) }
        perform()
    }

    private func take(_ record: borrowing RecordView) {
        let partition = PartitionID(record.partition)
        let id = core.fetched(
            partition, offset: record.offset, key: keys.key(of: record),
            byteCount: (record.key?.count ?? 0) + (record.value?.count ?? 0), now: turnTime, into: &actions)
        guard let id else { return }
        if firstFetched == nil { firstFetched = turnTime }
        let slot = slots[id]
        slot.begin()
        slot.partition = partition
        slot.evaluatedKey = keys.evaluatedBytes
        let number = consumer.partition(at: record.partition).partition
        slot.assignment = records?.assignments[number] ?? 0
        slot.record.copy(from: record, partition: number)
    }
}
