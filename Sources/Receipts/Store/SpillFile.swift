#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What of a partition has no room in memory, in a SQLite file, with filters before it.
final class SpillFile {
    private let database: SQLiteDatabase
    private let path: String
    private let pageCacheByteCount: Int
    private let findEffect, putEffect, deleteEffect, scanEffects: SQLiteStatement
    private let findState, putState, deleteState: SQLiteStatement
    private var effects = SpilledFilter()
    private var states = SpilledFilter()
    /// Effects in the file.
    private(set) var effectCount = 0
    /// What the two filters may take together, in bytes. What they have already they keep.
    var filterLimit = 0

    init(path: String, pageCacheByteCount: Int) throws(SQLiteError) {
        self.path = path
        self.pageCacheByteCount = pageCacheByteCount
        Self.remove(path)
        database = try SQLiteDatabase(path: path, pageCacheByteCount: pageCacheByteCount)
        // Rows lie in the order of their keys, so that effects that left the table together lie together.
        try database.execute(
            """
            CREATE TABLE effects (place INTEGER, low INTEGER, word INTEGER NOT NULL, PRIMARY KEY (place, low)) \
            WITHOUT ROWID;
            CREATE TABLE states (kind INTEGER, key BLOB, value BLOB NOT NULL, PRIMARY KEY (kind, key)) WITHOUT ROWID
            """)
        findEffect = try database.prepare("SELECT word FROM effects WHERE place = ? AND low = ?")
        putEffect = try database.prepare("INSERT OR REPLACE INTO effects VALUES (?, ?, ?)")
        deleteEffect = try database.prepare("DELETE FROM effects WHERE place = ? AND low = ?")
        scanEffects = try database.prepare(
            "SELECT place, low, word FROM effects WHERE (place, low) > (?, ?) ORDER BY place, low LIMIT ?")
        findState = try database.prepare("SELECT value FROM states WHERE kind = ? AND key = ?")
        putState = try database.prepare("INSERT OR REPLACE INTO states VALUES (?, ?, ?)")
        deleteState = try database.prepare("DELETE FROM states WHERE kind = ? AND key = ?")
    }

    deinit { Self.remove(path) }

    /// Removes a file that was left behind. It may not be there.
    static func remove(_ path: String) {
        unlink(path)
        unlink(path + "-journal")
    }

    /// What it takes in memory: filters and SQLite's pages.
    var byteCount: Int { filterByteCount + pageCacheByteCount }
    var filterByteCount: Int { effects.byteCount + states.byteCount }
}

// MARK: - Effects

extension SpillFile {
    func find(_ effect: PlacedEffect) throws(SQLiteError) -> PlacedEffect? {
        guard effects.mayContain(effect.place) else { return nil }
        defer { findEffect.reset() }
        try bind(effect, to: findEffect)
        guard try findEffect.step() else { return nil }
        return PlacedEffect(
            place: effect.place, low: effect.low, word: UInt64(bitPattern: findEffect.integer(0)))
    }

    /// Puts in effects that are not there yet.
    func add(_ batch: [PlacedEffect]) throws(SQLiteError) {
        try transaction { () throws(SQLiteError) in
            for effect in batch {
                try bind(effect, to: putEffect)
                try putEffect.bind(Int64(bitPattern: effect.word), at: 3)
                defer { putEffect.reset() }
                _ = try putEffect.step()
                effects.insert(effect.place, limit: filterLimit - states.byteCount)
                effectCount += 1
            }
        }
    }

    func remove(_ effect: PlacedEffect) throws(SQLiteError) {
        guard effects.mayContain(effect.place) else { return }
        defer { deleteEffect.reset() }
        try bind(effect, to: deleteEffect)
        _ = try deleteEffect.step()
        effectCount -= database.changeCount
        if effectCount == 0 { effects.removeAll() }
    }

    /// The next effects in the order of the file; from the beginning if `last` is `nil`.
    func effects(after last: PlacedEffect?, limit: Int) throws(SQLiteError) -> [PlacedEffect] {
        defer { scanEffects.reset() }
        if let last {
            try bind(last, to: scanEffects)
        } else {
            // Every row is above, but for one of 2^128 identifiers, whose receipt would stay for good.
            try scanEffects.bind(.min, at: 1)
            try scanEffects.bind(.min, at: 2)
        }
        try scanEffects.bind(Int64(limit), at: 3)
        var found: [PlacedEffect] = []
        while try scanEffects.step() {
            found.append(
                PlacedEffect(
                    place: Self.unsigned(scanEffects.integer(0)), low: UInt64(bitPattern: scanEffects.integer(1)),
                    word: UInt64(bitPattern: scanEffects.integer(2))))
        }
        return found
    }

    private func bind(_ effect: PlacedEffect, to statement: SQLiteStatement) throws(SQLiteError) {
        try statement.bind(Self.signed(effect.place), at: 1)
        try statement.bind(Int64(bitPattern: effect.low), at: 2)
    }

    /// SQLite's integers are signed. The order stays that of the table.
    private static func signed(_ place: UInt64) -> Int64 { Int64(bitPattern: place ^ 1 << 63) }
    private static func unsigned(_ place: Int64) -> UInt64 { UInt64(bitPattern: place) ^ 1 << 63 }
}

// MARK: - States

extension SpillFile {
    func find(_ key: StateKey) throws(SQLiteError) -> [UInt8]? {
        guard states.mayContain(key.hash) else { return nil }
        return try key.bytes.withUnsafeBytesTyped { (bytes) throws(SQLiteError) in
            defer { findState.reset() }
            try findState.bind(Int64(key.kind.rawValue), at: 1)
            try findState.bind(bytes, at: 2)
            return try findState.step() ? findState.bytes(0) : nil
        }
    }

    func add(_ batch: [StateCache.Entry]) throws(SQLiteError) {
        try transaction { () throws(SQLiteError) in
            for entry in batch where entry.isChanged { try put(entry) }
        }
    }

    private func put(_ entry: StateCache.Entry) throws(SQLiteError) {
        try entry.key.bytes.withUnsafeBytesTyped { (key) throws(SQLiteError) in
            try entry.value.withUnsafeBytesTyped { (value) throws(SQLiteError) in
                defer { putState.reset() }
                try putState.bind(Int64(entry.key.kind.rawValue), at: 1)
                try putState.bind(key, at: 2)
                try putState.bind(value, at: 3)
                _ = try putState.step()
            }
        }
        states.insert(entry.key.hash, limit: filterLimit - effects.byteCount)
    }

    func remove(_ key: StateKey) throws(SQLiteError) {
        guard states.mayContain(key.hash) else { return }
        try key.bytes.withUnsafeBytesTyped { (bytes) throws(SQLiteError) in
            defer { deleteState.reset() }
            try deleteState.bind(Int64(key.kind.rawValue), at: 1)
            try deleteState.bind(bytes, at: 2)
            _ = try deleteState.step()
        }
    }
}

// MARK: - Calls

extension SpillFile {
    private func transaction(_ body: () throws(SQLiteError) -> Void) throws(SQLiteError) {
        try database.execute("BEGIN")
        try body()
        try database.execute("COMMIT")
    }
}
