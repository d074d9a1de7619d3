import Delivery
import Flows
import Foundation
import HTTPCalls
import Kafka
import Logging
import PenstockService
import SimulatedSystems
import TestKit
import Testing

/// The reference example's flow on topics of its own, a simulated ERP behind it, and workers that come and go.
///
/// Times are short, so that a test sees a back-off, a commit and a drain within a second.
final class Plant: Sendable {
    let broker: BrokerAccess
    let erp: SimulatedERP
    let server: SimulatedServer
    let flow: FlowDefinition
    let log = LogRecorder()

    private init(broker: BrokerAccess, erp: SimulatedERP, server: SimulatedServer, flow: FlowDefinition) {
        self.broker = broker
        self.erp = erp
        self.server = server
        self.flow = flow
    }

    /// Runs a plant for as long as the body takes.
    /// - Parameter change: what differs from the example's flow.
    static func run(
        partitions: Int = 1, erp options: SimulatedERP.Options = .init(), at host: String = "127.0.0.1",
        change: (inout FlowDefinition) -> Void = { _ in }, _ body: (Plant) async throws -> Void
    ) async throws {
        let erp = SimulatedERP(options)
        let server = try await erp.start(at: .init(host: host))
        let broker = try await blocking { try BrokerAccess() }
        var flow = try exampleFlow(erp: server.url, broker: broker)
        change(&flow)
        let topics = try await blocking {
            (
                try broker.createTopic("customers", partitions: partitions),
                try broker.createTopic("parked", partitions: partitions)
            )
        }
        (flow.topic, flow.deadLetterTopic) = topics
        // A test that asks for receipts leaves the topic to us.
        flow.receipts?.topic = "\(flow.group).receipts"
        flow.receipts?.partitions = partitions > 4 ? 4 : nil
        let plant = Plant(broker: broker, erp: erp, server: server, flow: flow)
        do {
            try await body(plant)
        } catch {
            await server.stop()
            throw error
        }
        await server.stop()
    }

    private static func exampleFlow(erp: String, broker: BrokerAccess) throws -> FlowDefinition {
        let project = try Project.load(
            [Repository.path("examples/crm-to-erp/penstock.yaml")],
            environment: ["ERP_URL": erp, "KAFKA_BOOTSTRAP_SERVERS": broker.bootstrapServers])
        var flow = try #require(project.flows.first)
        flow.group = BrokerAccess.uniqueName("group")
        // Faulty events of a key hold back its later ones (D9); most tests are about the faulty ones alone.
        flow.receipts = nil
        flow.limits.backOff = BackOff(initial: .milliseconds(20), maximum: .milliseconds(200))
        flow.limits.commitInterval = .milliseconds(100)
        flow.limits.drainTimeout = .seconds(3)
        flow.limits.sessionTimeout = .seconds(6)
        for index in flow.systems.indices {
            flow.systems[index].limits.circuit = CircuitLimits(
                failureThreshold: 5, openTime: .milliseconds(50), maximumOpenTime: .milliseconds(200))
            flow.systems[index].limits.concurrency = 8
        }
        return flow
    }

    // MARK: - Workers

    /// Starts workers of the flow's group; end them with ``stop(_:)``.
    ///
    /// - Parameter change: what differs from the plant's flow.
    func start(
        _ count: Int = 1, from number: Int = 1, batch: Int = 256, change: (inout FlowDefinition) -> Void = { _ in }
    ) throws -> WorkerPool {
        var flow = flow
        change(&flow)
        // The mock cluster does not answer a member that it drops while it joins; the client gives up after 10 s.
        let client = try broker.properties(["heartbeat.interval.ms": "200", "max.poll.interval.ms": "10000"])
        return WorkerPool(
            (number..<number + count).map { number in
                WorkerSettings(
                    flow: flow, number: number, client: client, seed: UInt64(number), logger: log.logger(),
                    fetchBatch: batch)
            })
    }

    /// Stops the workers and waits until their loops have ended (D11).
    func stop(_ pool: WorkerPool) async throws {
        pool.stop()
        #expect(await eventually { pool.runningCount == 0 }, "a worker does not stop")
        #expect(pool.failures.map(\.description) == [])
    }

    /// What the workers logged, for the message of an expectation that failed.
    var story: String { log.lines.suffix(60).map(\.description).joined(separator: "\n") }

