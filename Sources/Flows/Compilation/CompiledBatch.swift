import Delivery
import JQ

/// How several events of a step are sent in one call, not yet compiled.
public struct BatchDefinition: Sendable {
    /// The most events of a call, and the most bytes; how long the first event waits for others.
    public var policy: BatchPolicy
    /// Over the list of the events' documents; `nil`: the list.
    public var body: Expression?
    /// Over an event's document: what names it in the results; `nil`: its idempotency key.
    public var key: Expression?
    /// Over the answer's body: an object `{ key, status, body }` for each event; `nil`: the answer's status is that of
    /// all.
    public var results: Expression?

    public init(_ policy: BatchPolicy, body: Expression? = nil, key: Expression? = nil, results: Expression? = nil) {
        self.policy = policy
        self.body = body
        self.key = key
        self.results = results
    }
}

/// A batch's programs, compiled.
struct CompiledBatch {
    let body: Program?
    let key: Program?
    let results: Program?
    let takesSameKey: Bool

    init(_ batch: BatchDefinition, compiler: inout FlowCompiler) {
        takesSameKey = batch.policy.takesSameKey
        // Neither is of one event.
        body = compiler.program(batch.body, variables: [])
        results = compiler.program(batch.results, variables: [])
        key = compiler.program(batch.key)
    }
}

extension FlowDefinition {
    /// The same flow, with calls of one event each: where events are sent one at a time by nature.
    var unbatchedPolicies: [BatchPolicy?] {
        steps.map { step in step.batch.map { BatchPolicy(items: 1, bytes: $0.policy.bytes) } }
    }
}
