import Delivery
import Flows
import Foundation
import JSON
import Kafka
import Logging

/// Reads a flow's topics for what they tell of an event or a key. Only that is kept, however large the topics are.
final class TraceReader {
    private let flow: FlowDefinition
    private let client: ClientProperties
    private let subject: TraceCommand.Subject
    private let terminal: Terminal
    private let logger: Logger
    private let group: FlowGroup
    private let identifier: EventIdentifier
    private let keys: OrderKeyReader
    private(set) var entries: [TraceEntry] = []
    /// The events that were found, and the keys that they are of.
    private var places: [DeadLetter.Place: EventIdentifier.Identity?] = [:]
    private var orderKeys: Set<OrderKey> = []

    init(
        _ flow: FlowDefinition, client: ClientProperties, _ subject: TraceCommand.Subject, terminal: Terminal,
        logger: Logger
    ) throws(CommandFailure) {
        self.flow = flow
        self.client = client
        self.subject = subject
        self.terminal = terminal
        self.logger = logger
        group = try FlowGroup(flow, client: client, logger: logger)
        do {
            identifier = try EventIdentifier(flow)
            keys = try OrderKeyReader(flow)
        } catch {
            throw CommandFailure("\(error)", status: .usedWrongly)
        }
    }

    // MARK: - The event itself

    func readEvents(from: RangePoint, isStopped: () -> Bool) throws {
        let ranges = try group.ranges(from: from, to: .now)
        let events = try EventReader(flow, ranges, selector: nil, client: client, logger: logger)
        defer { events.close() }
        var bar = ProgressBar("trace", total: ranges.count, terminal: terminal)
        defer { bar.finish() }
        while !events.isDone, !isStopped() {
            for event in try events.next() where mayBeMeant(event) { take(event) }
            bar.update(events.passed)
        }
    }

