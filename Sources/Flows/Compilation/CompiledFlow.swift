import Delivery
import HTTPCalls
import JQ
import JSON
import JSONSchema

/// A flow whose schemas, conditions, mappings and templates are compiled. It belongs to one thread.
final class CompiledFlow {
    /// The most steps of a flow: which of them apply to an event is kept in one word.
    static let stepLimit = 64

    let name: String
    let topic: String
    let source: String
    let tombstones: FlowDefinition.Tombstones
    let order: Order
    let decoder: EventDecoder
    let schema: Schema?
    let identity: Program?
    let key: Program?
    let version: Program?
    /// Whether a step may have another one run first.
    let createsFirst: Bool
    /// Whether what is known of an event's key must be had before its steps.
    let needsKeyState: Bool
    /// Whether what a step did may have to be undone.
    let compensates: Bool
    /// The name that an event's failures are recorded under.
    let failureName: IdempotencyKey
    let steps: [CompiledStep]
    let variables: EventVariables
    /// A bit for each step whose condition asks for the answers of earlier steps, and is decided when its turn comes.
    let deferredConditions: UInt64
    /// The programs with what they were compiled from, where coverage is measured.
    let measuredPrograms: [(expression: Expression, program: Program)]
    /// The texts of all programs and of the modules that they import.
    let programTexts: [String]

    /// - Parameters:
    ///   - document: where events are read into, one after the other.
    ///   - measuresCoverage: whether its programs count the branches that they take.
    /// - Throws: ``FlowProblems`` with everything that is wrong, not only the first.
    init(
        _ definition: FlowDefinition, document: Document, measuresCoverage: Bool = false
    ) throws(FlowProblems) {
        var compiler = FlowCompiler(schemas: definition.schemas, environment: definition.environment)
        compiler.measuresCoverage = measuresCoverage
        name = definition.name
        topic = definition.topic
        source = definition.source
        tombstones = definition.tombstones
        order = definition.order
        decoder = EventDecoder(format: definition.format, document: document)
        schema = compiler.schema(definition.schema)
        identity = compiler.stableProgram(definition.identity)
        key = compiler.stableProgram(definition.key)
        version = compiler.stableProgram(definition.version)
        createsFirst = definition.steps.contains { $0.createFirst != nil }
        compensates = definition.receipts != nil && definition.steps.contains { $0.onFailure != nil }
        failureName = IdempotencyKey(flow: definition.name, step: ".failure")
        steps = definition.steps.enumerated().map { index, step in
            compiler.step(step, index: index, flow: definition)
        }
        programTexts = compiler.texts
        variables = EventVariables(programs: programTexts, stepNames: definition.steps.map(\.name))
        needsKeyState = version != nil || variables.usesReference
        measuredPrograms = compiler.measuredPrograms
        deferredConditions = steps.reduce(0) { $1.isConditionDeferred ? $0 | 1 << UInt64($1.index) : $0 }
        if definition.steps.count > CompiledFlow.stepLimit {
            compiler.report("flows.\(name).steps: more than \(CompiledFlow.stepLimit) steps")
        }
        if !compiler.problems.isEmpty { throw FlowProblems(problems: compiler.problems) }
    }
}

/// A step whose parts are compiled. A class, because a structure of a dozen references costs as many reference counts
/// wherever it is looked at.
final class CompiledStep {
    let name: String
    let index: Int
    /// As an operator knows it: `PUT erp/clients/{.data.id}`.
    let call: String
    let when: Program?
    /// Whether the condition asks for the answers of earlier steps.
    let isConditionDeferred: Bool
    let map: Program?
    let schema: Schema?
    let method: Method
    let system: SystemID
    let path: CompiledTemplate
    let headers: [(name: String, value: CompiledTemplate)]
    let remember: [(name: String, value: Program)]
    /// The step that runs first when one of `references` is missing.
    let createFirst: Int?
    /// What is remembered that path and headers are filled with.
    let references: [String]
    let idempotency: IdempotencyKey
    let idempotencyHeader: String?
    let successStatuses: Set<Int>?
    /// Whether the step names its body's media type itself, such as `application/merge-patch+json`.
    let namesContentType: Bool
    let probe: CompiledProbe?
    let batch: CompiledBatch?
    /// How what the step did is undone: a step of its own, with the same position.
    let onFailure: CompiledStep?
    /// Tells the step's effect from all others of an event.
    let nameTag: Int

