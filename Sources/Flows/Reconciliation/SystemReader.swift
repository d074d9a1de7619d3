import Delivery
import HTTPCalls
import JSON
import Logging

/// Asks a system for records, many at a time, as the steps of a flow call it: with its credentials, limits, circuit and
/// back-off. A question repeats nothing, so it is asked again until it is answered. It belongs to one thread.
final class SystemReader {
    /// How a question was answered.
    enum Answer {
        /// 2xx; the body is valid until the closure returns.
        case found(UnsafeRawBufferPointer)
        /// Another status that speaks of the question, such as 404.
        case refused(status: Int)
    }

    private final class Question {
        var path: [UInt8] = []
        var tag: UInt64 = 0
        var status = 0
    }

    private static let partition = PartitionID(0)

    private let system: SystemDefinition
    private let caller: HTTPCaller
    private let logger: Logger
    private var membership: LimitMembership?
    private var core: Core
    private var actions: [Action] = []
    private var questions: [EventID: Question] = [:]
    private var nextOffset: Int64 = 0
    private var now = Instant.now
    private var faultLog = FaultLog()
    private var failure: (any Error)?
    /// Answers that the core has settled, without those that were handed over as they came.
    private var refusals: [(tag: UInt64, status: Int)] = []

    /// What the system's last trouble was; `nil` while there is none.
    private(set) var trouble: String?
    /// When the last question was answered, or the first one asked.
    private(set) var lastAnswered = Instant.now
    /// Requests that were sent, repetitions included.
    private(set) var callCount = 0

    /// - Parameter shared: the limits of a process whose workers call the system, too.
    init(_ system: SystemDefinition, limits: FlowLimits, shared: SharedLimits? = nil, logger: Logger) throws {
        self.system = system
        self.logger = logger
        caller = try HTTPCaller(logger: logger)
        _ = try caller.add(system.endpoint)
        core = Core(
            CoreConfiguration(systems: [system.limits], order: .none, backOff: limits.backOff),
            seed: .random(in: 0 ... .max))
        membership = shared.map { LimitMembership($0, [system], waker: caller.waker) }
        core.assigned(SystemReader.partition, position: nil, now: now, into: &actions)
        perform { _, _ in }
    }

    deinit { membership?.leave() }

    /// Questions that are not answered yet.
    var pending: Int { questions.count }

    /// More questions at once only wait for each other.
    var isFull: Bool { questions.count >= 2 * system.limits.concurrency.ceiling + 2 }

    /// Asks, with the next ``send()`` or turn.
    /// - Parameters:
    ///   - path: behind the system's base URL.
    ///   - tag: given back with the answer.
    func ask(_ path: String, tag: UInt64) throws {
        let bytes = Array(path.utf8)
        guard bytes.withUnsafeBytes({ RequestPath.isValid($0) }) else { throw RequestError.invalidPath }
        now = .now
        if questions.isEmpty { lastAnswered = now }
        let id = core.fetched(
            SystemReader.partition, offset: nextOffset, key: UInt64(bitPattern: nextOffset), byteCount: bytes.count,
            now: now, into: &actions)
        nextOffset += 1
        guard let id else { return }
        let question = Question()
        question.path = bytes
        question.tag = tag
        questions[id] = question
    }

    /// Sends what may be sent, so that it is under way while something else is done; answers come with the next turn.
    func send() {
        // Only an answer is handed over, and none is looked at here.
        begin { _, _ in }
        if !questions.isEmpty { _ = caller.poll(timeoutMilliseconds: 0) }
    }

    /// Sends what may be sent, waits for answers, and hands them over.
    /// - Parameter milliseconds: the longest wait.
    func turn(_ milliseconds: Int32, _ body: (UInt64, Answer) throws -> Void) throws {
        begin(body)
        if failure == nil, !questions.isEmpty {
            _ = caller.poll(timeoutMilliseconds: timeout(atMost: milliseconds))
            now = .now
            collect(body)
        }
        if let failure {
            self.failure = nil
            throw failure
        }
    }

