import Kafka
import Logging
import TestKit

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A record as a test remembers it.
struct Seen: Equatable {
    var partition: TopicPartition
    var offset: Int64
    var key: [UInt8]?
    var value: [UInt8]?
    var headers: [Header] = []
    var timestamp: Int64?

    struct Header: Equatable {
        var name: String
        var value: [UInt8]?
    }

    var text: String { String(decoding: value ?? [], as: UTF8.self) }
}

extension Seen {
    init(_ record: borrowing RecordView, of consumer: Consumer) {
        partition = consumer.partition(at: record.partition)
        offset = record.offset
        key = record.key.map { Array($0) }
        value = record.value.map { Array($0) }
        headers = record.headers.map {
            Header(name: String(decoding: $0.name, as: UTF8.self), value: $0.value.map { Array($0) })
        }
        timestamp = record.timestamp
    }
}

/// A consumer on the test's own thread that does what a worker's loop does, and remembers everything.
final class Member {
    let consumer: Consumer
    var seen: [Seen] = []
    var events: [ConsumerEvent] = []
    /// Rebalances that were reported and not answered yet.
    var unansweredAssignments: [[TopicPartition]] = []
    var unansweredRevocations: [[TopicPartition]] = []
    var answersAtOnce = true
    var takesRecords = true
    var start: StartOffset = .earliest

    init(
        _ broker: BrokerAccess,
        group: String,
        instanceID: String? = nil,
        strategy: AssignmentStrategy = .range,
        properties: [String: String] = [:],
        logger: Logger = BrokerAccess.quiet
    ) throws {
        // The mock cluster does not answer a member that it drops while it joins; the client gives up after 10 s.
        var all = [
            "session.timeout.ms": "6000", "heartbeat.interval.ms": "200", "max.poll.interval.ms": "10000",
        ]
        all.merge(properties) { $1 }
        consumer = try Consumer(
            properties: try broker.properties(all), group: group, instanceID: instanceID, strategy: strategy,
            logger: logger
        )
    }

    var assignment: Set<TopicPartition> { Set(consumer.assignment) }

    /// One turn of the loop.
    func turn() {
        consumer.drainWakeup()
        while let event = consumer.nextEvent() { hear(event) }
        if takesRecords { take(max: 500) }
    }

    @discardableResult
    func take(max: Int) -> Int {
        let consumer = consumer
        var taken: [Seen] = []
        let count = consumer.consumeBatch(max: max) { record in
            taken.append(Seen(record, of: consumer))
        }
        seen += taken
        return count
    }

    private func hear(_ event: ConsumerEvent) {
        events.append(event)
        switch event {
        case .assigned(let partitions):
            unansweredAssignments.append(partitions)
        case .revoked(let partitions, _):
            unansweredRevocations.append(partitions)
        default: break
        }
        if answersAtOnce { answer() }
    }

    /// Answers what is due.
    func answer() {
        for partitions in unansweredAssignments {
            try? consumer.assign(partitions.map { PartitionStart($0, at: start) })
        }
        unansweredAssignments = []
        for partitions in unansweredRevocations { consumer.acknowledgeRevocation(partitions) }
        unansweredRevocations = []
    }

    var rebalanceCount: Int {
        events.count { event in
            switch event {
            case .assigned, .revoked: true
            default: false
            }
        }
    }

    var commitResults: [CommitResult] {
        events.flatMap { event -> [CommitResult] in
            if case .committed(let results) = event { results } else { [] }
        }
    }

    var errors: [KafkaError] {
        events.compactMap { event in
            switch event {
            case .error(let error), .partitionError(_, let error): error
            default: nil
            }
        }
    }

    func positions(_ id: PositionsRequestID) -> Result<[CommittedPosition], KafkaError>? {
        for event in events {
            if case .positions(let other, let result) = event, other == id { return result }
        }
        return nil
    }
}

/// Turns the members' loops, waiting on their descriptors only, until the condition holds.
/// - Returns: Whether it came to hold within the time.
func turning(
    _ members: [Member], for limit: Duration = .seconds(30), until condition: () -> Bool
) -> Bool {
    let deadline = ContinuousClock.now + limit
    while true {
        for member in members { member.turn() }
        if condition() { return true }
        if ContinuousClock.now > deadline { return false }
        wait(for: members.map(\.consumer.wakeupDescriptor), milliseconds: 200)
    }
}

/// Waits until one of the descriptors is readable.
@discardableResult
func wait(for descriptors: [Int32], milliseconds: Int32) -> Bool {
    var polled = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    return poll(&polled, nfds_t(polled.count), milliseconds) > 0
}

/// Produces texts and waits until they are acknowledged.
func produce(
    _ broker: BrokerAccess, _ topic: String, partition: Int32? = nil, _ texts: [String],
    properties: [String: String] = [:]
) throws {
    let producer = try Producer(properties: try broker.properties(properties), logger: BrokerAccess.quiet)
    for text in texts {
        let bytes = Array(text.utf8)
        try queue(ProducerRecord(topic: topic, partition: partition, key: bytes, value: bytes), on: producer)
    }
    var failure: KafkaError?
    producer.close(within: .seconds(20)) { report in
        if case .failure(let error) = report.result { failure = error }
    }
    if let failure { throw failure }
}

/// Produces as soon as the producer's queue has room.
func queue(_ record: ProducerRecord, on producer: Producer) throws {
    while let error = refusal(of: record, on: producer) {
        guard error.isQueueFull else { throw error }
        producer.drainWakeup()
        if producer.deliveryReports({ _ in }) == 0 { wait(for: [producer.wakeupDescriptor], milliseconds: 100) }
    }
}

private func refusal(of record: ProducerRecord, on producer: Producer) -> KafkaError? {
    do throws(KafkaError) {
        try producer.produce(record)
        return nil
    } catch {
        return error
    }
}
