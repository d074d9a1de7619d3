import Flows
import Kafka
import Logging

/// What a flow has parked and what became of it, read from Kafka alone: the dead-letter topic and the topic of redrives.
final class DeadLetterArchive {
    private static let timeLimit = Duration.seconds(3_600)

    private let flow: FlowDefinition
    private let keepsContent: Bool
    private let keys: OrderKeyReader
    private let letters: TopicReader
    private(set) var book = DeadLetterBook()
    /// Records of the dead-letter topic that are of no use: of another flow or topic, or written by another program.
    private(set) var foreignCount = 0

    /// Reads both topics to their ends.
    /// - Parameter keepsContent: whether values, headers and texts of open letters are kept.
    init(
        _ flow: FlowDefinition, keepsContent: Bool, client: ClientProperties, logger: Logger
    ) throws(CommandFailure) {
        self.flow = flow
        self.keepsContent = keepsContent
        do {
            keys = try OrderKeyReader(flow)
        } catch {
            throw CommandFailure("\(error)", status: .usedWrongly)
        }
        letters = try Reaching.kafka(client) { () throws(KafkaError) in
            try TopicReader(
                topic: flow.deadLetterTopic, from: .earliest, client: client, timeout: .seconds(10), logger: logger)
        }
        // Marks first: a letter that is marked meanwhile would be taken for open at worst, and is redriven under the
        // same idempotency keys.
        try readMarks(client, logger)
        try refresh(client)
    }

    /// Takes in what has been parked since.
    func refresh(_ client: ClientProperties) throws(CommandFailure) {
        let isWhole = try Reaching.kafka(client) { () throws(KafkaError) in
            try letters.readOn(within: DeadLetterArchive.timeLimit) { take($0) }
        }
        try require(isWhole, flow.deadLetterTopic)
    }

    func close() {
        letters.close()
    }

    /// Takes over what this command has done itself.
    func add(_ mark: DeadLetterMark, of place: DeadLetter.Place) {
        book.add(mark, of: place)
    }

    // MARK: - Reading

    private func take(_ record: TopicReader.Record) {
        let headers = record.headers.map { DeadLetter.Header($0.name, $0.value) }
        let position = DeadLetter.Place(partition: record.partition.partition, offset: record.offset)
        guard
            let letter = DeadLetter(
                key: record.key, value: record.value, headers: headers, position: position, time: record.timestamp),
            letter.flow == flow.name, letter.topic == flow.topic
        else { return foreignCount += 1 }
        let key = keys.key(of: letter)
        book.add(keepsContent ? letter : letter.withoutContent, key: key)
    }

    private func readMarks(_ client: ClientProperties, _ logger: Logger) throws(CommandFailure) {
        let topic = RedriveRecord.topic(group: flow.group)
        let isWhole = try Reaching.kafka(client) { () throws(KafkaError) in
            let admin = try Admin(properties: client, logger: logger)
            guard try admin.topicExists(topic, within: .seconds(10)) else { return true }
            let reader = try TopicReader(
                topic: topic, from: .earliest, client: client, timeout: .seconds(10), logger: logger)
            defer { reader.close() }
            return try reader.readOn(within: DeadLetterArchive.timeLimit) { takeMark($0) }
        }
        try require(isWhole, topic)
    }

    /// Unreadable records are passed over: those of a later version, or of somebody who wrote here by mistake.
    private func takeMark(_ record: TopicReader.Record) {
        guard let key = record.key, let value = record.value else { return }
        let read = key.withUnsafeBytes { key in
            value.withUnsafeBytes { value in try? RedriveRecord(key: key, value: value) }
        }
        if case .letter(let place, let mark) = read { book.add(mark, of: place) }
    }

    /// A key of which only some letters were seen would be thought done too early, and its order lost (D9).
    private func require(_ isWhole: Bool, _ topic: String) throws(CommandFailure) {
        guard !isWhole else { return }
        throw CommandFailure(
            "the topic \"\(topic)\" could not be read to its end: the brokers stopped answering; try again",
            status: .couldNotReach)
    }
}