    private func begin(_ body: (UInt64, Answer) throws -> Void) {
        now = .now
        membership?.meet(&core, now: now)
        core.advance(to: now, into: &actions)
        perform(body)
    }

    private func timeout(atMost milliseconds: Int32) -> Int32 {
        let left = ((core.nextDeadline ?? .distantFuture).nanoseconds - now.nanoseconds) / 1_000_000
        return Int32(clamping: min(Int64(milliseconds), max(0, left + 1)))
    }

    private func collect(_ body: (UInt64, Answer) throws -> Void) {
        caller.collect { completion in
            core.honourLimit(of: completion, now: now)
            let id = EventID(rawValue: completion.tag)
            guard let question = questions[id] else { return }
            switch completion.outcome {
            case .notSent(let fault):
                note(fault)
                core.finished(id, .notSent, now: now, into: &actions)
            case .sentNoAnswer(let fault):
                note(fault)
                core.finished(id, .sentNoAnswer, now: now, into: &actions)
            case .answered(let status):
                question.status = status
                note(status)
                if (200..<300).contains(status) { hand(question.tag, .found(completion.body), body) }
                core.finished(
                    id,
                    .answered(status: status, retryAfter: completion.retryAfterSeconds.map { .seconds($0) }), now: now,
                    into: &actions)
            }
        }
        perform(body)
    }

    private func hand(_ tag: UInt64, _ answer: Answer, _ body: (UInt64, Answer) throws -> Void) {
        do {
            try body(tag, answer)
        } catch {
            failure = failure ?? error
        }
    }

    private func perform(_ body: (UInt64, Answer) throws -> Void) {
        var index = 0
        while index < actions.count {
            let action = actions[index]
            index += 1
            switch action {
            case .prepare(let id, let step):
                let count = questions[id]?.path.count ?? 0
                let prepared: Prepared = step == 0 ? .call(SystemID(0), step: 0, byteCount: count) : .done
                core.prepared(id, prepared, now: now, into: &actions)
            case .call(let id): call(id)
            case .park(let id, _):
                if let question = questions[id] { hand(question.tag, .refused(status: question.status), body) }
                core.parked(id, succeeded: true, now: now, into: &actions)
            case .release(let id, _): questions[id] = nil
            case .commit(let partition, let offset, _):
                core.committed(partition, offset: offset, succeeded: true, now: now, into: &actions)
            case .alarm(_, let alarm): note(alarm)
            case .record(let id, _): core.recorded(id, succeeded: true, now: now, into: &actions)
            case .prepareCompensation, .takeBack, .callBatch, .probe, .pause, .resume, .acknowledgeRevocation,
                .metadataIgnored,
                .drained, .circuit:
                break
            }
        }
        actions.removeAll(keepingCapacity: true)
    }

    private func call(_ id: EventID) {
        guard let question = questions[id] else { return }
        callCount += 1
        do {
            try question.path.withUnsafeBytes { path in
                try caller.start(
                    Request(system: SystemIndex(rawValue: 0), method: .get, path: path), tag: id.rawValue)
            }
        } catch {
            logger.error("question not sent; trying again", metadata: ["error": "\(error)"])
            core.finished(id, .notSent, now: now, into: &actions)
        }
    }

    // MARK: - How it goes

    private func note(_ fault: CallFault) {
        trouble = "no answer (\(fault.kind.rawValue))"
        faultLog.note(fault, system: SystemIndex(rawValue: 0), name: system.name, now: now, logger: logger)
    }

    private func note(_ status: Int) {
        switch status {
        case 401, 403: trouble = "it refuses us (\(status)): check its credentials"
        case 300..<400: trouble = "it redirects (\(status)): check its base_url"
        case 408, 425, 429, 500...: trouble = "it answers \(status)"
        default:
            trouble = nil
            lastAnswered = now
        }
    }

    private func note(_ alarm: Alarm) {
        if case .cleared = alarm { trouble = nil }
    }
}
