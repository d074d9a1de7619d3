import JSON
import Kafka
import Receipts
import Reconciliation

/// Comparing key by key.
extension Reconciler {
    /// Which of the joined tables is which.
    private enum Side {
        static let events = 0
        static let news = 1
        static let states = 2
        static let listing = 3
    }

    /// Compares all keys and writes the findings.
    /// - Returns: how many keys are equal; `nil` when it was stopped.
    func compare() throws -> Int? {
        var news = ReconcileManifest.Fold()
        news.parts = try newParts(behind: manifest.events?.parts ?? [:])
        let newsTable = table("tail")
        defer { newsTable.remove() }
        guard try foldEvents(into: newsTable, &news, .comparing, save: { _ in }) else { return nil }
        let findings = try FindingsFile(writing: findingsPath)
        guard let compared = try compareParts(tables(newsTable), findings, table("recheck.0")) else { return nil }
        let recheck = table("recheck.0", runs: compared.recheck)
        let checking = Rechecking(self, findings, eventParts: news.parts, stateParts: manifest.states?.parts ?? [:])
        guard try checking.run(recheck, isFirstRead: !usesListing) else { return nil }
        try findings.close()
        manifest.readThrough = checking.eventParts
        return compared.equal + checking.equal
    }

    private func tables(_ news: SpilledTable) -> Tables {
        Tables(
            events: .init(runs: manifest.events?.runs ?? [], memory: heldEvents?.run),
            news: .init(runs: news.runs, memory: news.memory),
            states: .init(runs: manifest.states?.runs ?? [], memory: heldStates?.run),
            listing: .init(runs: manifest.listing?.runs ?? [], memory: heldListing?.run))
    }

    /// What the topic has got behind what was read of it.
    func newParts(behind parts: [Int32: TopicScan.Part], topic: String? = nil) throws -> [Int32: TopicScan.Part] {
        let topic = topic ?? definition.topic
        guard !parts.isEmpty || topic == definition.topic else { return [:] }
        var now = try TopicScan.whole(topic, try admin())
        for (partition, part) in now {
            now[partition]?.position = max(part.position, parts[partition]?.end ?? part.position)
        }
        return now
    }

    /// Compares the keys of a part.
    /// - Returns: `nil` when it was stopped.
    func join(
        _ tables: Tables, _ part: Part, _ findings: FindingsFile, _ recheck: SpilledTable
    ) throws -> Compared? {
        let settled = SettledEvents(manifest.committed ?? [:])
        var sides = [("events", tables.events), ("tail", tables.news), ("states", tables.states)]
        if usesListing { sides.append(("listing", tables.listing)) }
        var join = KeyJoin(
            try sides.map { name, side in
                try table(name, runs: side.runs, memory: side.memory).cursor(from: part.from)
            })
        var (count, equal) = (0, 0)
        while try join.advance() {
            if let end = part.to, join.isAt(orBehind: end) { break }
            count += 1
            if count.isMultiple(of: 1_024) {
                onProgress(Progress(stage: .comparing, done: count, total: nil))
                if isStopped() { return nil }
                if recheck.isFull { try recheck.spill() }
            }
            switch try usesListing ? compareListed(join, settled, recheck) : prepare(join, recheck) {
            case .equal: equal += 1
            case .finding(let finding): try findings.add(finding)
            case .nothing: break
            }
        }
        try recheck.spill()
        return Compared(equal: equal, recheck: recheck.runs)
    }

    /// What was found of one key.
    private enum Found {
        case equal
        case finding(Finding)
        /// There is nothing to compare, or the key is to be checked again.
        case nothing
    }

    // MARK: - With a listing

    private func compareListed(
        _ join: KeyJoin, _ settled: SettledEvents, _ recheck: SpilledTable
    ) throws -> Found {
        let knowledge = knowledge(join[Side.states])
        let hasNews = join.has(Side.news)
        guard let events = join[Side.events], let chosen = decide(events, knowledge) else {
            return try compareUntold(join, knowledge, hasNews, recheck)
        }
        // Most keys are equal, and nothing need be told of them.
        if !knowledge.isParked, isEqual(chosen.expectation, join[Side.listing]) { return .equal }
        var finding = Finding(key: events.key, verdict: .equal, origin: chosen.origin)
        finding.references = knowledge.references.map { String(decoding: $0, as: UTF8.self) }
        if knowledge.isParked { return .finding(finding.parked(from: knowledge.parkedFrom)) }
        compare(&finding, chosen.expectation, join[Side.listing])
        guard finding.verdict != .equal else { return .equal }
        let isMoving = hasNews || !settled.contains(chosen.place)
        guard isMoving || finding.verdict == .missing && canRead(finding.key, knowledge) || finding.isDoubled else {
            return .finding(finding)
        }
        guard reconcile.get != nil else { return .finding(isMoving ? finding.moving() : finding) }
        try add(finding.key, newest(join, events, chosen.index), knowledge.payload, to: recheck)
        return .nothing
    }

    /// Whether the listing has the key once, with the document that is expected.
    private func isEqual(_ expectation: Expectation, _ listing: KeyCursor?) -> Bool {
        guard case .document(let expected) = expectation, let listing, listing.count == 1,
            case let payload = listing.payload(0), payload.first == ListedItem.document
        else { return false }
        let text = UnsafeRawBufferPointer(rebasing: payload[1...])
        if compiled.comparison.isEqual(expected, toText: text) { return true }
        guard let document = try? actual.parse(text) else { return false }
        return compiled.comparison.isEqual(expected, document)
    }

