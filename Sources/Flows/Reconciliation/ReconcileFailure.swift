import Kafka

/// Why a comparison cannot go on.
public enum ReconcileFailure: Error, Sendable, CustomStringConvertible {
    /// The flow has no `reconcile` section.
    case notConfigured(flow: String)
    /// The topic was not read to its end.
    case brokersStopped(topic: String)
    /// The system gives no answers.
    case systemUnwell(name: String, trouble: String)
    /// The system refuses the question, or answers what cannot be read.
    case answerUnreadable(call: String, reason: String)

    public var description: String {
        switch self {
        case .notConfigured(let flow):
            "the flow \(flow) has no ‘reconcile’ section that says what it is compared with"
        case .brokersStopped(let topic):
            "the topic \"\(topic)\" could not be read to its end: the brokers stopped answering"
        case .systemUnwell(let name, let trouble): "\(name) gives no answer: \(trouble)"
        case .answerUnreadable(let call, let reason): "\(call): \(reason)"
        }
    }
}
