import JQ
import JSON

/// What parked events are ordered by: a key within a partition of the source.
///
/// One key in two partitions is two of them, because the order of a key is that of its partition (D2). An event without
/// a key has no order and is alone.
public struct OrderKey: Hashable, Sendable {
    public let partition: Int32
    /// `nil`: the event has no key.
    public let bytes: [UInt8]?
    /// Tells events without a key from each other.
    private let offset: Int64?

    public init(_ bytes: [UInt8]?, of place: DeadLetter.Place) {
        partition = place.partition
        self.bytes = bytes
        offset = bytes == nil ? place.offset : nil
    }
}

/// Finds the order key of dead letters as the flow's workers find it: the record's key, or what the flow's `key`
/// expression gives. It belongs to one thread.
public final class OrderKeyReader {
    private let program: Program?
    private let flow: CompiledFlow?
    private let document: Document
    private let evaluator: Evaluator
    private let record = StoredRecord()

    /// - Throws: ``FlowProblems`` when the flow has an expression and does not compile.
    public init(_ flow: FlowDefinition) throws(FlowProblems) {
        document = Document(limits: Limits(byteCount: flow.eventByteLimit))
        evaluator = Evaluator(arena: document.arena)
        self.flow = flow.key == nil ? nil : try CompiledFlow(flow, document: document)
        program = self.flow?.key
    }

    public func key(of letter: DeadLetter) -> OrderKey {
        OrderKey(evaluated(letter) ?? letter.key, of: letter.place)
    }

    /// `nil` where there is no expression, or it fails on this event: then the record's key counts.
    private func evaluated(_ letter: DeadLetter) -> [UInt8]? {
        guard let flow, let program else { return nil }
        letter.restore(into: record)
        guard let event = try? flow.decoder.decode(record),
            let variables = try? flow.variables.values(event: event, record: record, arena: document.arena),
            let value = try? evaluator.one(program, event, variables: variables), let text = value.scalarText
        else { return nil }
        return Array(text.utf8)
    }
}
