import Flows
import Foundation
import Kafka
import Logging
import Receipts

/// What the topics of receipts and redrives of a flow say, kept up to date while a command runs.
final class RecordedState {
    let knowledge: RedriveKnowledge
    private let flow: FlowDefinition
    private let client: ClientProperties
    private let partitions: Set<Int32>
    private var referencesOnly = false
    private let decoder = StateRecordDecoder()
    private let logger: Logger
    /// `nil` while the topic is not there.
    private var reader: TopicReader?
    /// Keys that are held for a replay, as the topic of redrives says.
    private(set) var holds: [OrderKey: KeyHold] = [:]
    /// Those among them that are parked, as far as their workers have said.
    private(set) var parkedByHolds: Set<OrderKey> = []
    /// How far keys were redriven.
    private(set) var redrivenThrough: [OrderKey: Int64] = [:]

    private static let timeLimit = Duration.seconds(3_600)

    /// Reads both topics to their ends; `nil` where the flow keeps no receipts.
    /// - Parameter referencesOnly: as if nothing had been called: only what is remembered of keys is taken in.
    static func load(
        _ flow: FlowDefinition, partitions: some Collection<Int32>, referencesOnly: Bool = false,
        client: ClientProperties, logger: Logger
    ) throws(CommandFailure) -> RecordedState? {
        guard let receipts = flow.receipts else { return nil }
        let state = RecordedState(flow, Set(partitions), client, logger)
        state.referencesOnly = referencesOnly
        try state.open(receipts.topic)
        if !referencesOnly { try state.readRedrives() }
        return state
    }

    /// The keys of a flow that are held, without anything else that is recorded.
    static func holds(
        of flow: FlowDefinition, client: ClientProperties, logger: Logger
    ) throws(CommandFailure) -> [OrderKey: KeyHold] {
        let state = RecordedState(flow, [], client, logger)
        try state.readRedrives()
        return state.holds
    }

    private init(_ flow: FlowDefinition, _ partitions: Set<Int32>, _ client: ClientProperties, _ logger: Logger) {
        self.flow = flow
        self.partitions = partitions
        self.client = client
        self.logger = logger
        knowledge = RedriveKnowledge(
            partitions: partitions, folder: NSTemporaryDirectory() + "penstock-command-\(UUID().uuidString)")
    }

    func close() {
        reader?.close()
    }

    private func open(_ topic: String) throws(CommandFailure) {
        var failure: (any Error)?
        let isWhole = try Reaching.kafka(client) { () throws(KafkaError) in
            guard try exists(topic) else { return true }
            let reader = try TopicReader(
                topic: topic, from: .earliest, client: client, timeout: FlowGroup.timeLimit, logger: logger)
            self.reader = reader
            return try reader.readOn(within: RecordedState.timeLimit) { record in
                do {
                    _ = try take(record)
                } catch {
                    failure = failure ?? error
                }
            }
        }
        if let failure { throw CommandFailure("\(failure)", status: .couldNotReach) }
        try require(isWhole, topic)
    }

    private func exists(_ topic: String) throws(KafkaError) -> Bool {
        try Admin(properties: client, logger: logger).topicExists(topic, within: FlowGroup.timeLimit)
    }

    private func take(_ record: TopicReader.Record) throws -> OrderKey? {
        guard let key = record.key else { return nil }
        let partition = record.header("partition").flatMap { Int32($0) } ?? record.partition.partition
        guard partitions.contains(partition) else { return nil }
        let prefix = Array("key:".utf8)
        let name = key.starts(with: prefix) ? name(Array(key.dropFirst(prefix.count)), partition) : nil
        guard !referencesOnly || name != nil else { return nil }
        try knowledge.take(key: key, value: record.value, time: record.timestamp ?? 0, partition: partition)
        if referencesOnly, let name { try knowledge.keepReferences(of: name) }
        return name
    }

    /// What a worker has said of a key. What is known of it here may be newer, for a command runs events of it as well.
    struct KeyNews {
        let name: OrderKey
        let isParked: Bool
    }

