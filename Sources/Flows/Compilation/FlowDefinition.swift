import Delivery
import HTTPCalls
import Kafka

/// Everything that a worker needs to know of a flow, read and checked, but not yet compiled.
///
/// It is a value that any number of workers compile for themselves: compiled programs belong to one thread, and
/// sharing them would cost every event a contended reference count.
public struct FlowDefinition: Sendable {
    /// What becomes of a record without a value.
    public enum Tombstones: String, Sendable, CaseIterable {
        /// Settled as skipped.
        case skip
        /// Parked.
        case park
        /// Run through the steps with `null` as the event's data.
        case deliver
    }

    public typealias Assignment = AssignmentStrategy

    /// How records are read as events.
    public enum Format: String, Sendable, CaseIterable {
        case cloudEvents = "cloudevents"
        case json
    }

    public var name: String
    public var topic: String
    public var group: String
    public var deadLetterTopic: String
    public var format: Format
    /// The source of events in plain JSON, which carry none.
    public var source: String
    public var identity: Expression?
    public var key: Expression?
    /// By what a stale event is told (D13); `nil`: none is.
    public var version: Expression?
    /// Where effects and parked keys are recorded; `nil`: nowhere.
    public var receipts: ReceiptSettings?
    /// The schema of events, by its URI in ``schemas``.
    public var schema: SchemaReference?
    public var tombstones: Tombstones
    /// Which events wait for each other.
    public var order: Order
    public var steps: [StepDefinition]
    /// The systems that the steps call; a step names one by its position.
    public var systems: [SystemDefinition]
    /// The texts of all schemas that may be referred to.
    public var schemas: SchemaTexts
    /// What the programs may use beside the event.
    public var environment: ProgramEnvironment
    /// The largest event that is read, in bytes; a larger one is parked.
    public var eventByteLimit: Int
    public var assignment: Assignment
    public var limits: FlowLimits
    /// The name of a replay that makes effects anew: it stands in their idempotency keys. `nil`: none does.
    public var replay: String?

    public init(
        name: String, topic: String, group: String, deadLetterTopic: String, format: Format = .cloudEvents,
        source: String? = nil, identity: Expression? = nil, key: Expression? = nil, schema: SchemaReference? = nil,
        tombstones: Tombstones = .skip, order: Order = .key, steps: [StepDefinition], systems: [SystemDefinition],
        schemas: SchemaTexts = SchemaTexts(), eventByteLimit: Int = 16 << 20,
        assignment: Assignment = .cooperativeSticky, limits: FlowLimits = FlowLimits(),
        environment: ProgramEnvironment = ProgramEnvironment()
    ) {
        self.name = name
        self.topic = topic
        self.group = group
        self.deadLetterTopic = deadLetterTopic
        self.format = format
        self.source = source ?? topic
        self.identity = identity
        self.key = key
        self.schema = schema
        self.tombstones = tombstones
        self.order = order
        self.steps = steps
        self.systems = systems
        self.schemas = schemas
        self.eventByteLimit = eventByteLimit
        self.assignment = assignment
        self.limits = limits
        self.environment = environment
    }
}

/// One effect on one system, not yet compiled.
public struct StepDefinition: Sendable {
    public var name: String
    public var when: Expression?
    public var map: Expression?
    public var schema: SchemaReference?
    public var method: Method
    /// Position in the flow's ``FlowDefinition/systems``.
    public var system: Int
    /// The path behind the system's base URL, with expressions in braces; begins with `/`.
    public var path: [TemplatePart]
    public var headers: [(name: String, value: [TemplatePart])]
    /// Statuses that are worth another try although they speak of the event, and how often.
    public var retry: RetryPolicy
    /// The statuses that mean success; `nil`: 200 to 299.
    public var successStatuses: Set<Int>?
    /// What of a successful answer is remembered for the event's key, by name.
    public var remember: [(name: String, value: Expression)] = []
    /// The position of the step that runs first when a reference is missing.
    public var createFirst: Int?
    /// How the system is asked before a call is repeated; `nil`: it keeps idempotency keys.
    public var probe: ProbeDefinition?
    /// Where it stands in the configuration.
    public var place: SourcePlace?

    public init(
        name: String, when: Expression? = nil, map: Expression? = nil, schema: SchemaReference? = nil, method: Method,
        system: Int, path: [TemplatePart], headers: [(name: String, value: [TemplatePart])] = [],
        retry: RetryPolicy = RetryPolicy(), successStatuses: Set<Int>? = nil, probe: ProbeDefinition? = nil
    ) {
        self.probe = probe
        self.successStatuses = successStatuses
        self.name = name
        self.when = when
        self.map = map
        self.schema = schema
        self.method = method
        self.system = system
        self.path = path
        self.headers = headers
        self.retry = retry
    }

    /// As an operator knows it: `POST erp/clients`.
    public func call(_ systems: [SystemDefinition]) -> String {
        "\(method) \(systems[system].name)" + path.map(\.description).joined()
    }
}

/// A piece of a text that is filled from the event.
public enum TemplatePart: Sendable, CustomStringConvertible {
    case text(String)
    case expression(Expression)
    /// What is remembered of the event's key under this name.
    case reference(String)

