/// What the cache and the file keep bytes for.
struct StateKey: Hashable {
    enum Kind: UInt8 {
        /// The remembered members of an effect, by the effect's 16 bytes.
        case remembered
        /// The state of an order key.
        case keyState
        /// That an event failed, by the 16 bytes of its name.
        case failure
    }

    let kind: Kind
    let bytes: [UInt8]

    static func keyState(_ key: [UInt8]) -> StateKey { StateKey(kind: .keyState, bytes: key) }

    static func remembered(_ effect: EffectID) -> StateKey { named(effect, .remembered) }
    static func failure(_ event: EffectID) -> StateKey { named(event, .failure) }

    private static func named(_ id: EffectID, _ kind: Kind) -> StateKey {
        let words = (id.high.bigEndian, id.low.bigEndian)
        return StateKey(kind: kind, bytes: withUnsafeBytes(of: words) { Array($0) })
    }

    /// Evenly distributed; the same within a process only, as is the file.
    var hash: UInt64 {
        var hasher = Hasher()
        hasher.combine(self)
        return UInt64(bitPattern: Int64(hasher.finalize()))
    }
}

/// Recently used states in memory. What leaves it is chosen by a clock: a hand goes round, and takes whatever was not
/// used since it came by.
struct StateCache {
    struct Entry {
        let key: StateKey
        var value: [UInt8]
        /// Since the hand came by.
        var isUsed = true
        /// The file does not have it, or has an older one.
        var isChanged: Bool
    }

    private var entries: [Entry] = []
    private var positions: [StateKey: Int] = [:]
    private var hand = 0
    /// About what the entries take, with their shares of the arrays.
    private(set) var byteCount = 0

    var count: Int { entries.count }

    /// What an entry takes beside its bytes, about: two array headers, the entry, and its share of the dictionary.
    private static let entryByteCount = 176

    private static func byteCount(_ key: StateKey, _ value: [UInt8]) -> Int {
        entryByteCount + key.bytes.count + value.count
    }

    mutating func value(of key: StateKey) -> [UInt8]? {
        guard let position = positions[key] else { return nil }
        entries[position].isUsed = true
        return entries[position].value
    }

    mutating func set(_ value: [UInt8], for key: StateKey, isChanged: Bool) {
        if let position = positions[key] {
            byteCount += value.count - entries[position].value.count
            entries[position].value = value
            entries[position].isUsed = true
            entries[position].isChanged = isChanged || entries[position].isChanged
            return
        }
        positions[key] = entries.count
        entries.append(Entry(key: key, value: value, isChanged: isChanged))
        byteCount += Self.byteCount(key, value)
    }

    mutating func remove(_ key: StateKey) {
        guard let position = positions[key] else { return }
        _ = takeEntry(at: position)
    }

    /// Takes up to so many entries out that were not used lately.
    mutating func take(_ limit: Int) -> [Entry] {
        var taken: [Entry] = []
        while taken.count < limit, !entries.isEmpty {
            if hand >= entries.count { hand = 0 }
            if entries[hand].isUsed {
                entries[hand].isUsed = false
                hand += 1
            } else {
                taken.append(takeEntry(at: hand))
            }
        }
        return taken
    }

    private mutating func takeEntry(at position: Int) -> Entry {
        entries.swapAt(position, entries.count - 1)
        let entry = entries.removeLast()
        positions[entry.key] = nil
        if position < entries.count { positions[entries[position].key] = position }
        byteCount -= Self.byteCount(entry.key, entry.value)
        return entry
    }
}
