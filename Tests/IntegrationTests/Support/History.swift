import Flows
import Foundation
import Kafka
import PenstockService
import SimulatedSystems
import TestKit

/// A topic of events that were delivered long ago, made without delivering them: the events, the receipts of all but a
/// few of their effects, and the group's committed offsets.
///
/// The number of events is `PENSTOCK_REPLAY_EVENTS`, where it is set: 1,000,000 take a real Kafka.
struct History {
    /// Events whose effects have no receipts, in the order of their production.
    let missing: [CustomerEvent]
    let count: Int

    /// How many events a test is about.
    static func size(_ usual: Int) -> Int {
        ProcessInfo.processInfo.environment["PENSTOCK_REPLAY_EVENTS"].flatMap { Int($0) } ?? usual
    }

    /// - Parameter missing: how many effects have no receipts, spread evenly.
    static func write(_ count: Int, missing: Int, partitions: Int32, at site: Site) async throws -> History {
        try await blocking { try make(count, missing: missing, partitions: partitions, at: site) }
    }

    private static func make(_ count: Int, missing: Int, partitions: Int32, at site: Site) throws -> History {
        if let mock = site.broker.mock {
            try mock.createTopic(site.group + ".receipts", partitions: Int(partitions))
            try mock.createTopic(site.group + ".redrives", partitions: Int(partitions))
        } else {
            let admin = try Admin(properties: site.broker.properties, logger: BrokerAccess.quiet)
            _ = try admin.createTopics(
                [".receipts", ".redrives"].map {
                    NewTopic(
                        site.group + $0, partitions: Int(partitions), replication: 1,
                        configuration: ["cleanup.policy": "compact"])
                }, within: .seconds(15))
        }
        let client = site.broker.properties
        let events = try TopicWriter(topic: site.topic, client: client, logger: BrokerAccess.quiet)
        let receipts = try TopicWriter(topic: site.group + ".receipts", client: client, logger: BrokerAccess.quiet)
        defer {
            events.close()
            receipts.close()
        }
        var generator = CustomerEventGenerator(.init(customers: 5_000, deletionShare: 0))
        var left: [CustomerEvent] = []
        var ends = [Int64](repeating: 0, count: Int(partitions))
        let step = count / missing
        for number in 0..<count {
            let event = generator.next()
            let partition = Int32(event.key.utf8.reduce(0) { ($0 &* 31 &+ Int($1)) & 0xffff } % Int(partitions))
            let (headers, value) = event.structured
            try events.write(
                partition: partition, key: Array(event.key.utf8), value: value,
                headers: headers.map { ($0.name, $0.value) })
            ends[Int(partition)] += 1
            if number % step == step / 2, left.count < missing {
                left.append(event)
            } else {
                let receipt = receipt(of: event)
                try receipts.write(partition: partition, key: receipt.key, value: receipt.value)
            }
        }
        guard try events.finish(within: .seconds(120)) == 0, try receipts.finish(within: .seconds(120)) == 0 else {
            throw Plant.Unsettled()
        }
        let admin = try Admin(properties: client, logger: BrokerAccess.quiet)
        let commits = ends.enumerated().map { number, end in
            OffsetCommit(TopicPartition(topic: site.topic, partition: Int32(number)), offset: end)
        }
        _ = try admin.setGroupOffsets(group: site.group, commits, within: .seconds(20))
        return History(missing: left, count: count)
    }

    /// As a worker writes it.
    private static func receipt(of event: CustomerEvent) -> (key: [UInt8], value: [UInt8]) {
        let step = event.change == .created ? "create-client" : "update-client"
        let name = Array(event.source.utf8).withUnsafeBytes { source in
            Array(event.id.utf8).withUnsafeBytes { id in
                IdempotencyKey(flow: "customers", step: step).text(source: source, id: id)
            }
        }
        let value =
            "{\"step\":\"\(step)\",\"status\":200,\"source\":\"\(event.source)\",\"id\":\"\(event.id)\","
            + "\"key\":\"\(event.key)\",\"time\":\(event.time)}"
        return (Array("effect:\(name)".utf8), Array(value.utf8))
    }
}
