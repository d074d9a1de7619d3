import JSON
import Kafka
import Receipts
import Reconciliation

/// Folding topics to what is last of each key.
extension Reconciler {
    /// Notes how far the flow's topic reaches now: what comes later is news.
    func beginEvents() throws {
        guard manifest.events == nil else { return }
        var fold = ReconcileManifest.Fold()
        fold.parts = try TopicScan.whole(definition.topic, try admin())
        manifest.events = fold
    }

    /// Folds the flow's topic, as far as it reached at the beginning.
    /// - Returns: false when it was stopped.
    func foldEvents() throws -> Bool {
        var fold = manifest.events ?? ReconcileManifest.Fold()
        guard !fold.isDone else { return true }
        let table = table("events", runs: fold.runs)
        let isWhole = try foldEvents(into: table, &fold, .topic) {
            self.manifest.events = $0
            try self.save()
        }
        middleKey = table.middleKey
        heldEvents = table.memory.map { Held(run: $0, kept: manifest.events) }
        manifest.events = fold
        return isWhole
    }

    /// Folds parts of the flow's topic into a table.
    func foldEvents(
        into table: SpilledTable, _ fold: inout ReconcileManifest.Fold, _ stage: Progress.Stage,
        save: (ReconcileManifest.Fold) throws -> Void
    ) throws -> Bool {
        let replaces = compiled.expectations.isNeverSilent && !compiled.expectations.hasVersion
        return try self.fold(
            definition.topic, into: table, &fold, stage, keeping: choose, save: save
        ) { record, partition in
            var isTaken = false
            // An event behind which one of the same partition says something is not looked at any more.
            let isLast = replaces && record.value != nil
            compiled.withKey(of: record) { key in
                guard let key else { return }
                let headers = record.headers
                let place = table.append(
                    key: key, ordinal: RecordSpilling.ordinal(partition: partition, offset: record.offset),
                    replacingFrom: isLast ? RecordSpilling.ordinal(partition: partition, offset: 0) : nil,
                    payloadCount: RecordSpilling.byteCount(of: record, headers))
                RecordSpilling.write(record, headers, partition: partition, to: place)
                isTaken = true
            }
            return isTaken
        }
    }

    /// Notes how far the topic of receipts reaches before the system is read: a key that is let go later counts as parked
    /// still, for the system may have been read before its events were redriven.
    func beginStates() throws {
        guard manifest.states == nil, let topic = definition.receipts?.topic else { return }
        var fold = ReconcileManifest.Fold()
        fold.parts = try stateParts(topic)
        manifest.states = fold
    }

    /// Folds what is remembered of keys, and which are parked, as it was before the system is read.
    /// - Returns: false when it was stopped.
    func foldStates() throws -> Bool {
        guard let topic = definition.receipts?.topic else { return true }
        var fold = manifest.states ?? ReconcileManifest.Fold()
        guard !fold.isDone else { return true }
        let table = table("states", runs: fold.runs)
        let isWhole = try foldStates(topic, into: table, &fold, .states) {
            self.manifest.states = $0
            try self.save()
        }
        heldStates = table.memory.map { Held(run: $0, kept: manifest.states) }
        manifest.states = fold
        return isWhole
    }

    /// A topic of receipts that is missing is an empty one: no worker has run yet.
    private func stateParts(_ topic: String) throws -> [Int32: TopicScan.Part] {
        let admin = try admin()
        guard try admin.topicExists(topic, within: .seconds(30)) else { return [:] }
        return try TopicScan.whole(topic, admin)
    }

    /// Folds the records of key states; those of effects are passed over.
    func foldStates(
        _ topic: String, into table: SpilledTable, _ fold: inout ReconcileManifest.Fold, _ stage: Progress.Stage,
        save: (ReconcileManifest.Fold) throws -> Void
    ) throws -> Bool {
        try self.fold(
            topic, into: table, &fold, stage, keeping: { $0.count - 1..<$0.count }, save: save
        ) { record, partition in
            guard let key = record.key, let orderKey = StateRecord.orderKey(of: key) else { return false }
            let state = record.value ?? UnsafeRawBufferPointer(start: nil, count: 0)
            table.append(
                key: orderKey, ordinal: RecordSpilling.ordinal(partition: partition, offset: record.offset),
                replacingFrom: RecordSpilling.ordinal(partition: partition, offset: 0), payloadCount: state.count
            ).copyMemory(from: state)
            return true
        }
    }

