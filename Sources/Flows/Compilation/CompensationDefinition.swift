import Delivery
import HTTPCalls

/// How what a step did is undone, not yet compiled.
public struct CompensationDefinition: Sendable {
    public var map: Expression?
    public var schema: SchemaReference?
    public var method: Method
    /// Position in the flow's ``FlowDefinition/systems``.
    public var system: Int
    public var path: [TemplatePart]
    public var headers: [(name: String, value: [TemplatePart])]
    public var retry: RetryPolicy
    public var successStatuses: Set<Int>?
    public var place: SourcePlace?

    public init(
        map: Expression? = nil, schema: SchemaReference? = nil, method: Method, system: Int, path: [TemplatePart],
        headers: [(name: String, value: [TemplatePart])] = [], retry: RetryPolicy = RetryPolicy(),
        successStatuses: Set<Int>? = nil
    ) {
        self.map = map
        self.schema = schema
        self.method = method
        self.system = system
        self.path = path
        self.headers = headers
        self.retry = retry
        self.successStatuses = successStatuses
    }

    /// The name of a step's compensation, in receipts, idempotency keys, metrics and golden cases. No step can have it.
    public static func name(of step: String) -> String { "\(step).on_failure" }

    /// As a step of its own.
    func step(of owner: StepDefinition) -> StepDefinition {
        var step = StepDefinition(
            name: CompensationDefinition.name(of: owner.name), map: map, schema: schema, method: method, system: system,
            path: path, headers: headers, retry: retry, successStatuses: successStatuses)
        step.place = place
        return step
    }
}

extension FlowDefinition {
    /// The names of the calls that a flow can make, each with its system's: the steps in their order, and then their
    /// compensations in the same order. A step without one stands for itself.
    public var callNames: [(name: String, system: String)] {
        steps.map { ($0.name, systems[$0.system].name) }
            + steps.map { step in
                guard let undo = step.onFailure else { return (step.name, systems[step.system].name) }
                return (CompensationDefinition.name(of: step.name), systems[undo.system].name)
            }
    }
}