    // MARK: - Events

    func produce(_ events: [CustomerEvent]) async throws {
        try await produce(
            events.enumerated().map { index, event in
                let (headers, value) = index.isMultiple(of: 2) ? event.structured : event.binary
                return Record(key: event.key, value: value, headers: headers.map { ($0.name, $0.value) })
            })
    }

    struct Record: Sendable {
        var key: String?
        var value: [UInt8]?
        var headers: [(name: String, value: [UInt8]?)] = []
    }

    func produce(_ records: [Record]) async throws {
        try await blocking { [self] in
            let writer = try TopicWriter(topic: flow.topic, client: broker.properties, logger: BrokerAccess.quiet)
            defer { writer.close() }
            for record in records {
                try writer.write(
                    key: record.key.map { Array($0.utf8) }, value: record.value, headers: record.headers)
            }
            guard try writer.finish(within: .seconds(20)) == 0 else { throw Unsettled() }
        }
    }

    struct Unsettled: Error {}

    // MARK: - What became of them

    /// Everything in the dead-letter topic.
    func parked() async throws -> [TopicReader.Record] {
        try await records(of: flow.deadLetterTopic)
    }

    func records(of topic: String) async throws -> [TopicReader.Record] {
        try await blocking { [self] in
            let reader = try TopicReader(
                topic: topic, from: .earliest, client: broker.properties, timeout: .seconds(10),
                logger: BrokerAccess.quiet)
            defer { reader.close() }
            return try reader.readToEnd(within: .seconds(20))
        }
    }

    /// What the group has committed, by partition.
    func committed() async throws -> [Int32: Kafka.CommittedPosition] {
        try await blocking { [self] in
            let admin = try Admin(properties: broker.properties, logger: BrokerAccess.quiet)
            let partitions = try admin.describeTopics([flow.topic], within: .seconds(10)).flatMap(\.topicPartitions)
            let positions = try admin.groupOffsets(group: flow.group, partitions: partitions, within: .seconds(10))
            return Dictionary(positions.map { ($0.partition.partition, $0) }) { first, _ in first }
        }
    }

    /// The sum of the committed offsets: with topics that begin at 0 the number of events that are settled.
    func committedCount() async throws -> Int {
        try await committed().values.reduce(0) { $0 + Int($1.offset ?? 0) }
    }

    /// The account of these events by the ERP's journal and the dead-letter topic.
    func account(_ events: [CustomerEvent], parked: [TopicReader.Record]) -> JournalAccount {
        let skipped = Set(events.filter { $0.defect?.outcome == .skipped }.map(\.id))
        var byValue: [[UInt8]: String] = [:]
        for event in events {
            byValue[event.structured.value] = event.id
            byValue[event.binary.value + Array(event.id.utf8)] = event.id
        }
        let ids = parked.compactMap { record -> String? in
            let value = record.value ?? []
            return record.header("ce_id").map { byValue[value + Array($0.utf8)] } ?? byValue[value]
        }
        return JournalAccount(
            produced: events.map { .init($0) }, journal: erp.journal.entries, skipped: skipped.subtracting(ids),
            parked: Set(ids))
    }

    /// Expects that every event is applied or skipped, once and in order, and none is parked.
    func expectBalanced(
        _ events: [CustomerEvent], parked expected: Int = 0, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let parked = try await parked()
        let account = account(events, parked: parked)
        #expect(account.isBalanced, "\(account)\n\(story)", sourceLocation: sourceLocation)
        #expect(parked.count == expected, "\(account)", sourceLocation: sourceLocation)
        #expect(account.parked == expected, "\(account)", sourceLocation: sourceLocation)
    }
}

/// Events of a few customers, each changed many times: what order per key is about.
func customerEvents(
    _ count: Int, customers: Int = 20, defects: [EventDefect] = [], share: Double = 0, seed: UInt64 = 1
) -> [CustomerEvent] {
    var generator = CustomerEventGenerator(
        .init(
            seed: seed, customers: customers, defectShare: defects.isEmpty ? 0 : share, defects: defects,
            deletionShare: 0))
    return generator.next(count)
}

/// Where the package's files are.
enum Repository {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    static func path(_ path: String) -> String { root.appending(path: path).path }
}