    /// A key of which no event says anything that was there when the topic was read.
    private func compareUntold(
        _ join: KeyJoin, _ knowledge: KeyKnowledge, _ hasNews: Bool, _ recheck: SpilledTable
    ) throws -> Found {
        if hasNews, let news = join[Side.news], let chosen = decide(news, knowledge) {
            guard reconcile.get != nil else {
                return .finding(Finding(key: news.key, verdict: .equal, origin: chosen.origin).moving())
            }
            try add(news.key, Array(news.payload(chosen.index)), knowledge.payload, to: recheck)
            return .nothing
        }
        guard let listing = join[Side.listing] else { return .nothing }
        var finding = Finding(key: listing.key, verdict: .unknown)
        if join.has(Side.states) {
            finding.verdict = .notComparable
            finding.reason = "no event: the topic holds none of the key any more"
            return .finding(finding)
        }
        let payload = listing.payload(0)
        if payload.first != ListedItem.document {
            finding.reason = unreadable(payload)
        } else if let document = try? actual.parse(UnsafeRawBufferPointer(rebasing: payload[1...])) {
            finding.differences = [
                MemberDifference(pointer: "", expected: nil, actual: DocumentComparison.excerpt(document))
            ]
        }
        return .finding(finding)
    }

    private func compare(_ finding: inout Finding, _ expectation: Expectation, _ listing: KeyCursor?) {
        guard let listing else { return compare(&finding, expectation, actual: nil) }
        let payload = listing.payload(0)
        let isDoubled = (1..<listing.count).contains { !listing.payload($0).elementsEqual(payload) }
        if isDoubled { return finding.notComparable(Finding.doubled) }
        guard payload.first == ListedItem.document else { return finding.notComparable(unreadable(payload)) }
        let document = try? actual.parse(UnsafeRawBufferPointer(rebasing: payload[1...]))
        compare(&finding, expectation, actual: document ?? .null)
    }

    private func unreadable(_ payload: UnsafeRawBufferPointer) -> String {
        "unreadable: " + String(decoding: payload.dropFirst(), as: UTF8.self)
    }

    /// Whether the record could be asked for by itself.
    private func canRead(_ key: [UInt8], _ knowledge: KeyKnowledge) -> Bool {
        guard reconcile.get != nil else { return false }
        return (try? path(of: key, knowledge).get()) != nil
    }

    // MARK: - One by one

    /// Puts a key on the list of those that are read one by one.
    private func prepare(_ join: KeyJoin, _ recheck: SpilledTable) throws -> Found {
        let knowledge = knowledge(join[Side.states])
        if let events = join[Side.events], let chosen = decide(events, knowledge) {
            try add(events.key, newest(join, events, chosen.index), knowledge.payload, to: recheck)
        } else if let news = join[Side.news], let chosen = decide(news, knowledge) {
            try add(news.key, Array(news.payload(chosen.index)), knowledge.payload, to: recheck)
        }
        return .nothing
    }

    /// The newest event of a key that says anything: one that has come meanwhile, or the one that was chosen.
    private func newest(_ join: KeyJoin, _ events: KeyCursor, _ index: Int) -> [UInt8] {
        if let news = join[Side.news], let later = decide(news, KeyKnowledge()) {
            return Array(news.payload(later.index))
        }
        return Array(events.payload(index))
    }

    func add(_ key: [UInt8], _ event: [UInt8], _ state: [UInt8], to table: SpilledTable) throws {
        scratch.removeAll()
        withUnsafeBytes(of: UInt32(event.count).littleEndian) { scratch.append($0) }
        event.withUnsafeBytes { scratch.append($0) }
        state.withUnsafeBytes { scratch.append($0) }
        key.withUnsafeBytes { table.append(key: $0, ordinal: 0, payload: scratch.bytes) }
        if table.isFull { try table.spill() }
    }

    /// Takes apart what ``add(_:_:_:to:)`` wrote.
    static func parts(_ payload: UnsafeRawBufferPointer) -> (event: UnsafeRawBufferPointer, state: [UInt8]) {
        let count = Int(UInt32(littleEndian: payload.loadUnaligned(as: UInt32.self)))
        return (UnsafeRawBufferPointer(rebasing: payload[4..<4 + count]), Array(payload[(4 + count)...]))
    }

    // MARK: - The verdict

    /// - Parameter actual: what the system holds; `nil`: nothing.
    func compare(_ finding: inout Finding, _ expectation: Expectation, actual: Value?) {
        switch (expectation, actual) {
        case (.fault(let reason), _): finding.notComparable(reason)
        case (.silent, _), (.absent, nil): finding.verdict = .equal
        case (.document(let expected), nil):
            finding.verdict = .missing
            finding.differences = [
                MemberDifference(pointer: "", expected: DocumentComparison.excerpt(expected), actual: nil)
            ]
        case (.absent, let actual?):
            finding.verdict = .different
            finding.reason = "should be gone: its last event says that the system should hold nothing"
            finding.differences = [
                MemberDifference(pointer: "", expected: nil, actual: DocumentComparison.excerpt(actual))
            ]
        case (.document(let expected), let actual?):
            finding.differences = compiled.comparison.differences(expected, actual)
            finding.verdict = finding.differences.isEmpty ? .equal : .different
        }
    }
}

extension Finding {
    static let doubled = "held twice: the system lists several records of the key that differ"

    /// Whether the listing had the key several times, which may be a page that moved.
    var isDoubled: Bool { reason == Finding.doubled }

    mutating func notComparable(_ reason: String) {
        verdict = .notComparable
        self.reason = reason
    }

    func parked(from offset: Int64) -> Finding {
        var finding = self
        finding.notComparable("parked: events from offset \(offset) of the partition on are dead letters")
        return finding
    }

    func moving() -> Finding {
        var finding = self
        finding.verdict = .inMotion
        finding.reason = "in motion: events of the key were under way"
        finding.differences = []
        return finding
    }
}
