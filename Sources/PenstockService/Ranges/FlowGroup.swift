import Flows
import Kafka
import Logging

/// A flow's topic and consumer group, as the brokers know them.
struct FlowGroup {
    static let timeLimit = Duration.seconds(10)

    let flow: FlowDefinition
    let client: ClientProperties
    let admin: Admin

    init(_ flow: FlowDefinition, client: ClientProperties, logger: Logger) throws(CommandFailure) {
        self.flow = flow
        self.client = client
        admin = try Reaching.kafka(client) { () throws(KafkaError) in try Admin(properties: client, logger: logger) }
    }

    /// What the topic holds, by partition.
    func watermarks() throws(CommandFailure) -> [Int32: Watermarks] {
        try Reaching.kafka(client) { () throws(KafkaError) in
            let marks = try admin.watermarks(topic: flow.topic, within: FlowGroup.timeLimit)
            return Dictionary(uniqueKeysWithValues: marks.map { ($0.key.partition, $0.value) })
        }
    }

    /// What a group has committed of the topic, by partition.
    func committed(_ group: String, partitions: some Collection<Int32>) throws(CommandFailure) -> [Int32:
        CommittedPosition]
    {
        // Brokers refuse a question about no partition.
        guard !partitions.isEmpty else { return [:] }
        return try Reaching.kafka(client) { () throws(KafkaError) in
            let positions = try admin.groupOffsets(
                group: group, partitions: partitions.map { TopicPartition(topic: flow.topic, partition: $0) },
                within: FlowGroup.timeLimit)
            if let error = positions.lazy.compactMap(\.error).first { throw error }
            return Dictionary(positions.map { ($0.partition.partition, $0) }, uniquingKeysWith: { first, _ in first })
        }
    }

    /// The group's members; `nil` where the brokers cannot tell.
    func description() throws(CommandFailure) -> GroupDescription? {
        try Reaching.kafka(client) { () throws(KafkaError) in
            do throws(KafkaError) {
                return try admin.describeGroup(flow.group, within: FlowGroup.timeLimit)
            } catch {
                // The embedded broker offers no such request.
                guard error.isUnsupported else { throw error }
                return nil
            }
        }
    }

    /// Whether the group has no members; `nil` where that cannot be told.
    func isStopped() throws(CommandFailure) -> Bool? { try description()?.isStopped }

    /// The part of the topic between two points.
    func ranges(from: RangePoint, to: RangePoint) throws(CommandFailure) -> OffsetRanges {
        let marks = try watermarks()
        let starts = try offsets(at: from.time, marks.keys)
        let ends = try offsets(at: to.time, marks.keys)
        var partitions: [Int32: OffsetRanges.Partition] = [:]
        for (number, marks) in marks {
            partitions[number] = OffsetRanges.Partition(
                held: marks.low..<max(marks.low, marks.high), fromTime: starts[number], toTime: ends[number])
        }
        do {
            return try OffsetRanges(from: from, to: to, of: partitions)
        } catch {
            throw CommandFailure("\(flow.topic): \(error)", status: .usedWrongly)
        }
    }

    private func offsets(at time: Int64?, _ partitions: some Collection<Int32>) throws(CommandFailure) -> [Int32: Int64]
    {
        guard let time else { return [:] }
        return try Reaching.kafka(client) { () throws(KafkaError) in
            let question = partitions.map { (TopicPartition(topic: flow.topic, partition: $0), time) }
            let found = try admin.offsets(
                atTimestamps: Dictionary(uniqueKeysWithValues: question), within: FlowGroup.timeLimit)
            return Dictionary(uniqueKeysWithValues: found.map { ($0.key.partition, $0.value) })
        }
    }

    /// Sets offsets of a group that has no members.
    /// - Throws: ``CommandFailure`` also when a single partition is refused.
    func set(_ offsets: [Int32: (offset: Int64, metadata: String)], of group: String) throws(CommandFailure) {
        let commits = offsets.sorted { $0.key < $1.key }.map { number, position in
            OffsetCommit(
                TopicPartition(topic: flow.topic, partition: number), offset: position.offset,
                metadata: position.metadata)
        }
        do throws(KafkaError) {
            let results = try admin.setGroupOffsets(group: group, commits, within: FlowGroup.timeLimit)
            if let error = results.lazy.compactMap(\.error).first { throw error }
        } catch {
            guard error.isGroupBusy else { throw Reaching.failure(error, client) }
            throw CommandFailure(
                "the group \(group) has members: stop its workers first (\(error.message))", status: .foundProblems)
        }
    }
}