    /// Takes in what workers have written meanwhile, waiting a little for it.
    /// - Returns: the keys whose states were written, in order.
    func refresh(within time: Duration = .milliseconds(200)) throws -> [KeyNews] {
        if reader == nil, let topic = flow.receipts?.topic { try open(topic) }
        guard let reader else { return [] }
        let records = try Reaching.kafka(client) { () throws(KafkaError) in try reader.next(within: time) }
        return try records.compactMap { record in
            try take(record).map { KeyNews(name: $0, isParked: decoder.saysParked(record)) }
        }
    }

    // MARK: - Redrives

    /// Keys that an earlier run of the same command held are not parked for this one. Those of another one are.
    /// - Throws: ``CommandFailure`` when another one holds keys.
    func forgetHolds(ofOurs isOurs: (KeyHold) -> Bool) throws {
        if let other = holds.values.first(where: { !isOurs($0) }) { throw RecordedState.failure(heldBy: other.name) }
        parkedByHolds = Set(holds.keys.filter(knowledge.isParked))
        for (key, hold) in holds { try knowledge.apply(KeyRedriven(through: hold.through), to: key) }
    }

    private static func failure(heldBy name: String) -> CommandFailure {
        let text =
            ReplayName.isRepair(name)
            ? "a repair of this flow holds keys: it is under way, or was killed; `penstock reconcile --repair` goes on"
            : "the replay \(name) holds keys of this flow: it is under way, or was killed; "
                + "run it on to its end, or to a Ctrl-C, with --name \(name) and its range and filters"
        return CommandFailure(text, status: .foundProblems)
    }

    private func readRedrives() throws(CommandFailure) {
        let topic = RedriveRecord.topic(group: flow.group)
        let isWhole = try Reaching.kafka(client) { () throws(KafkaError) in
            guard try exists(topic) else { return true }
            let reader = try TopicReader(
                topic: topic, from: .earliest, client: client, timeout: FlowGroup.timeLimit, logger: logger)
            defer { reader.close() }
            return try reader.readOn(within: RecordedState.timeLimit) { takeRedrive($0) }
        }
        try require(isWhole, topic)
    }

    /// Unreadable records are passed over: those of a later version, or of somebody who wrote here by mistake.
    private func takeRedrive(_ record: TopicReader.Record) {
        let partition = record.partition.partition
        guard let key = record.key else { return }
        guard let value = record.value else {
            let prefix = Array("replaying:".utf8)
            if key.starts(with: prefix) { holds[name(Array(key.dropFirst(prefix.count)), partition)] = nil }
            return
        }
        let read = key.withUnsafeBytes { key in
            value.withUnsafeBytes { value in try? RedriveRecord(key: key, value: value) }
        }
        switch read {
        case .hold(let key, let hold): holds[name(key, partition)] = hold
        case .key(let key, let redriven):
            redrivenThrough[name(key, partition)] = redriven.through
            // A worker that runs has done so itself.
            try? knowledge.apply(redriven, to: name(key, partition))
        case .failure(let failure): try? knowledge.take(failure, partition: partition)
        case .letter, nil: break
        }
    }

    private func name(_ key: [UInt8], _ partition: Int32) -> OrderKey {
        OrderKey(key, of: .init(partition: partition, offset: 0))
    }

    private func require(_ isWhole: Bool, _ topic: String) throws(CommandFailure) {
        guard !isWhole else { return }
        throw CommandFailure(
            "the topic \"\(topic)\" could not be read to its end: the brokers stopped answering; try again",
            status: .couldNotReach)
    }
}

extension StateRecordDecoder {
    /// Whether the record is a key's state that says it is parked.
    fileprivate func saysParked(_ record: TopicReader.Record) -> Bool {
        guard let key = record.key, let value = record.value else { return false }
        let state = key.withUnsafeBytes { key in value.withUnsafeBytes { try? decode(key: key, value: $0) } }
        guard case .keyState(let state, _) = state else { return false }
        return state.parked != nil
    }
}