    init(
        _ step: StepDefinition, index: Int, isCompensation: Bool = false, flow: FlowDefinition,
        compiler: inout FlowCompiler
    ) {
        name = step.name
        nameTag = isCompensation ? -2 - index : index
        self.index = index
        call = step.call(flow.systems)
        let earlierTexts = compiler.texts.count
        when = compiler.program(step.when)
        isConditionDeferred = compiler.texts.dropFirst(earlierTexts).contains(where: EventVariables.namesSteps)
        map = compiler.program(step.map)
        schema = compiler.schema(step.schema)
        method = step.method
        system = SystemID(UInt16(step.system))
        path = compiler.template(step.path, name: "call")
        var headers: [(name: String, value: CompiledTemplate)] = []
        for header in step.headers {
            headers.append((header.name, compiler.template(header.value, name: "headers.\(header.name)")))
        }
        self.headers = headers
        remember = step.remember.compactMap { entry in
            compiler.program(entry.value).map { (entry.name, $0) }
        }
        createFirst = step.createFirst
        references = ([path] + headers.map(\.value)).flatMap(\.references)
        probe = step.probe.map {
            CompiledProbe($0, system: flow.systems[step.system].name, compiler: &compiler)
        }
        batch = step.batch.map { CompiledBatch($0, compiler: &compiler) }
        onFailure = step.onFailure.map {
            CompiledStep($0.step(of: step), index: index, isCompensation: true, flow: flow, compiler: &compiler)
        }
        idempotency = IdempotencyKey(flow: flow.name, step: step.name, round: flow.effectRound)
        idempotencyHeader = flow.systems[step.system].idempotencyHeader
        successStatuses = step.successStatuses
        namesContentType = step.headers.contains { $0.name.lowercased() == "content-type" }
    }

    /// Whether an answer with this status means that the effect has happened.
    func isSuccess(_ status: Int) -> Bool {
        successStatuses?.contains(status) ?? (200..<300).contains(status)
    }

    /// What the core is told of an answer. It knows 2xx as success and the rest as faults, so the statuses that the step
    /// declares to be success are told as 200, and a 2xx that it does not declare as a rejection.
    func outcome(status: Int, retryAfterSeconds: Int?) -> Outcome {
        if isSuccess(status) { return .answered(status: 200, retryAfter: nil) }
        if (200..<300).contains(status) { return .answered(status: 422, retryAfter: nil) }
        return .answered(status: status, retryAfter: retryAfterSeconds.map { .seconds($0) })
    }

    /// Why an event is parked that the system refused.
    ///
    /// - Parameter ofProbe: it was not the call that was refused, but the question before it.
    func rejection(_ reason: ParkReason, status: Int, ofProbe: Bool = false) -> EventFault {
        let call = ofProbe ? "the probe \(probe?.call ?? "")" : call
        return EventFault(
            reason: reason, stage: .taskPut, step: name, message: "\(call) was answered with status \(status)")
    }

    /// Whether the call carries the mapped document.
    var sendsBody: Bool { method != .get && !(method == .delete && map == nil) }
}

/// What is wrong with a flow, each with its place.
public struct FlowProblems: Error, Sendable, CustomStringConvertible {
    public let problems: [String]

    public var description: String { problems.joined(separator: "\n") }
}

