/// What is known of one source partition: effects in a table, states in a cache, and both in a file when memory is full.
final class PartitionReceipts {
    /// Entries that leave memory at once. Few, so that no turn of the worker waits long; many, because a transaction
    /// has its price.
    static let effectBatch = 1024
    static let stateBatch = 256

    /// Bytes that the partition may take, which change with the number of partitions.
    var share: Int
    /// Why nothing can be answered any more.
    @exclusivity(unchecked) private(set) var failure: SQLiteError?
    @exclusivity(unchecked) private(set) var parkedKeys: Set<[UInt8]> = []
    /// The events that failed, with the time; what is known of each is a state.
    private(set) var failures: [EffectID: Int64] = [:]
    /// No failure is older.
    private var oldestFailure = Int64.max

    private let path: String?
    private let pageCacheByteCount: Int
    // Not watched for overlapping access: each use is one expression that calls nothing else of this class.
    @exclusivity(unchecked) private var table = EffectTable()
    @exclusivity(unchecked) private var cache = StateCache()
    @exclusivity(unchecked) private var file: SpillFile?
    private var expiry = ExpiryHand.table(slot: 0)

    /// Where the search for expired effects goes on.
    private enum ExpiryHand {
        case table(slot: Int)
        case file(after: PlacedEffect?)
    }

    /// - Parameter path: of the file, which is made when it is needed; `nil`: everything stays in memory.
    init(share: Int, path: String?, pageCacheByteCount: Int) {
        self.share = share
        self.path = path
        self.pageCacheByteCount = pageCacheByteCount
        if let path { SpillFile.remove(path) }
    }

    var count: Int { table.count + (file?.effectCount ?? 0) }
    var spilledCount: Int { file?.effectCount ?? 0 }
    var byteCount: Int { table.byteCount + cache.byteCount + (file?.byteCount ?? 0) }

    /// Gives everything up after an error of the file.
    func fail(_ error: SQLiteError) {
        failure = error
        table = EffectTable()
        cache = StateCache()
        parkedKeys = []
        failures = [:]
        file = nil
    }
}

// MARK: - Effects

extension PartitionReceipts {
    func find(_ effect: EffectID) throws(SQLiteError) -> PlacedEffect? {
        let placed = PlacedEffect(effect)
        if let found = table.find(placed) { return found }
        return try file?.find(placed)
    }

    func remembered(_ effect: EffectID) throws(SQLiteError) -> [UInt8]? { try value(of: .remembered(effect)) }

    func note(_ effect: EffectID, time: Int64, remembered: [UInt8]?) throws(SQLiteError) {
        let placed = PlacedEffect(effect, time: time, remembers: remembered != nil)
        if let old = table.find(placed) {
            if old.remembers, remembered == nil { try remove(.remembered(effect)) }
        } else {
            // An effect is in one place, or its older time would count for its retention.
            if try file?.find(placed) != nil { try forget(effect) }
            try makeRoom()
        }
        table.set(placed)
        if let remembered { try set(remembered, for: .remembered(effect)) }
        try relieve()
    }

    /// Takes in effects that remember nothing.
    ///
    /// All are looked up before the first is put in: their places lie anywhere in memory, and the processor asks for many
    /// of them at once where nothing else is between.
    func note(_ effects: [NotedEffect]) throws(SQLiteError) {
        let isNew = file == nil && effects.allSatisfy { !table.has(PlacedEffect($0.effect)) }
        for effect in effects {
            guard isNew, file == nil else {
                try note(effect.effect, time: effect.time, remembered: nil)
                continue
            }
            try makeRoom()
            table.set(PlacedEffect(effect.effect, time: effect.time))
        }
        try relieve()
    }

    func forget(_ effect: EffectID) throws(SQLiteError) {
        guard let found = try find(effect) else { return }
        if found.remembers { try remove(.remembered(effect)) }
        if !table.remove(found) { try file?.remove(found) }
    }

