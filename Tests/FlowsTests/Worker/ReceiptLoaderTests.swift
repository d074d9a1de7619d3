import JSON
import Kafka
import Receipts
import TestKit
import Testing

@testable import Flows

/// What a worker reads of receipts before it takes events, on a broker.
@Suite("Loading receipts")
struct ReceiptLoaderTests {
    @Test("Each partition is read from its first record, though that is not at offset 0 and the flow reads the latest")
    func lostBeginning() async throws {
        try await blocking {
            let broker = try BrokerAccess()
            let topic = try broker.createTopic("receipts", partitions: 2)
            try write(to: topic, of: broker)
            let store = ReceiptStore(folder: nil)
            let loader = try ReceiptLoader(
                ReceiptSettings(topic: topic), flow: .flow([.step()]),
                client: try broker.properties(["auto.offset.reset": "latest"]), store: store,
                logger: BrokerAccess.quiet)
            defer { loader.close() }
            try loader.load([0, 1])
            var loaded: Set<Int32> = []
            let deadline = ContinuousClock.now + .seconds(60)
            while loaded.count < 2, ContinuousClock.now < deadline { loaded.formUnion(try loader.take(max: 100)) }
            #expect(loaded == [0, 1])
            #expect(!loader.isLoading)
            for partition: Int32 in 0...1 {
                #expect(try store.contains(effect(partition), partition: partition), "partition \(partition)")
            }
        }
    }

    private func effect(_ partition: Int32) -> EffectID { EffectID(high: 7, low: UInt64(partition)) }

    /// A receipt in each partition; in partition 0 behind more than the embedded broker keeps, so that it begins later.
    private func write(to topic: String, of broker: BrokerAccess) throws {
        let producer = try Producer(properties: broker.properties, logger: BrokerAccess.quiet)
        let filling = [UInt8](repeating: 0x20, count: 900_000)
        for _ in 0..<8 {
            try producer.produce(ProducerRecord(topic: topic, partition: 0, key: Array("x".utf8), value: filling))
        }
        for partition: Int32 in 0...1 {
            let (key, value) = (ByteBuffer(), ByteBuffer())
            StateRecord.encode(
                Receipt(
                    effect: effect(partition), step: "create", status: 201, eventSource: "/crm", eventID: "e-1", time: 1
                ),
                key: key, value: value)
            try producer.produce(
                ProducerRecord(topic: topic, partition: partition, key: Array(key.bytes), value: Array(value.bytes)))
        }
        #expect(producer.flush(within: .seconds(20)) == 0)
        producer.close()
    }
}
