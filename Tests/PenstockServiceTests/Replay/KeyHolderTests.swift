import Delivery
import Dispatch
import Flows
import Foundation
import JSON
import Kafka
import Receipts
import Synchronization
import TestKit
import Testing

@testable import PenstockService

@Suite("Keys that a command holds", .ownThread) struct KeyHolderTests {
    /// A flow without workers, on a broker of its own, which cannot tell whether a group has members.
    private final class Group: Sendable {
        let cluster: MockCluster
        let flow = FlowDefinition.holding()

        init() throws {
            cluster = try MockCluster(logger: BrokerAccess.quiet)
            for topic in [flow.topic, "orders.receipts", RedriveRecord.topic(group: flow.group)] {
                try cluster.createTopic(topic, partitions: 1)
            }
        }

        var client: ClientProperties { ClientProperties(bootstrapServers: cluster.bootstrapServers) }

        func holder() throws -> KeyHolder {
            let logger = BrokerAccess.quiet
            let recorded = try #require(
                try RecordedState.load(flow, partitions: [0], client: client, logger: logger))
            let context = KeyHolder.Context(
                name: "test", recorded: recorded, group: try FlowGroup(flow, client: client, logger: logger),
                effects: nil, terminal: Terminal(environment: [:]), logger: logger)
            return try KeyHolder(context, until: StopSignal())
        }

        /// What a worker writes of the key.
        func say(parked: Bool) throws {
            let state = KeyState(
                references: Array("{\"id\":1}".utf8), parked: parked ? ParkedMark(first: 7, last: 9, since: 1) : nil)
            let (key, value) = (ByteBuffer(capacity: 64), ByteBuffer(capacity: 64))
            StateRecord.encode(state, of: Array("K1".utf8), key: key, value: value)
            let writer = try TopicWriter(topic: "orders.receipts", client: client, logger: BrokerAccess.quiet)
            defer { writer.close() }
            try writer.write(partition: 0, key: Array(key.bytes), value: Array(value.bytes))
            guard try writer.finish(within: .seconds(20)) == 0 else { throw CancellationError() }
        }
    }

    private let key = OrderKey(Array("K1".utf8), of: DeadLetter.Place(partition: 0, offset: 0))

    @Test("D9: a key is let go when its worker has said so, and not before")
    func waitsForTheWorker() throws {
        let group = try Group()
        let holder = try group.holder()
        defer { holder.close() }
        try group.say(parked: true)
        #expect(try holder.hold([key: 7]))
        let hasSaid = Mutex(false)
        let said = DispatchSemaphore(value: 0)
        // Long enough for a holder that did not wait to be through; one that waits does so however long this takes.
        DispatchQueue.global().asyncAfter(deadline: .now() + 3) {
            hasSaid.withLock { $0 = true }
            #expect(throws: Never.self) { try group.say(parked: false) }
            said.signal()
        }
        try holder.releaseAll()
        let isSaid = hasSaid.withLock { $0 }
        #expect(isSaid)
        said.wait()
        #expect(holder.account.left == 0)
    }
}

extension FlowDefinition {
    fileprivate static func holding() -> FlowDefinition {
        var flow = FlowDefinition(
            name: "orders", topic: "orders", group: "g", deadLetterTopic: "orders.dead-letter", steps: [], systems: [])
        flow.receipts = ReceiptSettings(topic: "orders.receipts")
        return flow
    }
}
