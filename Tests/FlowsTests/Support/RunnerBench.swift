import Delivery
import JQ
import JSON
import Kafka

@testable import Flows
@testable import HTTPCalls

/// A flow whose events go step by step, without a broker and without a system.
final class RunnerBench {
    let flow: CompiledFlow
    let slot = EventSlot()
    let keys: OrderKeys
    let runner: StepRunner

    init(_ definition: FlowDefinition) throws {
        let document = Document()
        let evaluator = Evaluator(arena: document.arena)
        flow = try CompiledFlow(definition, document: document)
        runner = StepRunner(flow: flow, document: document, evaluator: evaluator)
        keys = OrderKeys(flow: flow, document: document, evaluator: evaluator)
    }

    /// Puts a record into the slot, as the worker does.
    func take(_ record: StoredRecord) {
        slot.begin()
        var headers: [(String, [UInt8]?)] = []
        record.forEachHeader { name, value in headers.append((text(name), value.map { Array($0) })) }
        slot.record.fill(
            key: record.key.map { Array($0) }, bytes: record.value.map { Array($0) }, headers: headers,
            partition: record.partition, offset: record.offset, timestamp: record.timestamp)
    }

    /// What comes next, in words: `call erp 0 POST`, `done`, `skip`, or the fault.
    func next(from step: Int = 0) -> String {
        switch runner.next(from: step, for: slot) {
        case .call(let system, let step): "call step \(step) system \(system.index)"
        case .done: "done"
        case .skip: "skip"
        case .stale: "stale"
        case .alreadyParked: "already parked"
        case .unknown: "unknown"
        case .failed(let reason): "failed \(reason.name)"
        case .fault(let reason): "fault \(reason.name) \(slot.fault?.stage.rawValue ?? "?")"
        }
    }

    /// Which compensation comes next: `undo step 0 system 0`, `done`, `again`, or the fault.
    func undo(_ reason: ParkReason = .mapping) -> String {
        switch runner.prepareCompensation(slot, reason) {
        case .call(let system, let step, _): "undo step \(step) system \(system.index)"
        case .done: "done"
        case .again: "again"
        case .fault(let reason): "fault \(reason.name) \(slot.fault?.stage.rawValue ?? "?")"
        case .settled, .stale, .failed: "?"
        }
    }

    /// An answer to the call at hand. Returns what should have been remembered and was not.
    @discardableResult
    func answer(_ status: Int, _ body: String = "") -> String? {
        Array(body.utf8).withUnsafeBytes { runner.note(status: status, body: $0, in: slot) }
    }

    /// What an answer to the probe means.
    func judge(_ status: Int, _ body: String) -> ProbeOutcome {
        Array(body.utf8).withUnsafeBytes { runner.judgeProbe(status: status, retryAfter: nil, body: $0, slot) }
    }

    var path: String { text(slot.path.bytes) }
    var body: String? { slot.hasBody ? slot.body.text : nil }
    var message: String { slot.fault?.message ?? "" }
    var headers: [String] {
        slot.headers.bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    }
}

extension Flows.Expression {
    init(_ text: String) { self.init(text, file: "test.jq") }
}

extension [TemplatePart] {
    /// `clients/{.id}`: what stands in braces is an expression without braces of its own.
    init(template text: String) {
        var parts: [TemplatePart] = []
        for piece in text.split(separator: "{", omittingEmptySubsequences: false) {
            let halves = piece.split(separator: "}", maxSplits: 1, omittingEmptySubsequences: false)
            if halves.count == 2 {
                let isName = halves[0].allSatisfy { $0.isLetter || $0 == "_" }
                parts.append(
                    isName ? .reference(String(halves[0])) : .expression(Flows.Expression(String(halves[0]))))
                if !halves[1].isEmpty { parts.append(.text(String(halves[1]))) }
            } else if !piece.isEmpty {
                parts.append(.text(String(piece)))
            }
        }
        self = parts
    }
}

extension StepDefinition {
    static func step(
        _ name: String = "create", when: String? = nil, map: String? = nil, schema: String? = nil,
        call: Method = .post, path: String = "/clients", headers: [(String, String)] = [],
        success: Set<Int>? = nil
    ) -> StepDefinition {
        StepDefinition(
            name: name, when: when.map { Flows.Expression($0) }, map: map.map { Flows.Expression($0) },
            schema: schema.map { SchemaReference(uri: $0, place: "penstock.yaml:9:9: \(name).schema") },
            method: call, system: 0, path: [TemplatePart](template: path),
            headers: headers.map { (name: $0.0, value: [TemplatePart](template: $0.1)) }, successStatuses: success)
    }
}

extension FlowDefinition {
    static func flow(
        _ steps: [StepDefinition], format: Format = .cloudEvents, identity: String? = nil, key: String? = nil,
        schema: String? = nil, tombstones: Tombstones = .skip, schemas: [String: String] = [:],
        idempotencyHeader: String? = "Idempotency-Key"
    ) -> FlowDefinition {
        FlowDefinition(
            name: "customers", topic: "crm.customers", group: "g", deadLetterTopic: "crm.customers.dead-letter",
            format: format, source: "/crm", identity: identity.map { Flows.Expression($0) },
            key: key.map { Flows.Expression($0) },
            schema: schema.map { SchemaReference(uri: $0, place: "penstock.yaml:5:5: schema") },
            tombstones: tombstones, steps: steps,
            systems: [
                SystemDefinition(
                    name: "erp", endpoint: SystemEndpoint(name: "erp", baseURL: "http://127.0.0.1:9/v2"),
                    limits: SystemLimits(concurrency: 4), idempotencyHeader: idempotencyHeader)
            ],
            schemas: SchemaTexts(schemas.mapValues { Array($0.utf8) }))
    }
}
