import Delivery
import JQ
import JSON

/// Tells what a redrive would call, and calls nothing.
public final class RedrivePreview {
    /// A call that would be made.
    public struct Call: Sendable {
        public let step: String
        public let method: String
        public let system: String
        /// The path behind the system's base URL.
        public let path: String
        public let idempotencyKey: String
        public let body: [UInt8]?
    }

    /// How an event would go on, as far as can be told without answers.
    public enum Ending: Sendable {
        case done
        case skipped
        /// It would be at fault before its next call.
        case fault(EventFault)
        /// The next step needs the answer of an earlier one.
        case dependsOnAnswers
    }

    private let flow: CompiledFlow
    private let definition: FlowDefinition
    private let runner: StepRunner
    private let slot = EventSlot()

    /// - Parameter knowledge: what is recorded of effects and keys; `nil`: nothing is looked at.
    /// - Throws: ``FlowProblems`` when the flow does not compile.
    public init(_ definition: FlowDefinition, knowledge: RedriveKnowledge? = nil) throws(FlowProblems) {
        let document = Document(limits: Limits(byteCount: definition.eventByteLimit))
        self.definition = definition
        flow = try CompiledFlow(definition, document: document)
        runner = StepRunner(flow: flow, document: document, evaluator: Evaluator(arena: document.arena))
        runner.receipts = knowledge?.store
    }

    /// - Parameter key: the event's order key, where the flow has an expression for it.
    public func calls(for letter: DeadLetter, key: [UInt8]? = nil) -> (calls: [Call], ending: Ending) {
        slot.begin()
        letter.restore(into: slot.record)
        slot.evaluatedKey = key
        var calls: [Call] = []
        var step = 0
        while true {
            switch runner.next(from: step, for: slot) {
            case .call(let system, let index):
                calls.append(call(flow.steps[index], definition.systems[Int(system.index)].name))
                step = index + 1
                guard calls.count <= 2 * flow.steps.count else { return (calls, .dependsOnAnswers) }
            case .done: return (calls, calls.isEmpty ? .skipped : .done)
            case .skip, .stale, .alreadyParked, .unknown, .failed: return (calls, .skipped)
            case .fault(let reason):
                if flow.variables.usesSteps || flow.variables.usesReference, !calls.isEmpty {
                    return (calls, .dependsOnAnswers)
                }
                return (calls, .fault(slot.fault ?? flow.steps[slot.step].rejection(reason, status: 0)))
            }
        }
    }

    private func call(_ step: CompiledStep, _ system: String) -> Call {
        if step.batch != nil, let call = batch(step, system) { return call }
        return single(step, system)
    }

    /// A redrive sends each event alone, in a batch of one.
    private func batch(_ step: CompiledStep, _ system: String) -> Call? {
        let request = BatchRequest()
        guard (try? runner.batchWriter.write([slot], of: step, to: request)) != nil else { return nil }
        return Call(
            step: step.name, method: step.method.name, system: system, path: request.path.text,
            idempotencyKey: slot.idempotencyKey, body: Array(request.body.bytes))
    }

    private func single(_ step: CompiledStep, _ system: String) -> Call {
        Call(
            step: step.name, method: step.method.name, system: system, path: slot.path.text,
            idempotencyKey: slot.idempotencyKey, body: slot.hasBody ? Array(slot.body.bytes) : nil)
    }
}
