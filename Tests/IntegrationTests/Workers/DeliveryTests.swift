import Delivery
import Flows
import Foundation
import Kafka
import PenstockService
import SimulatedSystems
import TestKit
import Testing

/// The delivery contract, kept by real workers with a real client on a broker.
@Suite("The delivery contract in workers")
struct DeliveryTests {
    @Test(
        "D10: while the dead-letter topic cannot be written the partition waits; then the event is parked, once",
        .enabled(if: BrokerAccess.offers(.faultInjection), "\(BrokerAccess.Need.faultInjection.comment)"))
    func deadLetterTopicUnwritable() async throws {
        try await Plant.run { plant in
            let events = customerEvents(40, defects: [.missingEmail], share: 0.2)
            let bad = events.filter { $0.defect != nil }.count
            try await plant.produce(events)
            // Refused by the broker, each time it is asked: more often than any retry inside the client.
            let refusal = MockCluster.ErrorCode.topicAuthorizationFailed
            plant.broker.mock?.fail(.produce, with: Array(repeating: refusal, count: 10_000))
            let pool = try plant.start()
            let warning = "dead letter not acknowledged; trying again"
            #expect(await eventually { plant.log.lines(warning).count >= 3 }, "\(pool.statistics)")
            #expect(await eventually { pool.statistics.applied > 0 })
            #expect(pool.statistics.parked == 0)
            #expect(plant.log.lines("event parked").isEmpty, "what is not acknowledged is not parked")
            let first = events.firstIndex { $0.defect != nil } ?? 0
            #expect(try await plant.committedCount() <= first, "D1: nothing behind it is committed")
            plant.broker.mock?.stopFailing(.produce)
            #expect(await eventually { pool.statistics.parked == bad }, "\(pool.statistics)")
            try await plant.stop(pool)
            #expect(plant.log.lines("event parked").count == bad)
            try await plant.expectBalanced(events, parked: bad)
            #expect(try await plant.committedCount() == 40)
        }
    }

    @Test(
        "D10: a producer of dead letters that is broken for good ends the worker, for it could park nothing any more",
        .enabled(if: BrokerAccess.offers(.faultInjection), "\(BrokerAccess.Need.faultInjection.comment)"))
    func deadLetterProducerBroken() async throws {
        try await Plant.run { plant in
            // As a cluster answers that does not let this client be idempotent.
            let refusal = MockCluster.ErrorCode(rawValue: 31)
            plant.broker.mock?.fail(.initProducerID, with: Array(repeating: refusal, count: 1_000))
            let pool = try plant.start()
            #expect(await eventually { pool.runningCount == 0 }, "\(plant.story)")
            let failure = pool.failures.first?.description ?? ""
            #expect(failure.contains("the producer of dead letters cannot go on"), "\(failure)")
            plant.broker.mock?.stopFailing(.initProducerID)
            let events = customerEvents(20, defects: [.missingEmail], share: 0.2)
            try await plant.produce(events)
            let second = try plant.start()
            let bad = events.filter { $0.defect != nil }.count
            #expect(await eventually { second.statistics.parked == bad && second.statistics.applied == 20 - bad })
            try await plant.stop(second)
            try await plant.expectBalanced(events, parked: bad)
        }
    }

    @Test(
        "D6: a second worker joins under load and leaves again: nothing lost, nothing doubled, order per key kept",
        arguments: [FlowDefinition.Assignment.cooperativeSticky, .range])
    func rebalance(assignment: FlowDefinition.Assignment) async throws {
        try await Plant.run(partitions: 4) { flow in
            flow.assignment = assignment
        } _: { plant in
            plant.erp.faults.replace(with: [FaultRule(.latency(.fixed(.milliseconds(15))), path: "/v2/*")])
            let events = customerEvents(1_600, customers: 60)
            try await plant.produce(Array(events.prefix(800)))
            let first = try plant.start(from: 1)
            #expect(await eventually { first.statistics.applied > 50 })
            let second = try plant.start(from: 2)
            #expect(await eventually { second.statistics.partitions.count == 2 }, "\(plant.story)")
            try await plant.produce(Array(events.dropFirst(800)))
            #expect(await eventually { second.statistics.applied > 50 }, "\(second.statistics)")
            try await plant.stop(second)
            #expect(await eventually { first.statistics.partitions.count == 4 }, "\(plant.story)")
            // The journal counts effects once, however often a result was fenced and its event repeated.
            #expect(await eventually { plant.erp.currentSummary.effects == 1_600 }, "\(first.statistics)")
            #expect(await eventually { first.statistics.bufferedEvents == 0 }, "\(first.statistics)")
            try await plant.stop(first)
            try await plant.expectBalanced(events)
            #expect(try await plant.committedCount() == 1_600)
        }
    }