    /// A quick look: whether the id stands anywhere in the record.
    private func mayBeMeant(_ event: DeadLetter) -> Bool {
        guard case .event(let id) = subject, flow.format == .cloudEvents else { return true }
        // An id that has to be escaped in JSON is not found by its bytes.
        guard id.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x80 && $0 != 0x22 && $0 != 0x5c && $0 != 0x2f }) else {
            return true
        }
        let wanted = Array(id.utf8)
        return event.value?.holds(wanted) == true || event.headers.contains { $0.value?.holds(wanted) == true }
    }

    private func take(_ event: DeadLetter) {
        let identity = identifier.identity(of: event)
        let key = keys.key(of: event)
        switch subject {
        case .event(let id): guard identity?.id == id else { return }
        case .key(let wanted):
            guard isKey(wanted, key.bytes) || isKey(wanted, event.key) else { return }
        }
        places[event.place] = .some(identity)
        orderKeys.insert(key)
        var details: [(name: String, text: String)] = []
        if let key = key.bytes { details.append(("key", DeadLetterRow.text(key))) }
        if let identity {
            details += [("id", identity.id), ("source", identity.source)]
            if let type = identity.type { details.append(("type", type)) }
        } else {
            details.append(("fault", "the event cannot be read"))
        }
        add(.produced, event.parkedAt, flow.topic, event.place, event.place, details)
    }

    private func isKey(_ wanted: String, _ key: [UInt8]?) -> Bool {
        key.map { $0.elementsEqual(wanted.utf8) } ?? false
    }

    private func add(
        _ kind: TraceEntry.Kind, _ time: Int64?, _ topic: String, _ position: DeadLetter.Place?,
        _ event: DeadLetter.Place?, _ details: [(name: String, text: String)]
    ) {
        entries.append(
            TraceEntry(kind: kind, time: time, topic: topic, position: position, event: event, details: details))
    }

    // MARK: - What is recorded

    func readReceipts() throws {
        guard let topic = flow.receipts?.topic else { return }
        var names: [String: DeadLetter.Place] = [:]
        for (place, identity) in places {
            for name in identity?.effects.values.map({ $0 }) ?? [] { names[name] = place }
        }
        try read(topic) { record in
            guard let key = record.key.map({ String(decoding: $0, as: UTF8.self) }) else { return }
            if key.hasPrefix("effect:") {
                takeReceipt(record, String(key.dropFirst("effect:".count)), names)
            } else if key.hasPrefix("key:") {
                takeKeyState(record)
            } else if key.hasPrefix("failure:"), let value = record.value {
                takeFailure(value, record)
            }
        }
    }

    /// That an event failed behind effects, and what of them is to be undone. Of an event: its key stands in no failure.
    private func takeFailure(_ value: [UInt8], _ record: TopicReader.Record) {
        TraceReader.parse(value) { failure in
            guard case .event(let id) = subject, failure["id"]?.string == id else { return }
            let details = ["step", "reason", "status", "undo", "undone", "round", "applied"].compactMap { name in
                failure[name].map { (name: name, text: $0.traceText) }
            }
            let time = failure["time"]?.int.map { Int64($0) } ?? record.timestamp
            add(.undone, time, record.partition.topic, place(of: record), nil, details)
        }
    }

    private func takeReceipt(_ record: TopicReader.Record, _ name: String, _ names: [String: DeadLetter.Place]) {
        let position = place(of: record)
        guard let value = record.value else {
            guard let event = names[name] else { return }
            return add(
                .forgotten, record.timestamp, record.partition.topic, position, event, [("idempotency_key", name)])
        }
        TraceReader.parse(value) { receipt in
            let event = names[name]
            guard event != nil || isMeant(receipt) else { return }
            var details = ["step", "status", "id", "remembered"].compactMap { name in
                receipt[name].map { (name: name, text: $0.traceText) }
            }
            details.append(("idempotency_key", name))
            // Another name than the event's own: a replay or repair made the effect anew, or the step or flow was renamed.
            if event == nil, !places.isEmpty {
                details.append(("note", "by a replay or repair, or under an earlier name"))
            }
            let time = receipt["time"]?.int.map { Int64($0) } ?? record.timestamp
            add(.called, time, record.partition.topic, position, event, details)
        }
    }

    private func isMeant(_ receipt: Value) -> Bool {
        switch subject {
        case .event(let id): receipt["id"]?.string == id
        case .key(let key): receipt["key"]?.string == key
        }
    }

    private func takeKeyState(_ record: TopicReader.Record) {
        guard let key = record.key.map({ Array($0.dropFirst("key:".utf8.count)) }), isOurs(key, record) else { return }
        let position = place(of: record)
        guard let value = record.value else {
            return add(.key, record.timestamp, record.partition.topic, position, nil, [("state", "none")])
        }
        TraceReader.parse(value) { state in
            let details = ["references", "version", "parked"].compactMap { name in
                state[name].map { (name: name, text: $0.traceText) }
            }
            add(.key, record.timestamp, record.partition.topic, position, nil, details)
        }
    }

    private func isOurs(_ key: [UInt8], _ record: TopicReader.Record) -> Bool {
        if case .key(let wanted) = subject, key.elementsEqual(wanted.utf8) { return true }
        let partition = record.header("partition").flatMap { Int32($0) } ?? record.partition.partition
        return orderKeys.contains(OrderKey(key, of: .init(partition: partition, offset: 0)))
    }

    // MARK: - Dead letters and redrives

    func readDeadLetters() throws {
        try read(flow.deadLetterTopic) { record in
            let headers = record.headers.map { DeadLetter.Header($0.name, $0.value) }
            guard
                let letter = DeadLetter(
                    key: record.key, value: record.value, headers: headers, position: place(of: record),
                    time: record.timestamp),
                letter.flow == flow.name, letter.topic == flow.topic, isMeant(letter)
            else { return }
            places[letter.place] = places[letter.place] ?? .some(nil)
            var details = [(name: "reason", text: letter.reason)]
            if let step = letter.step { details.append(("step", step)) }
            if let status = letter.status { details.append(("status", String(status))) }
            details.append(("attempts", String(letter.attempts)))
            details.append(("first_failed_at", Timestamp.text(milliseconds: letter.firstFailedAt)))
            if !letter.message.isEmpty { details.append(("message", letter.message)) }
            add(.parked, letter.parkedAt, flow.deadLetterTopic, letter.position, letter.place, details)
        }
    }

    private func isMeant(_ letter: DeadLetter) -> Bool {
        if places[letter.place] != nil { return true }
        switch subject {
        case .event(let id): return identifier.identity(of: letter)?.id == id
        case .key(let key): return isKey(key, letter.key) || isKey(key, keys.key(of: letter).bytes)
        }
    }

    func readRedrives() throws {
        try read(RedriveRecord.topic(group: flow.group)) { record in
            guard let key = record.key else { return }
            guard let value = record.value else { return takeWithdrawn(key, record) }
            let read = key.withUnsafeBytes { key in
                value.withUnsafeBytes { value in try? RedriveRecord(key: key, value: value) }
            }
            take(read, record)
        }
    }

    private func takeWithdrawn(_ key: [UInt8], _ record: TopicReader.Record) {
        let prefix = Array("replaying:".utf8)
        guard key.starts(with: prefix), isOurs(Array(key.dropFirst(prefix.count)), record) else { return }
        add(.unheld, record.timestamp, record.partition.topic, place(of: record), nil, [])
    }

    private func take(_ read: RedriveRecord?, _ record: TopicReader.Record) {
        let topic = record.partition.topic
        let position = place(of: record)
        switch read {
        case .letter(let event, let mark):
            guard places[event] != nil else { return }
            let kind: TraceEntry.Kind =
                switch mark.state {
                case .redriven: .redriven
                case .discarded: .discarded
                case .failed: .failed
                }
            let reason = mark.reason.map { [(name: "reason", text: $0)] } ?? []
            add(kind, mark.time, topic, position, event, [("redrives", String(mark.redrives))] + reason)
        case .key(let key, let redriven):
            guard isOurs(key, record) else { return }
            add(.released, record.timestamp, topic, position, nil, [("through", String(redriven.through))])
        case .hold(let key, let hold?):
            guard isOurs(key, record) else { return }
            add(.held, hold.time, topic, position, nil, [("by", hold.name), ("through", String(hold.through))])
        case .failure: if let value = record.value { takeFailure(value, record) }
        case .hold, nil: break
        }
    }

    // MARK: - The group

    /// Whether each event is settled, as the group's commits tell.
    func readCommits() throws {
        let committed = try group.committed(flow.group, partitions: Set(places.keys.map(\.partition)))
        for place in places.keys {
            let position = committed[place.partition]
            let offset = position?.offset ?? 0
            let ahead = CommitMetadata.read(position?.metadata ?? "", offset: offset)
            let isSettled = place.offset < offset || ahead.contains(place.offset)
            add(
                isSettled ? .settled : .unsettled, nil, flow.topic, nil, place,
                [("committed", String(offset))] + (place.offset >= offset && isSettled ? [("note", "ahead of it")] : [])
            )
        }
    }

    // MARK: - Topics

    private func read(_ topic: String, _ body: (TopicReader.Record) -> Void) throws {
        try Reaching.kafka(client) { () throws(KafkaError) in
            guard try group.admin.topicExists(topic, within: FlowGroup.timeLimit) else { return }
            let reader = try TopicReader(
                topic: topic, from: .earliest, client: client, timeout: FlowGroup.timeLimit, logger: logger)
            defer { reader.close() }
            _ = try reader.readOn(within: .seconds(3_600), body)
        }
    }

    private func place(of record: TopicReader.Record) -> DeadLetter.Place {
        DeadLetter.Place(partition: record.partition.partition, offset: record.offset)
    }

    private static func parse(_ bytes: [UInt8], _ body: (Value) -> Void) {
        let document = Document()
        bytes.withUnsafeBytes { bytes in
            if let value = try? document.parse(bytes) { body(value) }
        }
    }
}

extension Value {
    /// A string as it is, all else as JSON.
    fileprivate var traceText: String {
        if let string { return string }
        let buffer = ByteBuffer(capacity: 64)
        buffer.write(self)
        return buffer.text
    }
}
