import Delivery
import HTTPCalls
import JSON
import Receipts

/// What the worker keeps of one event while the core decides about it. Reused from event to event.
///
/// Its stored properties are not watched for overlapping access, which is not free: one thread uses them, one statement at a
/// time, and what is changed in place is changed by functions that know nothing of slots.
final class EventSlot {
    let record = StoredRecord()
    @exclusivity(unchecked) var partition = PartitionID(0)

    /// Which steps are to run still, a bit each. All conditions are decided before the first step runs, so that a
    /// condition that fails parks an event that has had no effect yet.
    @exclusivity(unchecked) var remainingSteps: UInt64 = 0
    /// Steps among them whose condition names `$steps`, and is decided when the step's turn comes.
    @exclusivity(unchecked) var undecidedSteps: UInt64 = 0
    /// Steps that were left out because their effects have receipts.
    @exclusivity(unchecked) var recordedSteps: UInt64 = 0
    /// Whether the event has been read, validated and its conditions decided.
    @exclusivity(unchecked) var isExamined = false

    // The call that is prepared, under way or repeated.
    @exclusivity(unchecked) var step = 0
    // Small at first and not kept large: there are as many slots as events were ever buffered at once (D8).
    let path = ByteBuffer(capacity: 64, retainedCapacity: 256)
    let body = ByteBuffer(capacity: 64, retainedCapacity: 2_048)
    /// Path of the question that precedes a repeated call.
    let probePath = ByteBuffer(capacity: 0, retainedCapacity: 256)
    @exclusivity(unchecked) var hasProbePath = false
    /// The last request was the probe, not the call.
    @exclusivity(unchecked) var isProbe = false
    @exclusivity(unchecked) var hasBody = false
    /// What names the event in the answer to a call with several events; `nil`: its idempotency key.
    @exclusivity(unchecked) var resultKey: String?
    /// The call in flight with several events, of which this one is the first.
    @exclusivity(unchecked) var batch: BatchRequest?
    @exclusivity(unchecked) var idempotencyKey = ""
    /// The effect that ``idempotencyKey`` is the text of.
    @exclusivity(unchecked) var effect = EffectID(high: 0, low: 0)
    @exclusivity(unchecked) var headers = HeaderFields()
    /// Calls of this step so far.
    @exclusivity(unchecked) var attempts = 0
    /// Milliseconds since 1970 of the first failed call or of the fault; 0 while nothing failed.
    @exclusivity(unchecked) var firstFailedAt: Int64 = 0

    /// What earlier steps were answered; only where a program of the flow asks for it.
    @exclusivity(unchecked) private(set) var answers: StepAnswers?
    /// What is remembered of the event's key, an object as JSON.
    @exclusivity(unchecked) var reference: ByteBuffer?

    // What is known of the event's key, and what is recorded.
    /// The key by the flow's `key` expression; `nil`: the record's.
    @exclusivity(unchecked) var evaluatedKey: [UInt8]?
    @exclusivity(unchecked) var keyState: KeyState?
    @exclusivity(unchecked) var version: EventVersion?
    /// What the current step remembers of its answer, an object as JSON.
    @exclusivity(unchecked) var remembered: [UInt8]?
    /// The CloudEvents source and id, one behind the other.
    let identity = ByteBuffer(capacity: 64, retainedCapacity: 256)
    @exclusivity(unchecked) var sourceCount = 0
    /// What the current step's call was answered when it succeeded.
    @exclusivity(unchecked) var successStatus = 0
    /// The step that ``idempotencyKey`` belongs to.
    @exclusivity(unchecked) var namedStep = -1
    /// Steps that were run first for a reference, a bit each.
    @exclusivity(unchecked) var createdSteps: UInt64 = 0
    /// Which assignment of its partition the event belongs to.
    @exclusivity(unchecked) var assignment = 0
    @exclusivity(unchecked) var recording = RecordInProgress()

    // What is known of the event's failure, where earlier steps are undone.
    /// How often the event has begun anew behind what was undone.
    @exclusivity(unchecked) var round = 0
    /// The event's name among failures.
    @exclusivity(unchecked) var failureID: EffectID?
    /// That it failed, as it is or will be recorded.
    @exclusivity(unchecked) var failure: EventFailure?
    /// It was found to have failed in an earlier life.
    @exclusivity(unchecked) var isResumed = false
    /// What was known of the key before the event.
    @exclusivity(unchecked) var before: KeyBefore?
    /// The steps that had an effect in this round, in their order.
    @exclusivity(unchecked) var applied: [Int] = []
    /// ``step`` stands for its compensation.
    @exclusivity(unchecked) var isCompensating = false

