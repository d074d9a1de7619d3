import Delivery
import JQ
import JSON
import Receipts

/// What an event says that the system should hold of its key.
enum Expectation {
    /// This document.
    case document(Value)
    /// Nothing.
    case absent
    /// The event says nothing of it: an earlier one does.
    case silent
    /// It cannot be told, and why; before the first colon stands the kind of the reason.
    case fault(String)
}

/// Tells what events say that the system should hold: what `expect` gives, or what the flow's last step sends that
/// calls the system. It belongs to one thread.
final class ExpectationReader {
    private let flow: CompiledFlow
    private let system: SystemID
    private let expect: Program?
    private let variables: EventVariables
    private let document: Document
    private let evaluator: Evaluator

    /// - Parameter expect: compiled with the flow's variables.
    init(
        flow: CompiledFlow, system: SystemID, expect: Program?, expectText: String?, stepNames: [String],
        document: Document, evaluator: Evaluator
    ) {
        self.flow = flow
        self.system = system
        self.expect = expect
        self.document = document
        self.evaluator = evaluator
        variables = EventVariables(programs: flow.programTexts + [expectText].compactMap(\.self), stepNames: stepNames)
    }

    /// Whether stale events are told from their versions, so that the last event of a key need not be the one that
    /// counts.
    var hasVersion: Bool { flow.version != nil }

    /// Whether every event that has a value says something: a step of the system runs for all of them.
    var isNeverSilent: Bool {
        expect == nil
            && flow.steps.contains { step in
                step.system == system && step.when == nil && (step.sendsBody || step.method == .delete)
            }
    }

    /// What the event says; a document is valid until the next event is asked about.
    ///
    /// - Parameters:
    ///   - references: what is remembered of the key, an object as JSON.
    ///   - isJudged: only whether the event says anything is asked, which is cheaper: no document is validated.
    func expectation(
        of record: StoredRecord, references: ByteBuffer? = nil, isJudged: Bool = false
    ) -> Expectation {
        if record.value == nil {
            switch flow.tombstones {
            case .skip: return .silent
            case .park: return .fault("tombstone: the flow parks records without a value")
            case .deliver: break
            }
        }
        do {
            let event = try flow.decoder.decode(record)
            if !isJudged, let schema = flow.schema, !schema.isValid(event) {
                return .fault("schema: the event is not valid")
            }
            let values = try variables.values(
                event: event, record: record, reference: references, arena: document.arena)
            if let expect { return try expected(expect, event, values) }
            return try sent(event, values, isJudged)
        } catch let fault as EventDecoder.Malformed {
            return .fault("malformed: \(fault.message)")
        } catch {
            return .fault("mapping: \(error)")
        }
    }

    private func expected(_ program: Program, _ event: Value, _ values: [Value]) throws -> Expectation {
        var outputs: [Value] = []
        try evaluator.all(program, event, variables: values) { output in
            outputs.append(output)
            return outputs.count < 2
        }
        guard let first = outputs.first else { return .silent }
        guard outputs.count == 1 else { return .fault("mapping: expect gives more than one document") }
        return first.kind == .null ? .absent : .document(first)
    }

    /// What the last step sends that applies and calls the system.
    private func sent(_ event: Value, _ values: [Value], _ isJudged: Bool) throws -> Expectation {
        for step in flow.steps.reversed() where step.system == system && (step.sendsBody || step.method == .delete) {
            guard try applies(step, event, values) else { continue }
            if step.isConditionDeferred {
                return .fault("condition: that of the step \(step.name) depends on answers; ‘expect’ must tell")
            }
            if step.method == .delete { return .absent }
            if isJudged { return .document(.null) }
            guard let map = step.map else { return .document(data(of: event)) }
            let mapped = try evaluator.one(map, event, variables: values)
            if let schema = step.schema, !schema.isValid(mapped) {
                return .fault("schema: what the step \(step.name) would send is not valid")
            }
            return .document(mapped)
        }
        return .silent
    }

    private func applies(_ step: CompiledStep, _ event: Value, _ values: [Value]) throws -> Bool {
        guard let condition = step.when, !step.isConditionDeferred else { return true }
        return try evaluator.truth(condition, event, variables: values)
    }

    private func data(of event: Value) -> Value {
        flow.decoder.format == .json ? event : event.member("data") ?? .null
    }

    /// The event's version; `nil` where it has none, or it cannot be told.
    func version(of record: StoredRecord) -> EventVersion? {
        guard let program = flow.version, let event = try? flow.decoder.decode(record),
            let values = try? variables.values(event: event, record: record, arena: document.arena),
            let value = try? evaluator.one(program, event, variables: values)
        else { return nil }
        return EventVersion(value)
    }
}