    @Test("D11, D7: a stop drains and commits; a restart begins where it ended and repeats nothing")
    func restart() async throws {
        try await Plant.run(partitions: 2) { plant in
            plant.erp.faults.replace(with: [FaultRule(.latency(.fixed(.milliseconds(10))), path: "/v2/*")])
            let events = customerEvents(600)
            try await plant.produce(events)
            let first = try plant.start()
            #expect(await eventually { first.statistics.applied > 60 })
            try await plant.stop(first)
            #expect(first.statistics.applied < 600, "it was stopped on the way")
            #expect(first.statistics.inFlight == 0)
            let requests = plant.erp.currentSummary.requests
            #expect(requests == first.statistics.applied)
            let second = try plant.start()
            #expect(await eventually { first.statistics.applied + second.statistics.applied == 600 })
            try await plant.stop(second)
            try await plant.expectBalanced(events)
            #expect(plant.erp.currentSummary.requests == 600, "no event was sent twice")
            #expect(plant.erp.currentSummary.duplicatesSuppressed == 0)
        }
    }

    @Test("D7: events settled ahead of a waiting one are remembered in the commit's metadata over a restart")
    func settledAhead() async throws {
        try await Plant.run { plant in
            let events = customerEvents(200)
            let waiting = try #require(events.first).customer.id
            let position = FaultRule.position(ofClient: waiting)
            // The first event's customer is locked, whatever others are locked with it.
            let locked = FaultRule(
                .answer(status: 503), path: "/v2/*", clientShare: min(position + 1e-9, 0.999_999))
            let free = events.filter { FaultRule.position(ofClient: $0.customer.id) > position }
            #expect(!free.isEmpty)
            plant.erp.faults.replace(with: [locked])
            try await plant.produce(events)
            let first = try plant.start()
            #expect(await eventually { first.statistics.applied == free.count }, "\(first.statistics)")
            try await plant.stop(first)
            let committed = try await plant.committed()[0]
            #expect(committed?.offset ?? 0 == 0, "D1: the first event is not settled")
            #expect(committed?.metadata.isEmpty == false)
            plant.erp.faults.clear()
            let second = try plant.start()
            #expect(await eventually { second.statistics.applied == 200 - free.count }, "\(second.statistics)")
            try await plant.stop(second)
            try await plant.expectBalanced(events)
            #expect(plant.erp.currentSummary.duplicatesSuppressed == 0, "what was settled was not sent again")
            #expect(try await plant.committedCount() == 200)
        }
    }

    @Test("D7: commit metadata that is not ours is ignored with a warning, and reading begins at its offset")
    func foreignMetadata() async throws {
        try await Plant.run { plant in
            let events = customerEvents(30, customers: 30)
            try await plant.produce(events)
            try await commit(offset: 10, metadata: "written by somebody else", for: plant)
            let pool = try plant.start()
            #expect(await eventually { pool.statistics.applied == 20 }, "\(pool.statistics)")
            try await plant.stop(pool)
            let warnings = plant.log.lines("commit metadata ignored")
            #expect(warnings.map(\.level) == [.warning])
            #expect(warnings.first?.fields["partition"] == "0")
            #expect(pool.statistics.fetched == 20)
            #expect(try await plant.committedCount() == 30)
        }
    }