/// Compiles the parts of a flow and collects what is wrong with them.
public struct FlowCompiler {
    public private(set) var problems: [String] = []
    /// The texts of all programs compiled so far, and of the modules that they import.
    private(set) var texts: [String] = []
    /// Whether programs count the branches that they take.
    var measuresCoverage = false
    private(set) var measuredPrograms: [(expression: Expression, program: Program)] = []
    private let registry: SchemaRegistry
    private let environment: ProgramEnvironment
    private let modules = ModuleTexts()
    private var compiledSchemas: [String: Schema] = [:]

    public init(schemas: SchemaTexts, environment: ProgramEnvironment = ProgramEnvironment()) {
        self.environment = environment
        problems = environment.valueMaps.problems.map(\.description)
        let texts = schemas.texts
        registry = SchemaRegistry(load: { texts[$0] })
        for (uri, text) in texts.sorted(by: { $0.key < $1.key }) {
            do {
                try registry.add(text, uri: uri)
            } catch {
                problems.append("\(uri): \(error)")
            }
        }
    }

    mutating func report(_ problem: String) {
        problems.append(problem)
    }

    /// - Parameter variables: the names of those that the program is given; `nil`: those of an event.
    public mutating func program(_ expression: Expression?, variables: [String]? = nil) -> Program? {
        guard let expression else { return nil }
        texts.append(expression.text)
        defer { texts += modules.take() }
        do {
            let modules = modules
            let program = try Program(
                expression.text, name: expression.name, variables: variables ?? EventVariables.names,
                environment: environment.environment(folder: expression.folder) { modules.append($0) },
                measuresCoverage: measuresCoverage)
            if measuresCoverage { measuredPrograms.append((expression, program)) }
            return program
        } catch {
            problems.append(FlowCompiler.describe(error, in: expression))
            return nil
        }
    }

    /// A program that must give the same whenever an event runs: an identity, a key. It must not depend on what a system
    /// answered (D2, D3).
    mutating func stableProgram(_ expression: Expression?) -> Program? {
        guard let expression else { return nil }
        let earlierTexts = texts.count
        let program = program(expression)
        let place = expression.inline.map { "\($0.place): \($0.path)" } ?? expression.name
        for name in ["$reference", "$steps", "$idempotency_key"]
        where texts.dropFirst(earlierTexts).contains(where: { $0.contains(name) }) {
            problems.append("\(place): \(name) is not available here: it differs from one run of an event to the next")
        }
        return program
    }

    /// The error at its place in the configuration, or in the file of its own as the error itself tells it.
    private static func describe(_ error: CompileError, in expression: Expression) -> String {
        guard let inline = expression.inline else { return "\(error)" }
        return "\(inline.place(line: error.line, column: error.column)): \(inline.path): \(error.message)"
    }

    public mutating func schema(_ reference: SchemaReference?) -> Schema? {
        guard let reference else { return nil }
        let key = "\(reference.assertsFormats) \(reference.uri)"
        if let schema = compiledSchemas[key] { return schema }
        do {
            let schema = try Schema(
                uri: reference.uri, in: registry, options: .init(assertFormats: reference.assertsFormats))
            compiledSchemas[key] = schema
            return schema
        } catch {
            problems.append("\(reference.place): \(error)")
            return nil
        }
    }

    mutating func template(_ parts: [TemplatePart], name: String) -> CompiledTemplate {
        CompiledTemplate(
            parts: parts.compactMap { part in
                switch part {
                case .text(let text): .text(text)
                case .expression(let expression): program(expression).map { .expression($0) }
                case .reference(let name): reference(name).map { .reference(name, $0) }
                }
            }, name: name)
    }

    private mutating func reference(_ name: String) -> Program? {
        program(Expression("$reference[\"\(name)\"]", file: "{\(name)}"))
    }

    mutating func step(_ step: StepDefinition, index: Int, flow: FlowDefinition) -> CompiledStep {
        CompiledStep(step, index: index, flow: flow, compiler: &self)
    }
}