    // What is told in the dead-letter topic.
    @exclusivity(unchecked) var fault: EventFault?
    @exclusivity(unchecked) var lastStatus = 0
    let lastAnswer = ByteBuffer(capacity: 64, retainedCapacity: 64)

    /// Begins another event. What is made anew before each use, such as the body, is left: by now it is far from the
    /// processor.
    func begin() {
        forgetFindings()
        evaluatedKey = nil
        round = 0
        failureID = nil
        if lastStatus != 0 || failure != nil { lastAnswer.removeAll() }
        failure = nil
        isResumed = false
        before = nil
        applied.removeAll(keepingCapacity: true)
        isCompensating = false
        firstFailedAt = 0
        lastStatus = 0
        isProbe = false
        batch = nil
    }

    /// Forgets what was prepared and found out of the event, so that all of it is found out anew; but not that it failed.
    func takeBack() {
        forgetFindings()
        body.removeAll()
        path.removeAll()
    }

    private func forgetFindings() {
        isExamined = false
        remainingSteps = 0
        undecidedSteps = 0
        recordedSteps = 0
        answers?.removeAll()
        reference = nil
        keyState = nil
        version = nil
        remembered = nil
        namedStep = -1
        createdSteps = 0
        attempts = 0
        fault = nil
        hasProbePath = false
        hasBody = false
        resultKey = nil
    }

    /// Forgets the event; what memory it needed is kept within reason.
    func release() {
        record.shrink()
        answers?.removeAll()
    }

    /// The event's order key; `nil` for a record that has none.
    var orderKey: [UInt8]? { evaluatedKey ?? record.key.map { Array($0) } }

    /// The same where it lies.
    func withOrderKey<R>(_ body: (UnsafeRawBufferPointer?) -> R) -> R {
        guard let evaluatedKey else { return body(record.key) }
        return evaluatedKey.withUnsafeBytes { body($0) }
    }

    /// Replaces what is remembered of the event's key.
    func setReference(_ bytes: [UInt8]?) {
        guard let bytes else { return reference = nil }
        let buffer = ByteBuffer(capacity: bytes.count)
        bytes.withUnsafeBytes { buffer.append($0) }
        reference = buffer
    }

    /// Keeps the event's identity for its receipts.
    func keepIdentity(source: UnsafeRawBufferPointer, id: UnsafeRawBufferPointer) {
        identity.removeAll()
        identity.append(source)
        identity.append(id)
        sourceCount = source.count
    }

    /// Bytes that the prepared request holds, and the answers of earlier steps.
    var requestByteCount: Int {
        path.count + (hasProbePath ? probePath.count : 0) + body.count + (answers?.byteCount ?? 0)
    }

    /// Keeps what the current step was answered, for the later steps.
    func keepAnswer(status: Int, body: UnsafeRawBufferPointer) {
        keepAnswer(of: step, status: status, body: body)
    }

    func keepAnswer(of step: Int, status: Int, body: UnsafeRawBufferPointer) {
        let answers = self.answers ?? StepAnswers()
        self.answers = answers
        answers.keep(step: step, status: status, body: body)
    }

    /// Notes an answer that is no success, for the dead letter.
    func noteRefusal(status: Int, body: UnsafeRawBufferPointer) {
        noteFailure()
        lastStatus = status
        lastAnswer.removeAll()
        lastAnswer.append(UnsafeRawBufferPointer(rebasing: body.prefix(DeadLetterHeaders.bodyLimit)))
    }

    /// Marks the time of the event's first failure.
    func noteFailure() {
        if firstFailedAt == 0 { firstFailedAt = Timestamp.now() }
    }
}

/// The slots by the number that the core gives an event.
///
/// What is given back is used again, the last first: it is in the processor's caches still, and there are as many as
/// events ever needed one at once.
struct EventSlots {
    private var slots: [EventSlot?] = []
    private var idle: [EventSlot] = []

    subscript(id: EventID) -> EventSlot {
        mutating get {
            while slots.count <= Int(id.slot) { slots.append(nil) }
            if let slot = slots[Int(id.slot)] { return slot }
            let slot = idle.popLast() ?? EventSlot()
            slots[Int(id.slot)] = slot
            return slot
        }
    }

    /// Whether the event has a slot still.
    func holds(_ id: EventID) -> Bool { Int(id.slot) < slots.count && slots[Int(id.slot)] != nil }

    /// Leaves the event's slot, if it has one, to another event.
    mutating func giveBack(_ id: EventID) {
        guard Int(id.slot) < slots.count, let slot = slots[Int(id.slot)] else { return }
        slot.release()
        slots[Int(id.slot)] = nil
        idle.append(slot)
    }
}
