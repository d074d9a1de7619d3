import Delivery
import HTTPCalls
import JQ
import JSON
import JSONSchema
import Receipts

/// Takes an event from its record to the next call: read, validate, decide conditions, map, validate what was mapped.
///
/// It neither sends nor waits. One document, one evaluator and one set of compiled programs serve all events of a
/// worker, one after the other; what must outlive an evaluation is copied into the event's slot.
final class StepRunner {
    /// What comes next for an event.
    enum Next {
        /// The call in the slot is ready to be sent.
        case call(system: SystemID, step: Int)
        /// No further step applies.
        case done
        /// The flow passes such events over.
        case skip
        /// Older than the last applied version of its key (D13).
        case stale
        /// One of the parked events of its key, whose dead letter is written (D9).
        case alreadyParked
        /// The event is wrong; the slot holds the fault.
        case fault(ParkReason)
        /// It failed in an earlier life, and what it did is to be undone.
        case failed(ParkReason)
        /// What is known of its effects cannot be had: ``receiptsFailure`` tells why.
        case unknown
    }

    let flow: CompiledFlow
    let document: Document
    let evaluator: Evaluator
    let merger = ReferenceMerger()
    /// What is known of effects and keys; `nil`: nothing is recorded.
    var receipts: ReceiptStore?
    /// Of calls with several events.
    private(set) lazy var batchWriter = BatchWriter()
    let batchItemBody = ByteBuffer(capacity: 64, retainedCapacity: 64 << 10)
    var receiptsFailure: ReceiptStoreError?
    /// Whether an event that failed and is undone begins anew, in its next round: so it is in a redrive.
    var beginsAnew = false
    /// What `now` yields, in seconds since 1970; `nil`: the machine's time.
    var fixedTime: Double?

    init(flow: CompiledFlow, document: Document, evaluator: Evaluator) {
        self.flow = flow
        self.document = document
        self.evaluator = evaluator
    }

    /// Prepares the next step from `step` on that applies to the event in the slot.
    func next(from step: Int, for slot: EventSlot) -> Next {
        let start = begin(step, slot)
        if slot.isExamined, slot.remainingSteps >> UInt64(start) == 0 { return .done }
        if slot.record.value == nil, let next = tombstone(slot) { return next }
        evaluator.now = fixedTime ?? Double(Timestamp.now()) / 1_000
        do {
            if !slot.isExamined, let next = try standing(of: slot) { return next }
            let event = try decode(slot)
            let variables = try self.variables(of: slot, event)
            if !slot.isExamined, let next = try decided(event, variables, slot) { return next }
            if !slot.isExamined, try !examine(event, variables, slot) { return .stale }
            guard let index = try nextStep(from: start, event, variables, slot) else { return .done }
            let step = try stepToCreate(for: flow.steps[index], event, variables, slot) ?? flow.steps[index]
            try prepare(step, event, variables, slot)
            return .call(system: step.system, step: step.index)
        } catch let error as ReceiptStoreError {
            receiptsFailure = error
            return .unknown
        } catch let fault as EventFault {
            slot.fault = fault
            return .fault(fault.reason)
        } catch {
            slot.fault = EventFault(
                reason: .mapping, stage: .transformation, step: nil, message: "the event is too large: \(error)")
            return .fault(.mapping)
        }
    }

    /// The same in the core's terms: what it is answered when it wants an event prepared.
    /// `nil` when it cannot be told, because of ``receiptsFailure``.
    func prepare(_ slot: EventSlot, from step: Int) -> Prepared? {
        switch next(from: step, for: slot) {
        case .call(let system, let step):
            return .call(system, step: Int32(step), byteCount: slot.requestByteCount)
        case .done: return .done
        case .skip: return .settled(.skipped)
        case .stale: return .stale
        case .alreadyParked: return .settled(.parked)
        case .unknown: return nil
        case .failed(let reason): return .failed(reason)
        case .fault(let reason):
            slot.noteFailure()
            return .fault(reason)
        }
    }

    /// What the flow's policy says of a record without a value; `nil`: to be treated like any other.
    private func tombstone(_ slot: EventSlot) -> Next? {
        switch flow.tombstones {
        case .deliver: return nil
        case .skip: return .skip
        case .park:
            slot.fault = EventFault(
                reason: .tombstone, stage: .valueConverter, step: nil,
                message: "the record has no value (a tombstone), and the flow parks these")
            return .fault(.tombstone)
        }
    }

