import Foundation
import Kafka
import PenstockService
import SimulatedSystems
import TestKit
import Testing

/// What processes of `penstock` run against: a broker, a simulated ERP, and a copy of the reference example whose
/// topics and group are the test's own.
final class Site: Sendable {
    let broker: BrokerAccess
    let erp: SimulatedERP
    let server: SimulatedServer
    let folder: Workspace
    let topic: String
    let group: String

    private init(
        broker: BrokerAccess, erp: SimulatedERP, server: SimulatedServer, topic: String, change: (String) -> String
    ) throws {
        self.broker = broker
        self.erp = erp
        self.server = server
        self.topic = topic
        group = BrokerAccess.uniqueName("group")
        folder = try Workspace()
        let mapping = try String(
            contentsOfFile: Repository.path("examples/crm-to-erp/mappings/customer-to-client.jq"), encoding: .utf8)
        try folder.write("mappings/customer-to-client.jq", mapping)
        try FileManager.default.createSymbolicLink(
            atPath: folder.path + "/Schemas", withDestinationPath: Repository.path("Schemas"))
        try folder.write("penstock.yaml", change(try configuration()))
    }

    /// Runs a site for as long as the body takes.
    /// - Parameter change: what differs in the configuration.
    static func run(
        partitions: Int = 2, erp options: SimulatedERP.Options = .init(), change: (String) -> String = { $0 },
        _ body: (Site) async throws -> Void
    ) async throws {
        let erp = SimulatedERP(options)
        let server = try await erp.start()
        do {
            let broker = try await blocking { try BrokerAccess() }
            let topic = try await blocking {
                let topic = try broker.createTopic("customers", partitions: partitions)
                try broker.mock?.createTopic(topic + ".dead-letter", partitions: partitions)
                return topic
            }
            try await body(Site(broker: broker, erp: erp, server: server, topic: topic, change: change))
        } catch {
            await server.stop()
            throw error
        }
        await server.stop()
    }

    /// The example's configuration with the test's topic and group and short times.
    private func configuration() throws -> String {
        let example = try String(
            contentsOfFile: Repository.path("examples/crm-to-erp/penstock.yaml"), encoding: .utf8)
        return
            example
            .replacing(
                "topic: crm.customers\n", with: "topic: \(topic)\n    session_timeout: 6s\n    drain_deadline: 3s\n"
            )
            .replacing("dead_letter_topic: crm.customers.dead-letter", with: "dead_letter_topic: \(topic).dead-letter")
            .replacing("group: penstock-customers", with: "group: \(group)\n    commit_interval: 200ms")
            .replacing("concurrency: 32", with: "concurrency: 8")
    }

    var environment: [String: String] {
        ["ERP_URL": server.url, "KAFKA_BOOTSTRAP_SERVERS": broker.bootstrapServers]
    }

    /// Runs a command in the site's folder to its end.
    func penstock(
        _ arguments: String..., environment more: [String: String] = [:], input: String? = nil
    ) async throws -> Program.Ending {
        try await Program.run(
            arguments, environment: environment.merging(more) { $1 }, input: input, in: folder)
    }

    /// Starts a command in the site's folder.
    func start(_ arguments: String...) throws -> Program {
        try Program(arguments, environment: environment, in: folder)
    }

    func produce(_ events: [CustomerEvent]) async throws {
        try await blocking { [self] in
            let writer = try TopicWriter(topic: topic, client: broker.properties, logger: BrokerAccess.quiet)
            defer { writer.close() }
            for event in events {
                let (headers, value) = event.structured
                try writer.write(
                    key: Array(event.key.utf8), value: value, headers: headers.map { ($0.name, $0.value) })
            }
            guard try writer.finish(within: .seconds(20)) == 0 else { throw Plant.Unsettled() }
        }
    }

    /// The sum of what the group has committed: with topics that begin at 0 the number of settled events.
    func committedCount(topic other: String? = nil) async throws -> Int {
        try await blocking { [self] in
            let topic = other ?? topic
            let admin = try Admin(properties: broker.properties, logger: BrokerAccess.quiet)
            let partitions = try admin.describeTopics([topic], within: .seconds(10)).flatMap(\.topicPartitions)
            return try admin.groupOffsets(group: group, partitions: partitions, within: .seconds(10))
                .reduce(0) { $0 + Int($1.offset ?? 0) }
        }
    }

    /// The account of valid events by the ERP's journal alone.
    func account(_ events: [CustomerEvent]) -> JournalAccount {
        JournalAccount(produced: events.map { .init($0) }, journal: erp.journal.entries)
    }
}
