import Flows
import Foundation
import JQ
import JSON
import JSONSchema
import Kafka
import Logging

/// Produces the documents of a file into a topic, all of them validated before the first is sent.
public struct ProduceCommand {
    public struct Options: Sendable {
        public var topic: String
        public var files: [String]
        public var format: String
        /// A jq expression for the record key; without it the CloudEvents subject, and no key where there is none.
        public var key: String?
        /// A schema file; `nil` with `schema` of a flow in ``flowSchema``.
        public var schema: String?
        /// Whether events are checked at all; without it even broken JSON is sent, to see what becomes of it.
        public var validates: Bool
        /// Binary mode of CloudEvents: attributes as headers. Otherwise the document is the value as it is.
        public var isBinary: Bool
        public var client: ClientProperties

        public init(
            topic: String, files: [String], format: String = "auto", key: String? = nil, schema: String? = nil,
            validates: Bool = true, isBinary: Bool = false, client: ClientProperties
        ) {
            self.topic = topic
            self.files = files
            self.format = format
            self.key = key
            self.schema = schema
            self.validates = validates
            self.isBinary = isBinary
            self.client = client
        }
    }

    private struct Prepared {
        let key: [UInt8]?
        let value: [UInt8]
        let headers: [(name: String, value: [UInt8]?)]
    }

    private let options: Options
    private let flow: FlowDefinition?
    private let terminal: Terminal
    private let logger: Logger

    /// - Parameter flow: whose schema the events must satisfy when no other is named.
    public init(_ options: Options, flow: FlowDefinition?, terminal: Terminal, logger: Logger) {
        self.options = options
        self.flow = flow
        self.terminal = terminal
        self.logger = logger
    }

    public func run() throws -> ExitStatus {
        let schema = try schema()
        let key = try keyProgram()
        var prepared: [Prepared] = []
        var problems = 0
        for file in options.files {
            let format = DocumentSource.Format(rawValue: options.format) ?? .automatic
            for item in try DocumentSource(path: file, format: format).items {
                do {
                    prepared.append(try prepare(item, schema, key))
                } catch {
                    problems += 1
                    if problems <= 20 { terminal.note("\(item.place): \(error)") }
                }
            }
        }
        guard problems == 0 else {
            terminal.note(
                "error: \(problems) of \(problems + prepared.count) events are not valid; nothing was produced")
            return .foundProblems
        }
        try send(prepared)
        return .done
    }

    private func schema() throws -> Schema? {
        guard options.validates else { return nil }
        if let file = options.schema { return try SchemaFiles.compile(file: file, assertsFormats: true) }
        guard let flow, let reference = flow.schema else { return nil }
        var compiler = FlowCompiler(schemas: flow.schemas)
        let schema = compiler.schema(reference)
        guard compiler.problems.isEmpty else {
            throw CommandFailure(compiler.problems.joined(separator: "\n"), status: .usedWrongly)
        }
        return schema
    }

    private func keyProgram() throws -> Program? {
        do {
            return try options.key.map { try Program($0, name: "--key") }
        } catch {
            throw CommandFailure("\(error)", status: .usedWrongly)
        }
    }

    // MARK: - Preparing

    private func prepare(_ item: DocumentSource.Item, _ schema: Schema?, _ key: Program?) throws -> Prepared {
        let document = Document()
        return try item.text.withUnsafeBytes { text in
            guard options.validates || (try? document.parse(text)) != nil else {
                return Prepared(key: nil, value: Array(text), headers: [])
            }
            let event = try document.parse(text)
            if let failure = schema?.validate(event) {
                throw CommandFailure("not valid: \(failure)", status: .foundProblems)
            }
            let key = try recordKey(event, key, document)
            guard options.isBinary else {
                let isCloudEvent = event["specversion"]?.kind == .string
                let type = isCloudEvent ? "application/cloudevents+json" : "application/json"
                return Prepared(key: key, value: compact(event), headers: [("content-type", Array(type.utf8))])
            }
            return try binary(event, key: key)
        }
    }

    private func recordKey(_ event: Value, _ program: Program?, _ document: Document) throws -> [UInt8]? {
        guard let program else { return event["subject"]?.string.map { Array($0.utf8) } }
        let value = try Evaluator(arena: document.arena).one(program, event)
        if value.kind == .null { return nil }
        return value.string.map { Array($0.utf8) } ?? compact(value)
    }

    private func binary(_ event: Value, key: [UInt8]?) throws -> Prepared {
        guard event["specversion"]?.kind == .string else {
            throw CommandFailure("not a CloudEvent: the attribute specversion is missing", status: .foundProblems)
        }
        var headers: [(name: String, value: [UInt8]?)] = []
        for member in event.members {
            guard let name = member.key.string, name != "data", let value = member.value.string else { continue }
            headers.append((name == "datacontenttype" ? "content-type" : "ce_" + name, Array(value.utf8)))
        }
        return Prepared(key: key, value: event["data"].map(compact) ?? [], headers: headers)
    }

    private func compact(_ value: Value) -> [UInt8] {
        let buffer = ByteBuffer(capacity: 512)
        buffer.write(value)
        return Array(buffer.bytes)
    }

    // MARK: - Sending

    private func send(_ events: [Prepared]) throws {
        let writer = try Reaching.kafka(options.client) {
            () throws(KafkaError) in
            try Admin(properties: options.client, logger: logger).checkReachable(within: .seconds(10))
            return try TopicWriter(topic: options.topic, client: options.client, logger: logger)
        }
        defer { writer.close() }
        var bar = ProgressBar("produce", total: events.count, terminal: terminal)
        try Reaching.kafka(options.client) { () throws(KafkaError) in
            for event in events {
                try writer.write(key: event.key, value: event.value, headers: event.headers)
                bar.update(writer.acknowledged)
            }
        }
        let left = try Reaching.kafka(options.client) { () throws(KafkaError) in
            try writer.finish(within: .seconds(60))
        }
        bar.finish()
        guard left == 0 else {
            throw CommandFailure(
                "\(left) of \(events.count) events were not acknowledged by the broker", status: .couldNotReach)
        }
        switch terminal.output {
        case .table: terminal.print("\(events.count) events produced to \(options.topic)")
        case .json: terminal.print("{\"topic\":\"\(options.topic)\",\"produced\":\(events.count)}")
        }
    }
}