    // MARK: - Reading

    func decode(_ slot: EventSlot) throws -> Value {
        do {
            return try flow.decoder.decode(slot.record)
        } catch {
            throw EventFault(reason: .malformed, stage: .valueConverter, step: nil, message: error.message)
        }
    }

    /// Validates the event and decides all conditions, before anything has an effect; but for those that ask for what
    /// an effect was answered.
    ///
    /// - Returns: whether the event is not stale.
    private func examine(_ event: Value, _ variables: [Value], _ slot: EventSlot) throws -> Bool {
        if let schema = flow.schema, !schema.isValid(event) {
            throw EventFault(
                reason: .schema, stage: .valueConverter, step: nil,
                message: describe(schema.validate(event), of: "the event"))
        }
        if try isStale(event, variables, slot) { return false }
        slot.undecidedSteps = flow.deferredConditions
        for (index, step) in flow.steps.enumerated() {
            let bit: UInt64 = 1 << UInt64(index)
            if slot.undecidedSteps & bit != 0 {
                slot.remainingSteps |= bit
            } else if try applies(step, event, variables) {
                slot.remainingSteps |= bit
            }
        }
        slot.isExamined = true
        try passOverRecorded(event, variables, slot)
        return true
    }

    private func applies(_ step: CompiledStep, _ event: Value, _ variables: [Value]) throws -> Bool {
        guard let condition = step.when else { return true }
        do {
            return try evaluator.truth(condition, event, variables: variables)
        } catch {
            throw EventFault(reason: .mapping, stage: .transformation, step: step.name, message: "when: \(error)")
        }
    }

    private func nextStep(from step: Int, _ event: Value, _ variables: [Value], _ slot: EventSlot) throws -> Int? {
        while step < CompiledFlow.stepLimit {
            let left = (slot.remainingSteps >> UInt64(step)) << UInt64(step)
            if left == 0 { return nil }
            let index = left.trailingZeroBitCount
            let bit: UInt64 = 1 << UInt64(index)
            guard slot.undecidedSteps & bit != 0 else { return index }
            if try !applies(flow.steps[index], event, variables) { slot.remainingSteps &= ~bit }
            slot.undecidedSteps &= ~bit
        }
        return nil
    }

    // MARK: - Mapping

    func prepare(_ step: CompiledStep, _ event: Value, _ variables: [Value], _ slot: EventSlot) throws {
        slot.step = step.index
        slot.attempts = 0
        slot.remembered = nil
        try name(step, event, variables, slot)
        let variables = try flow.variables.naming(slot.idempotencyKey, in: variables, arena: document.arena)
        try preparePath(step, event, variables, slot)
        try prepareProbe(step, event, variables, slot)
        try prepareHeaders(step, event, variables, slot)
        try prepareBody(step, event, variables, slot)
    }

    private func preparePath(_ step: CompiledStep, _ event: Value, _ variables: [Value], _ slot: EventSlot) throws {
        slot.path.removeAll()
        // The path and headers of a call with several events are of no event.
        guard step.batch == nil else { return }
        try step.path.write(to: slot.path, event, variables, evaluator, step: step.name)
        // A request that can never be sent must be a fault of the event: as one of the target it would wait for ever.
        guard RequestPath.isValid(slot.path.bytes) else {
            throw EventFault(
                reason: .mapping, stage: .transformation, step: step.name,
                message: "call: \(RequestError.invalidPath): \(slot.path.text.prefix(200))")
        }
    }

    private func prepareHeaders(
        _ step: CompiledStep, _ event: Value, _ variables: [Value], _ slot: EventSlot
    ) throws {
        slot.headers.removeAll()
        guard step.batch == nil else { return }
        do {
            if step.sendsBody, !step.namesContentType { try slot.headers.append("Content-Type", "application/json") }
            if let header = step.idempotencyHeader { try slot.headers.append(header, slot.idempotencyKey) }
            for (name, template) in step.headers {
                try slot.headers.append(name, try template.text(event, variables, evaluator, step: step.name))
            }
        } catch let error as RequestError {
            throw EventFault(reason: .mapping, stage: .transformation, step: step.name, message: "\(error)")
        }
    }