    /// Reads parts of a topic into a table, and saves how far it is with each run. What is read at last stays in memory.
    private func fold(
        _ topic: String, into table: SpilledTable, _ fold: inout ReconcileManifest.Fold, _ stage: Progress.Stage,
        keeping choice: @escaping SpilledTable.Choice, save: (ReconcileManifest.Fold) throws -> Void,
        take: (borrowing RecordView, Int32) -> Bool
    ) throws -> Bool {
        guard fold.parts.contains(where: { !$0.value.isDone }) else {
            fold.isDone = true
            return true
        }
        let total = fold.parts.values.reduce(0) { $0 + max(0, Int($1.end - $1.position)) }
        var (taken, passed) = (0, 0)
        let (takenBefore, passedBefore) = (fold.records, fold.withoutKey)
        let scan = try TopicScan(topic, fold.parts, client: client, logger: logger)
        defer { scan.close() }
        func note(_ fold: inout ReconcileManifest.Fold) {
            fold.parts = scan.parts
            fold.runs = table.runs
            fold.records = takenBefore + taken
            fold.withoutKey = passedBefore + passed
        }
        func spill(_ fold: inout ReconcileManifest.Fold) throws {
            try table.spill(keeping: choice)
            note(&fold)
            try save(fold)
        }
        let isWhole = try scan.run { record, partition in
            if take(record, partition) { taken += 1 } else { passed += 1 }
        } afterBatch: {
            if table.isFull { try spill(&fold) }
            onProgress(Progress(stage: stage, done: taken + passed, total: total))
            return !isStopped()
        }
        guard isWhole else {
            try spill(&fold)
            return false
        }
        try table.hold(keeping: choice)
        note(&fold)
        fold.isDone = true
        return true
    }

    // MARK: - Which event counts

    /// Of the events of a key in one run: the last one that says anything. One alone is not looked at yet.
    private func choose(_ events: SpilledGroup) -> Range<Int> {
        let last = events.count - 1
        guard last > 0 else { return 0..<1 }
        // One key in two partitions: which is newer is told by their times, when all of them are there.
        let partition = RecordSpilling.place(of: events[0].payload).partition
        guard RecordSpilling.place(of: events[last].payload).partition == partition else { return 0..<events.count }
        if compiled.expectations.hasVersion { return newest(events) }
        if compiled.expectations.isNeverSilent, RecordSpilling.hasValue(events[last].payload) { return last..<last + 1 }
        for index in stride(from: last, through: 0, by: -1) {
            RecordSpilling.read(events[index].payload, into: record)
            if case .silent = compiled.expectations.expectation(of: record, isJudged: true) { continue }
            return index..<index + 1
        }
        return 0..<0
    }

    /// The event that no later one of the key makes stale (D13).
    private func newest(_ events: SpilledGroup) -> Range<Int> {
        var best: (index: Int, version: EventVersion?)?
        for index in 0..<events.count {
            RecordSpilling.read(events[index].payload, into: record)
            if case .silent = compiled.expectations.expectation(of: record, isJudged: true) { continue }
            let version = compiled.expectations.version(of: record)
            if let known = best?.version, let version, version.isOlder(than: known) { continue }
            best = (index, version)
        }
        return best.map { $0.index..<$0.index + 1 } ?? 0..<0
    }
}

extension StateRecord {
    /// The order key whose state a record of the topic of receipts tells; `nil` for all other records.
    static func orderKey(of recordKey: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        let prefix = UnsafeRawBufferPointer("key:")
        guard recordKey.starts(with: prefix) else { return nil }
        return UnsafeRawBufferPointer(rebasing: recordKey[prefix.count...])
    }
}
