import Crypto
import Delivery
import JQ
import JSON
import Kafka
import Reconciliation

/// Everything that compares a flow's keys with what a system holds, compiled. It belongs to one thread.
final class CompiledReconciliation {
    let definition: ReconcileDefinition
    let flow: CompiledFlow
    let expectations: ExpectationReader
    let entity: EntityReader
    let comparison: DocumentComparison
    private let keys: OrderKeys

    /// - Throws: ``FlowProblems`` with everything that is wrong, or ``ReconcileFailure/notConfigured(flow:)``.
    init(_ flow: FlowDefinition) throws {
        guard let definition = flow.reconcile else { throw ReconcileFailure.notConfigured(flow: flow.name) }
        self.definition = definition
        let document = Document(limits: Limits(byteCount: flow.eventByteLimit))
        let evaluator = Evaluator(arena: document.arena)
        let compiled = try CompiledFlow(flow, document: document)
        self.flow = compiled
        var compiler = FlowCompiler(schemas: flow.schemas, environment: flow.environment)
        let expect = compiler.program(definition.expect)
        let items = compiler.program(definition.list?.items, variables: [])
        let next = compiler.program(definition.list?.next, variables: [])
        let key = compiler.program(definition.key, variables: [])
        let normalise = compiler.program(definition.normalise, variables: [])
        guard compiler.problems.isEmpty else { throw FlowProblems(problems: compiler.problems) }
        let system = flow.systems.firstIndex { $0.name == definition.system.name }
        expectations = ExpectationReader(
            flow: compiled, system: SystemID(system.map { UInt16($0) } ?? .max), expect: expect,
            expectText: definition.expect?.text, stepNames: flow.steps.map(\.name), document: document,
            evaluator: evaluator)
        entity = EntityReader(
            items: items, next: next, key: key, normalise: normalise,
            byteLimit: definition.system.endpoint.responseByteLimit)
        comparison = DocumentComparison(ignoring: definition.ignore, comparesAll: definition.comparesAll)
        keys = OrderKeys(flow: compiled, document: document, evaluator: evaluator)
    }

    /// What does not compile in the flow's `reconcile` section, which compiles otherwise.
    static func problems(_ flow: FlowDefinition) -> [String] {
        guard flow.reconcile != nil else { return [] }
        do {
            _ = try CompiledReconciliation(flow)
            return []
        } catch let error as FlowProblems {
            return error.problems
        } catch {
            return ["\(error)"]
        }
    }

    /// Hands the key of a record over by which its events are ordered; `nil`: it has none.
    func withKey(of record: borrowing RecordView, _ body: (UnsafeRawBufferPointer?) -> Void) {
        guard flow.key != nil else { return body(record.key) }
        _ = keys.key(of: record)
        guard let bytes = keys.evaluatedBytes else { return body(record.key) }
        bytes.withUnsafeBytes { body($0) }
    }

    /// The path of one record, or what is missing for it.
    ///
    /// - Parameter references: what is remembered of the key, a JSON object.
    func path(of key: [UInt8], references: Value?) -> Result<String, MissingReference> {
        var path = ""
        for part in definition.get ?? [] {
            switch part {
            case .text(let text): path += text
            case .expression: break
            case .reference("key"): path += PathEncoding.encode(String(decoding: key, as: UTF8.self))
            case .reference(let name):
                guard let text = references?[name]?.scalarText, !text.isEmpty else {
                    return .failure(MissingReference(name: name))
                }
                path += PathEncoding.encode(text)
            }
        }
        return .success(path)
    }

    struct MissingReference: Error {
        let name: String
    }

    /// Changes whenever work that was begun cannot be gone on with: another flow, topic, mapping or entity.
    static func fingerprint(_ flow: FlowDefinition, byItem: Bool) throws -> String {
        guard let definition = flow.reconcile else { throw ReconcileFailure.notConfigured(flow: flow.name) }
        var hash = SHA256()
        var parts = [flow.name, flow.topic, flow.group, definition.entity, definition.system.endpoint.baseURL]
        parts += flow.steps.flatMap { step in
            [step.name, step.when?.text ?? "", step.map?.text ?? "", step.call(flow.systems)]
        }
        parts += [definition.expect, definition.key, definition.normalise, definition.list?.items, flow.key]
            .map { $0?.text ?? "" }
        parts += [
            (definition.list?.path ?? []).map(\.description).joined(),
            (definition.get ?? []).map(\.description).joined(), "\(byItem)",
        ]
        for part in parts {
            hash.update(data: Array("\(part.utf8.count):\(part)".utf8))
        }
        return hash.finalize().prefix(12).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
