import Delivery
import Foundation
import JSON
import Kafka
import Reconciliation

/// Reads keys one by one: those that were in motion, and all of them where a system has no listing.
///
/// A key is asked for when its last event is settled. It counts when no newer event of it came until the system had
/// answered; else it is asked for again, until the time is over.
final class Rechecking {
    /// A key whose record was asked for.
    private struct Item {
        var key: [UInt8]
        /// The event, as it lies in its table.
        var event: [UInt8]
        var knowledge: KeyKnowledge
        /// What should be there; `nil`: nothing.
        var expected: [UInt8]?
    }

    private let owner: Reconciler
    private let findings: FindingsFile
    /// How far the topic was read.
    private(set) var eventParts: [Int32: TopicScan.Part]
    private var stateParts: [Int32: TopicScan.Part]
    private let expectedDocument = Document()
    private var reader: SystemReader?
    private var items: [UInt64: Item] = [:]
    private var nextTag: UInt64 = 0
    private var checked = 0
    /// The events of keys that a repair has just applied. Until the worker that holds a key for it reads that it may go
    /// on, the key looks parked from that event on.
    var repaired: [[UInt8]: DeadLetter.Place] = [:]
    /// Keys that were found equal.
    private(set) var equal = 0

    init(
        _ owner: Reconciler, _ findings: FindingsFile, eventParts: [Int32: TopicScan.Part],
        stateParts: [Int32: TopicScan.Part]
    ) {
        self.owner = owner
        self.findings = findings
        self.eventParts = eventParts
        self.stateParts = stateParts
    }

    /// - Parameters:
    ///   - first: the keys, each with its newest event and what is known of it.
    ///   - isFirstRead: the system was not read yet, so that all of them are expected to be at rest.
    /// - Returns: false when it was stopped.
    func run(_ first: SpilledTable, isFirstRead: Bool) throws -> Bool {
        var keys = first
        var round = 0
        let deadline = ContinuousClock.now + owner.options.settleTime
        var extra = isFirstRead ? 1 : 0
        defer { owner.callCount += reader?.callCount ?? 0 }
        while !keys.runs.isEmpty {
            round += 1
            let later = owner.table("recheck.\(round)")
            guard try check(keys, later, round) else { return false }
            keys.remove()
            keys = later
            if keys.runs.isEmpty { return true }
            // The first reading of all keys may take longer than motion is waited for.
            if extra == 0, ContinuousClock.now >= deadline { break }
            extra = 0
            guard pause() else { return false }
        }
        try giveUp(keys)
        return true
    }

    /// Waits a moment for what is under way.
    private func pause() -> Bool {
        for _ in 0..<10 {
            if owner.isStopped() { return false }
            usleep(100_000)
        }
        return true
    }

    /// What is left is told to be in motion.
    private func giveUp(_ keys: SpilledTable) throws {
        defer { keys.remove() }
        let cursor = try keys.cursor()
        try cursor.advance()
        while cursor.hasKey {
            let place = RecordSpilling.place(of: Reconciler.parts(cursor.payload(0)).event)
            let origin = Finding.Origin(partition: place.partition, offset: place.offset)
            try findings.add(Finding(key: cursor.key, verdict: .equal, origin: origin).moving())
            try cursor.advance()
        }
    }

    // MARK: - A round

    private func check(_ keys: SpilledTable, _ later: SpilledTable, _ round: Int) throws -> Bool {
        let settled = SettledEvents(try owner.committedPositions())
        guard let states = try newStates() else { return false }
        defer { states.remove() }
        let pending = owner.table("pending.\(round)")
        let waiting = owner.table("waiting.\(round)")
        defer {
            pending.remove()
            waiting.remove()
        }
        guard try askAll(keys, states, settled, pending, waiting) else { return false }
        try pending.spill()
        try waiting.spill()
        guard let news = try newEvents() else { return false }
        defer { news.remove() }
        try conclude(pending, news, later)
        try carryOver(waiting, news, later)
        try later.spill()
        return true
    }

    /// What has been noted of keys since the last round; `nil` when it was stopped.
    private func newStates() throws -> SpilledTable? {
        let table = owner.table("news.states")
        guard let topic = owner.definition.receipts?.topic, !stateParts.isEmpty else { return table }
        var fold = ReconcileManifest.Fold()
        fold.parts = try owner.newParts(behind: stateParts, topic: topic)
        guard try owner.foldStates(topic, into: table, &fold, .checking, save: { _ in }) else { return nil }
        stateParts = fold.parts
        return table
    }

    /// The events that have come since the last round; `nil` when it was stopped.
    private func newEvents() throws -> SpilledTable? {
        let table = owner.table("news.events")
        var fold = ReconcileManifest.Fold()
        fold.parts = try owner.newParts(behind: eventParts)
        guard try owner.foldEvents(into: table, &fold, .checking, save: { _ in }) else { return nil }
        eventParts = fold.parts
        return table
    }

    private func askAll(
        _ keys: SpilledTable, _ states: SpilledTable, _ settled: SettledEvents, _ pending: SpilledTable,
        _ waiting: SpilledTable
    ) throws -> Bool {
        let reader = try self.reader ?? owner.systemReader()
        self.reader = reader
        var join = KeyJoin([try keys.cursor(), try states.cursor()])
        while try join.advance() {
            guard let cursor = join[0] else { continue }
            let (event, state) = Reconciler.parts(cursor.payload(0))
            let newer = owner.knowledge(join[1])
            let knowledge = join.has(1) ? newer : owner.knowledge(state)
            try ask(Item(key: cursor.key, event: Array(event), knowledge: knowledge), settled, waiting, reader)
            if waiting.isFull { try waiting.spill() }
            while reader.isFull { guard try turn(reader, pending) else { return false } }
            // Answers are taken as they come, also while there is room.
            if reader.pending > 0 { guard try turn(reader, pending, wait: 0) else { return false } }
        }
        while reader.pending > 0 { guard try turn(reader, pending) else { return false } }
        return true
    }