    public var description: String {
        switch self {
        case .text(let text): text
        case .reference(let name): "{\(name)}"
        case .expression(let expression): "{\(expression.text)}"
        }
    }
}

/// A REST API that steps call.
public struct SystemDefinition: Sendable {
    public var name: String
    public var endpoint: SystemEndpoint
    public var limits: SystemLimits
    /// The header that carries the idempotency key; `nil` sends none.
    public var idempotencyHeader: String?

    public init(
        name: String, endpoint: SystemEndpoint, limits: SystemLimits, idempotencyHeader: String? = "Idempotency-Key"
    ) {
        self.name = name
        self.endpoint = endpoint
        self.limits = limits
        self.idempotencyHeader = idempotencyHeader
    }
}

/// A jq program and where it stands: in a file of its own, or in the configuration.
public struct Expression: Sendable, Equatable {
    public var text: String
    /// What errors in it begin with: the file's path, or the key.
    public var name: String
    /// The place in the configuration, where it stands there.
    var inline: Configuration.Expression?
    /// Where modules are looked for: the folder of the mapping, or of the configuration file that the program stands in.
    var folder: String { FilePath.parent(of: inline?.place.file ?? name) }

    /// A mapping file's text.
    public init(_ text: String, file: String) {
        self.text = text
        name = file
    }

    /// An expression of the configuration.
    public init(_ expression: Configuration.Expression) {
        text = expression.text
        name = expression.path
        inline = expression
    }
}

/// A schema by its URI, and where it is named.
public struct SchemaReference: Sendable, Equatable {
    public var uri: String
    public var place: String
    public var assertsFormats: Bool

    public init(uri: String, place: String, assertsFormats: Bool = true) {
        self.uri = uri
        self.place = place
        self.assertsFormats = assertsFormats
    }
}

/// The texts of schemas by the URI that they are referred to with.
public struct SchemaTexts: Sendable {
    public var texts: [String: [UInt8]]

    public init(_ texts: [String: [UInt8]] = [:]) {
        self.texts = texts
    }
}

/// Where and how a flow's workers keep receipts.
public struct ReceiptSettings: Sendable {
    /// Compacted, with a partition for each of the source topic.
    public var topic: String
    /// How long a receipt is kept; `nil`: for ever.
    public var retention: Duration?
    /// Bytes of memory of each worker.
    public var memoryByteCount: Int
    /// Where what is beyond goes.
    public var cacheFolder: String
    /// The number of the topic's partitions, where it is known not to be the source's.
    public var partitions: Int32?

    public init(
        topic: String, retention: Duration? = nil, memoryByteCount: Int = 64 << 20,
        cacheFolder: String = "/tmp/penstock-receipts", partitions: Int32? = nil
    ) {
        self.topic = topic
        self.retention = retention
        self.memoryByteCount = memoryByteCount
        self.cacheFolder = cacheFolder
        self.partitions = partitions
    }

    /// The partition of the topic that belongs to a partition of the source.
    func partition(of source: Int32) -> Int32 { partitions.map { source % max(1, $0) } ?? source }
}

/// Bounds and times of a flow's workers.
public struct FlowLimits: Sendable {
    public var backOff: BackOff
    public var buffer: BufferLimits
    public var commitInterval: Duration
    /// How long a revocation or a stop waits for calls in flight.
    public var drainTimeout: Duration
    /// How long the group waits for a sign of life before it gives the partitions to others.
    public var sessionTimeout: Duration
    /// How long a partition may make no progress before that is told.
    public var stallAfter: Duration

    public init(
        backOff: BackOff = BackOff(), buffer: BufferLimits = BufferLimits(), commitInterval: Duration = .seconds(1),
        drainTimeout: Duration = .seconds(15), sessionTimeout: Duration = .seconds(45),
        stallAfter: Duration = .seconds(60)
    ) {
        self.stallAfter = stallAfter
        self.sessionTimeout = sessionTimeout
        self.backOff = backOff
        self.buffer = buffer
        self.commitInterval = commitInterval
        self.drainTimeout = drainTimeout
    }
}

extension FlowDefinition {
    /// The systems as the worker calls them. libcurl sends a request again by itself when a kept connection turns out to
    /// be dead; where a system is asked before a call is repeated, that would be a repetition without the question.
    var endpoints: [SystemEndpoint] {
        systems.enumerated().map { index, system in
            var endpoint = system.endpoint
            if steps.contains(where: { $0.system == index && $0.probe != nil }) {
                endpoint.resendsOnDeadConnection = false
            }
            return endpoint
        }
    }

    /// What the delivery core of a worker of this flow is made with.
    var coreConfiguration: CoreConfiguration {
        CoreConfiguration(
            systems: systems.map(\.limits), retryPolicies: steps.map(\.retry), order: order,
            probes: steps.map { $0.probe.map { ProbePolicy(settleAfter: $0.wait) } }, backOff: limits.backOff,
            buffer: limits.buffer, commitInterval: limits.commitInterval, drainTimeout: limits.drainTimeout,
            records: receipts != nil)
    }
}
