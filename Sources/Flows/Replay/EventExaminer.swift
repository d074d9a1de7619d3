import JQ
import JSON
import Receipts

/// Tells what running an event now would do, by the flow and by what is recorded, and does nothing. It belongs to one
/// thread.
public final class EventExaminer {
    /// How an event stands.
    public enum Verdict: Sendable {
        /// A call would be made: an effect has no receipt.
        case call
        /// All its effects have receipts.
        case recorded
        /// No step is for it, it is stale, or it is a tombstone that is passed over.
        case byRule
        /// Its key is parked, and it would go behind.
        case keyParked
        /// It would be at fault before any call.
        case fault(EventFault)
    }

    private let flow: CompiledFlow
    private let runner: StepRunner
    private let keys: OrderKeyReader
    private let hasKeyExpression: Bool
    private let slot = EventSlot()

    /// - Parameter knowledge: what is recorded; `nil`: nothing.
    /// - Throws: ``FlowProblems`` when the flow does not compile.
    public init(_ definition: FlowDefinition, _ knowledge: RedriveKnowledge?) throws(FlowProblems) {
        let document = Document(limits: Limits(byteCount: definition.eventByteLimit))
        flow = try CompiledFlow(definition, document: document)
        runner = StepRunner(flow: flow, document: document, evaluator: Evaluator(arena: document.arena))
        runner.receipts = knowledge?.store
        keys = try OrderKeyReader(definition)
        hasKeyExpression = definition.key != nil
    }

    public func key(of event: DeadLetter) -> OrderKey { keys.key(of: event) }

    /// - Throws: what keeps the records from being read.
    public func examine(_ event: DeadLetter) throws -> Verdict {
        slot.begin()
        event.restore(into: slot.record)
        if hasKeyExpression { slot.evaluatedKey = keys.key(of: event).bytes }
        switch runner.next(from: 0, for: slot) {
        case .call: return .call
        case .done: return slot.recordedSteps != 0 ? .recorded : .byRule
        case .skip, .stale: return .byRule
        // What was begun and undone is the business of its dead letter.
        case .alreadyParked, .failed: return .keyParked
        case .fault(let reason):
            if slot.fault?.reason == .behindParked { return .keyParked }
            // With references and answers that a run itself brings, it may well go.
            if flow.variables.usesReference || flow.createsFirst { return .call }
            return .fault(slot.fault ?? flow.steps[slot.step].rejection(reason, status: 0))
        case .unknown:
            if let failure = runner.receiptsFailure { throw failure }
            return .call
        }
    }
}
