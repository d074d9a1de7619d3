import JQ
import JSON

/// Which events of a topic are meant. What is not given matches everything.
public struct EventFilter: Sendable, Equatable {
    /// The record's key, or the flow's order key, as text.
    public var key: String?
    /// The CloudEvents type.
    public var type: String?
    /// A jq condition on the event, as the flow's own conditions see it.
    public var condition: String?

    public init(key: String? = nil, type: String? = nil, condition: String? = nil) {
        self.key = key
        self.type = type
        self.condition = condition
    }

    public var isEmpty: Bool { self == EventFilter() }
}

/// Chooses events by a filter. It belongs to one thread.
public final class EventSelector {
    private let filter: EventFilter
    private let flow: CompiledFlow
    private let program: Program?
    private let keys: OrderKeyReader
    private let document: Document
    private let evaluator: Evaluator
    private let record = StoredRecord()

    /// - Throws: ``FlowProblems``, or what is wrong with the condition.
    public init(_ definition: FlowDefinition, _ filter: EventFilter) throws {
        self.filter = filter
        document = Document(limits: Limits(byteCount: definition.eventByteLimit))
        flow = try CompiledFlow(definition, document: document)
        evaluator = Evaluator(arena: document.arena)
        program = try filter.condition.map { try Program($0, name: "--where") }
        keys = try OrderKeyReader(definition)
    }

    /// Whether the event is meant. One that cannot be read, or on which the condition fails, is of no type and
    /// satisfies none.
    public func isChosen(_ event: DeadLetter) -> Bool {
        if let key = filter.key, !isKey(key, of: event) { return false }
        guard filter.type != nil || program != nil else { return true }
        event.restore(into: record)
        guard let value = try? flow.decoder.decode(record) else { return false }
        if let type = filter.type, value["type"]?.string != type { return false }
        guard let program else { return true }
        return (try? evaluator.truth(program, value)) ?? false
    }

    private func isKey(_ key: String, of event: DeadLetter) -> Bool {
        if event.key.map({ $0.elementsEqual(key.utf8) }) == true { return true }
        return keys.key(of: event).bytes.map { $0.elementsEqual(key.utf8) } ?? false
    }
}
