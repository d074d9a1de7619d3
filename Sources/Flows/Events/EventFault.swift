import Delivery

/// Why an event is parked, told to whoever finds it in the dead-letter topic.
public struct EventFault: Error, Sendable, Equatable {
    /// Where in its life the event failed, by the names of Kafka Connect's error-reporting stages.
    public enum Stage: String, Sendable {
        /// The record could not be read as an event, or the event is not valid.
        case valueConverter = "VALUE_CONVERTER"
        /// A condition, a mapping or the mapped document is wrong.
        case transformation = "TRANSFORMATION"
        /// The system refused the call.
        case taskPut = "TASK_PUT"
    }

    public let reason: ParkReason
    public let stage: Stage
    /// The step that failed, or `nil` when no step was reached.
    public let step: String?
    /// What is wrong and at which place, without any secret.
    public let message: String

    public init(reason: ParkReason, stage: Stage, step: String?, message: String) {
        self.reason = reason
        self.stage = stage
        self.step = step
        self.message = message
    }
}
