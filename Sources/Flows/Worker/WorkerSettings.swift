import Delivery
import Kafka
import Logging
import Receipts

/// What one worker is made from.
public struct WorkerSettings: Sendable {
    public var flow: FlowDefinition
    /// From 1; unique in the process for the flow.
    public var number: Int
    /// The properties of both clients: bootstrap servers, security.
    public var client: ClientProperties
    /// For static membership: the same name after a restart keeps the partitions. `nil`: dynamic.
    public var instanceID: String?
    /// Seeds the jitter of back-offs; different for each worker.
    public var seed: UInt64
    public var logger: Logger
    /// The most records taken in one turn of the loop.
    public var fetchBatch: Int
    /// How long the group may keep the worker without partitions before the log tells of it.
    public var assignmentPatience: Duration

    public init(
        flow: FlowDefinition, number: Int, client: ClientProperties, instanceID: String? = nil,
        seed: UInt64 = .random(in: 0 ... .max), logger: Logger, fetchBatch: Int = 256,
        assignmentPatience: Duration = .seconds(15)
    ) {
        self.flow = flow
        self.number = number
        self.client = client
        self.instanceID = instanceID
        self.seed = seed
        self.logger = logger
        self.fetchBatch = fetchBatch
        self.assignmentPatience = assignmentPatience
    }
}

extension WorkerSettings {
    /// The consumer's properties. What the configuration says of the client goes before what the flow says of time.
    var consumerProperties: ClientProperties {
        get throws(ClientPropertyError) {
            var properties = client
            if properties["session.timeout.ms"] == nil {
                try properties.set(
                    "session.timeout.ms", String(Int(flow.limits.sessionTimeout / .milliseconds(1))))
            }
            return properties
        }
    }
}

/// Why a worker cannot go on.
public enum WorkerFailure: Error, Sendable, CustomStringConvertible {
    /// The consumer is broken beyond repair: fenced by another member of the same name, not authorised.
    case consumer(KafkaError)
    /// The producer of dead letters is: not authorised to be idempotent, out of sequence. A worker that went on could
    /// park nothing, and its partitions would wait for ever.
    case deadLetters(KafkaError)
    /// The producer of receipts is, or their reader.
    case receipts(KafkaError)
    /// The files that receipts are kept in beyond the memory's bound cannot be used. A restart loads them anew.
    case receiptCache(ReceiptStoreError)

    public var description: String {
        switch self {
        case .consumer(let error): "the Kafka consumer cannot go on: \(error)"
        case .receipts(let error): "receipts can neither be written nor read: \(error)"
        case .receiptCache(let error): "the cache of receipts cannot be used: \(error)"
        case .deadLetters(let error): "the producer of dead letters cannot go on: \(error)"
        }
    }
}