    /// Up to so many effects older than `time`. Looks at a bounded number of effects and goes on there the next time.
    func expired(before time: Int64, max limit: Int) throws(SQLiteError) -> [EffectID] {
        var found: [EffectID] = []
        let limit = Swift.max(limit, 1)
        switch expiry {
        case .table(let slot):
            table.effects(from: slot, slots: limit) { if $0.time < time { found.append($0.effect) } }
            let next = slot + limit
            expiry = next < table.capacity ? .table(slot: next) : .file(after: nil)
        case .file(let last):
            guard let rows = try file?.effects(after: last, limit: limit), let end = rows.last else {
                expiry = .table(slot: 0)
                return []
            }
            for row in rows where row.time < time { found.append(row.effect) }
            expiry = .file(after: end)
        }
        return found
    }
}

// MARK: - States

extension PartitionReceipts {
    func value(of key: StateKey) throws(SQLiteError) -> [UInt8]? {
        if let value = cache.value(of: key) { return value }
        guard let value = try file?.find(key) else { return nil }
        cache.set(value, for: key, isChanged: false)
        try relieve()
        return value
    }

    /// - Parameter value: the value of the key state's record; `nil`: nothing is known any more.
    func setKeyState(_ value: [UInt8]?, of key: [UInt8], isParked: Bool) throws(SQLiteError) {
        if isParked { parkedKeys.insert(key) } else { parkedKeys.remove(key) }
        if let value {
            try set(value, for: .keyState(key))
            try relieve()
        } else {
            try remove(.keyState(key))
        }
    }

    func setFailure(_ value: [UInt8], of event: EffectID, time: Int64) throws(SQLiteError) {
        failures[event] = time
        oldestFailure = min(oldestFailure, time)
        try set(value, for: .failure(event))
        try relieve()
    }

    func forgetFailure(of event: EffectID) throws(SQLiteError) {
        if failures.removeValue(forKey: event) != nil { try remove(.failure(event)) }
    }

    /// Up to so many events whose failures are older than `time`.
    func expiredFailures(before time: Int64, max limit: Int) -> [EffectID] {
        guard oldestFailure < time else { return [] }
        let old = failures.lazy.filter { $0.value < time }.prefix(limit).map(\.key)
        let found = Array(old)
        if found.isEmpty { oldestFailure = failures.values.min() ?? .max }
        return found
    }

    private func set(_ value: [UInt8], for key: StateKey) throws(SQLiteError) {
        cache.set(value, for: key, isChanged: true)
    }

    private func remove(_ key: StateKey) throws(SQLiteError) {
        cache.remove(key)
        try file?.remove(key)
    }
}

// MARK: - Memory

extension PartitionReceipts {
    /// What the file's filters leave of the share: they take half of it at most. Those that grew while there were fewer
    /// partitions may take more than all of it.
    private var room: Int { max(0, share - (file?.filterByteCount ?? 0)) }

    // Effects and states have half of the room each for certain, and of the other half what is not used.
    private var effectAllowance: Int { room - min(cache.byteCount, room / 2) }
    private var stateAllowance: Int { room - min(table.byteCount, room / 2) }

    /// Makes room for one more effect: with a larger table, or by sending effects to the file.
    private func makeRoom() throws(SQLiteError) {
        guard table.isFull else { return }
        if path != nil, table.largerCapacity * EffectTable.slotByteCount > effectAllowance {
            try spillEffects()
        } else {
            table.resize(to: table.largerCapacity)
        }
    }

    /// Sends a batch to the file when there is too much, which is so when the other side grew or the share shrank.
    private func relieve() throws(SQLiteError) {
        guard path != nil else { return }
        if cache.byteCount > stateAllowance { try spillFile().add(cache.take(Self.stateBatch)) }
        if table.byteCount > effectAllowance, table.capacity > EffectTable.smallestCapacity {
            try spillEffects()
            if table.count <= table.capacity / 4 { table.resize(to: table.capacity / 2) }
        }
    }

    private func spillEffects() throws(SQLiteError) {
        try spillFile().add(table.take(Self.effectBatch))
    }

    private func spillFile() throws(SQLiteError) -> SpillFile {
        let file = if let file { file } else { try SpillFile(path: path ?? "", pageCacheByteCount: pageCacheByteCount) }
        file.filterLimit = share / 2
        self.file = file
        return file
    }
}