    private func prepareBody(_ step: CompiledStep, _ event: Value, _ variables: [Value], _ slot: EventSlot) throws {
        slot.body.removeAll()
        slot.hasBody = step.sendsBody
        guard step.sendsBody else { return }
        let mapped = try map(step, event, variables)
        if let schema = step.schema, !schema.isValid(mapped) {
            throw EventFault(
                reason: .schema, stage: .transformation, step: step.name,
                message: describe(schema.validate(mapped), of: "the mapped document"))
        }
        slot.body.write(mapped)
        slot.resultKey = try resultKey(step, mapped, variables)
    }

    /// What names the event in the answer to a call with several events.
    private func resultKey(_ step: CompiledStep, _ mapped: Value, _ variables: [Value]) throws(EventFault) -> String? {
        guard let program = step.batch?.key else { return nil }
        let message: String
        do {
            if let key = try evaluator.one(program, mapped, variables: variables).scalarText { return key }
            message = "the expression gives no string or number"
        } catch {
            message = "\(error)"
        }
        throw EventFault(
            reason: .mapping, stage: .transformation, step: step.name, message: "batch.key: \(message)")
    }

    private func map(_ step: CompiledStep, _ event: Value, _ variables: [Value]) throws(EventFault) -> Value {
        guard let program = step.map else { return unmapped(event) }
        do {
            return try evaluator.one(program, event, variables: variables)
        } catch {
            throw EventFault(reason: .mapping, stage: .transformation, step: step.name, message: "map: \(error)")
        }
    }

    /// Without a mapping the event's data is sent as it is.
    private func unmapped(_ event: Value) -> Value {
        flow.decoder.format == .json ? event : event.member(UnsafeRawBufferPointer("data")) ?? .null
    }

    // MARK: - Identity

    /// Names the step's effect on behalf of the event.
    func name(_ step: CompiledStep, _ event: Value, _ variables: [Value], _ slot: EventSlot) throws {
        guard slot.namedStep != step.nameTag else { return }
        slot.effect = try effect(step.idempotency, round: slot.round, event, variables, slot)
        slot.idempotencyKey = slot.effect.description
        slot.namedStep = step.nameTag
    }

    func effect(
        _ name: IdempotencyKey, round: Int, _ event: Value, _ variables: [Value], _ slot: EventSlot
    ) throws -> EffectID {
        switch flow.decoder.format {
        case .cloudEvents:
            let source = event.member(UnsafeRawBufferPointer("source"))?.bytes ?? UnsafeRawBufferPointer("")
            let id = event.member(UnsafeRawBufferPointer("id"))?.bytes ?? UnsafeRawBufferPointer("")
            slot.keepIdentity(source: source, id: id)
            return name.effect(source: source, id: id, round: round)
        case .json:
            var id = try identity(event, variables) ?? "\(flow.topic)/\(slot.record.partition)/\(slot.record.offset)"
            var source = flow.source
            return source.withUTF8 { source in
                id.withUTF8 { id in
                    let (source, id) = (UnsafeRawBufferPointer(source), UnsafeRawBufferPointer(id))
                    slot.keepIdentity(source: source, id: id)
                    return name.effect(source: source, id: id, round: round)
                }
            }
        }
    }

    private func identity(_ event: Value, _ variables: [Value]) throws(EventFault) -> String? {
        guard let program = flow.identity else { return nil }
        do {
            let value = try evaluator.one(program, event, variables: variables)
            guard let text = value.scalarText, !text.isEmpty else {
                throw EventFault(
                    reason: .mapping, stage: .valueConverter, step: nil,
                    message: "identity: the expression gives no string or number with content")
            }
            return text
        } catch let fault as EventFault {
            throw fault
        } catch {
            throw EventFault(reason: .mapping, stage: .valueConverter, step: nil, message: "identity: \(error)")
        }
    }

    private func describe(_ failure: ValidationFailure?, of what: String) -> String {
        guard let failure else { return "\(what) is not valid" }
        return "\(what) is not valid: \(failure)"
    }
}

extension Value {
    /// A string as it is, a number by its text; `nil` for all else.
    var scalarText: String? {
        switch kind {
        case .string: return string
        case .number:
            let buffer = ByteBuffer()
            buffer.write(self)
            return String(decoding: buffer.bytes, as: UTF8.self)
        default: return nil
        }
    }
}