    /// As a member of the group that knows nothing of us would.
    private func commit(offset: Int64, metadata: String, for plant: Plant) async throws {
        try await blocking {
            let consumer = try Consumer(
                properties: plant.broker.properties, group: plant.flow.group, strategy: .range,
                logger: BrokerAccess.quiet)
            defer { consumer.close() }
            let partition = TopicPartition(topic: plant.flow.topic, partition: 0)
            try consumer.assign([PartitionStart(partition, at: .earliest)])
            consumer.commit([OffsetCommit(partition, offset: offset, metadata: metadata)])
            let deadline = ContinuousClock.now + .seconds(20)
            while ContinuousClock.now < deadline {
                consumer.drainWakeup()
                while let event = consumer.nextEvent() {
                    if case .committed(let results) = event {
                        if let error = results.first?.error { throw error }
                        return
                    }
                }
                var descriptor = pollfd(fd: consumer.wakeupDescriptor, events: Int16(POLLIN), revents: 0)
                _ = poll(&descriptor, 1, 200)
            }
            throw Plant.Unsettled()
        }
    }

    @Test(
        "D8: a backlog behind an ERP that hangs stays within the buffer's bounds, and fetching resumes",
        arguments: [false, true])
    func boundedBuffer(byBytes: Bool) async throws {
        let batch = 64
        try await Plant.run { flow in
            flow.limits.buffer = byBytes ? BufferLimits(events: 100_000, bytes: 64 << 10) : BufferLimits(events: 100)
            flow.systems[0].endpoint.timeoutMilliseconds = 400
        } _: { plant in
            let events = customerEvents(3_000, customers: 400)
            let largest = events.map { $0.structured.value.count + $0.key.utf8.count }.max() ?? 0
            plant.erp.faults.replace(with: [FaultRule(.hang(), path: "/v2/*")])
            try await plant.produce(events)
            let pool = try plant.start(batch: batch)
            #expect(await eventually { pool.statistics.isPaused }, "\(pool.statistics)")
            var peak = (events: 0, bytes: 0)
            let watched = await eventually {
                peak.events = max(peak.events, pool.statistics.bufferedEvents)
                peak.bytes = max(peak.bytes, pool.statistics.bufferedBytes)
                return pool.statistics.targetFaults >= 20
            }
            #expect(watched)
            if byBytes {
                // Prepared requests count too: as many as can be in flight or in back-off hold a mapped document.
                #expect(peak.bytes <= 64 << 10 + batch * largest + 64 * 1_024, "\(peak)")
            } else {
                #expect(peak.events <= 100 + batch, "\(peak)")
            }
            plant.erp.faults.clear()
            #expect(await eventually(within: .seconds(40)) { pool.statistics.applied == 3_000 }, "\(pool.statistics)")
            #expect(
                pool.statistics.bufferedEvents == 0 && pool.statistics.bufferedBytes == 0 || !pool.statistics.isPaused)
            try await plant.stop(pool)
            try await plant.expectBalanced(events)
        }
    }

    @Test("D11: a stop while the ERP hangs ends within the drain's time, commits what is settled, and loses nothing")
    func stopWhileHanging() async throws {
        try await Plant.run { flow in
            flow.limits.drainTimeout = .milliseconds(500)
        } _: { plant in
            let events = customerEvents(60)
            try await plant.produce(Array(events.prefix(30)))
            let first = try plant.start()
            #expect(await eventually { first.statistics.applied == 30 })
            plant.erp.faults.replace(with: [FaultRule(.hang(), path: "/v2/*")])
            try await plant.produce(Array(events.dropFirst(30)))
            #expect(await eventually { first.statistics.inFlight > 0 })
            let begin = ContinuousClock.now
            try await plant.stop(first)
            #expect(ContinuousClock.now - begin < .seconds(10))
            #expect(try await plant.committedCount() == 30)
            plant.erp.faults.clear()
            let second = try plant.start()
            #expect(await eventually { second.statistics.applied == 30 }, "\(second.statistics)")
            try await plant.stop(second)
            try await plant.expectBalanced(events)
        }
    }
}
