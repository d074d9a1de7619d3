import JQ
import JSON

/// Tells who an event is, and by what names its effects go. It belongs to one thread.
public final class EventIdentifier {
    public struct Identity: Sendable, Equatable {
        public var source: String
        public var id: String
        /// The CloudEvents type; `nil` for plain JSON.
        public var type: String?
        /// The names of the effects by their steps, whether these are for the event or not.
        public var effects: [String: String]
    }

    private let flow: CompiledFlow
    private let runner: StepRunner
    private let slot = EventSlot()

    /// - Throws: ``FlowProblems`` when the flow does not compile.
    public init(_ definition: FlowDefinition) throws(FlowProblems) {
        let document = Document(limits: Limits(byteCount: definition.eventByteLimit))
        flow = try CompiledFlow(definition, document: document)
        runner = StepRunner(flow: flow, document: document, evaluator: Evaluator(arena: document.arena))
    }

    /// `nil` when the event cannot be read.
    public func identity(of event: DeadLetter) -> Identity? {
        slot.begin()
        event.restore(into: slot.record)
        guard let value = try? flow.decoder.decode(slot.record),
            let variables = try? flow.variables.values(
                event: value, record: slot.record, arena: runner.document.arena)
        else { return nil }
        let type = flow.decoder.format == .cloudEvents ? value["type"]?.string : nil
        var effects: [String: String] = [:]
        for step in flow.steps {
            slot.namedStep = -1
            guard (try? runner.name(step, value, variables, slot)) != nil else { return nil }
            effects[step.name] = slot.idempotencyKey
        }
        let identity = slot.identity.bytes
        return Identity(
            source: String(decoding: identity.prefix(slot.sourceCount), as: UTF8.self),
            id: String(decoding: identity.dropFirst(slot.sourceCount), as: UTF8.self), type: type, effects: effects)
    }
}