    /// Asks for a key's record, or says at once why that cannot be done.
    private func ask(
        _ item: Item, _ settled: SettledEvents, _ waiting: SpilledTable, _ reader: SystemReader
    ) throws {
        let decision = item.event.withUnsafeBytes { owner.decide($0, item.knowledge) }
        guard let decision else { return }
        var finding = Finding(key: item.key, verdict: .equal, origin: decision.origin)
        guard settled.contains(decision.place) else {
            return try owner.add(item.key, item.event, item.knowledge.payload, to: waiting)
        }
        if isParked(item) { return try findings.add(finding.parked(from: item.knowledge.parkedFrom)) }
        if case .fault(let reason) = decision.expectation {
            finding.notComparable(reason)
            return try findings.add(finding)
        }
        switch owner.path(of: item.key, item.knowledge) {
        case .failure(let missing):
            finding.notComparable("no reference: nothing is remembered as \(missing.name)")
            try findings.add(finding)
        case .success(let path):
            var item = item
            if case .document(let document) = decision.expectation { item.expected = Array(document.compactText.utf8) }
            nextTag += 1
            items[nextTag] = item
            do {
                try reader.ask(path, tag: nextTag)
            } catch {
                items[nextTag] = nil
                finding.notComparable("no path: \(error)")
                try findings.add(finding)
            }
        }
    }

    private func isParked(_ item: Item) -> Bool {
        item.knowledge.isParked && repaired[item.key]?.offset != item.knowledge.parkedFrom
    }

    /// - Returns: false when it was stopped.
    private func turn(_ reader: SystemReader, _ pending: SpilledTable, wait: Int32 = 100) throws -> Bool {
        try reader.turn(wait) { tag, answer in
            guard let item = items.removeValue(forKey: tag) else { return }
            checked += 1
            try note(item, answer, pending)
        }
        owner.onProgress(.init(stage: .checking, done: checked, total: nil, trouble: reader.trouble))
        try owner.checkPatience(reader)
        if pending.isFull { try pending.spill() }
        return !owner.isStopped()
    }

    // MARK: - Answers

    /// What differs is kept until it is known that nothing newer came meanwhile.
    private func note(_ item: Item, _ answer: SystemReader.Answer, _ pending: SpilledTable) throws {
        let place = item.event.withUnsafeBytes { RecordSpilling.place(of: $0) }
        var finding = Finding(
            key: item.key, verdict: .equal, origin: .init(partition: place.partition, offset: place.offset))
        finding.references = item.knowledge.references.map { String(decoding: $0, as: UTF8.self) }
        compare(&finding, item, answer)
        if finding.verdict == .equal { return equal += 1 }
        let line = ByteBuffer(capacity: 512)
        finding.write(to: line)
        try owner.add(item.key, item.event, Array(line.bytes), to: pending)
    }

    private func compare(_ finding: inout Finding, _ item: Item, _ answer: SystemReader.Answer) {
        switch answer {
        case .refused(404), .refused(410): compare(&finding, item, actual: nil)
        case .refused(let status): finding.notComparable("refused: the question was answered with status \(status)")
        case .found(let body):
            do {
                let record = try owner.compiled.entity.item(body)
                let document = try owner.compiled.entity.document(of: record)
                compare(&finding, item, actual: document.kind == .null ? nil : document)
            } catch {
                finding.notComparable("unreadable: \(error)")
            }
        }
    }

    private func compare(_ finding: inout Finding, _ item: Item, actual: Value?) {
        guard let expected = item.expected else { return owner.compare(&finding, .absent, actual: actual) }
        expected.withUnsafeBytes { bytes in
            // It was written by us a moment ago.
            guard let document = try? expectedDocument.parse(bytes) else { return }
            owner.compare(&finding, .document(document), actual: actual)
        }
    }

    /// A finding counts when no event of its key has come until now; else the key is read again.
    private func conclude(_ pending: SpilledTable, _ news: SpilledTable, _ later: SpilledTable) throws {
        let document = Document()
        var join = KeyJoin([try pending.cursor(), try news.cursor()])
        while try join.advance() {
            guard let cursor = join[0] else { continue }
            let key = cursor.key
            let line = Reconciler.parts(cursor.payload(0)).state
            let finding = try line.withUnsafeBytes { bytes in
                guard let finding = Finding(try document.parse(bytes)) else {
                    throw SpillError(path: owner.findingsPath, reason: "a finding cannot be read back")
                }
                return finding
            }
            guard let newer = newest(join[1]) else {
                try findings.add(finding)
                continue
            }
            let state = finding.references.map { "{\"references\":\($0)}" } ?? ""
            try owner.add(key, newer, Array(state.utf8), to: later)
        }
    }

    /// A key that was not asked for, because its event was not settled, is asked for by its newest event: what came of it in
    /// this round is not read again.
    private func carryOver(_ waiting: SpilledTable, _ news: SpilledTable, _ later: SpilledTable) throws {
        var join = KeyJoin([try waiting.cursor(), try news.cursor()])
        while try join.advance() {
            guard let cursor = join[0] else { continue }
            let (event, state) = Reconciler.parts(cursor.payload(0))
            try owner.add(cursor.key, newest(join[1]) ?? Array(event), state, to: later)
            if later.isFull { try later.spill() }
        }
    }

    /// The newest event that says anything; `nil`: there is none.
    private func newest(_ news: KeyCursor?) -> [UInt8]? {
        guard let news, let decision = owner.decide(news, KeyKnowledge()) else { return nil }
        return Array(news.payload(decision.index))
    }
}
