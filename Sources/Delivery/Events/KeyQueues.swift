/// The events of each key in order (D2): only the first of a key may run, the others wait behind it.
///
/// A hash table with linear probing over the keys that have events now, each with a list through the events' slots.
/// Keys are 64-bit hashes; two keys of one hash are ordered as if they were one, which costs time and breaks nothing.
/// Nothing is allocated per event once table and links have grown to the working size.
struct KeyQueues: Sendable {
    private struct Entry {
        var key: UInt64 = 0
        var list = SlotList()
    }

    private var table: [Entry]
    private var links: SlotLinks
    /// Keys that have events.
    private(set) var count = 0

    init(slots: Int = 0) {
        var size = 16
        while size < 2 * slots { size *= 2 }
        table = Array(repeating: Entry(), count: size)
        links = SlotLinks(slots: slots)
    }

    /// Makes room for one more slot at the end.
    mutating func addSlot() {
        links.addSlot()
    }

    /// Adds the event behind the others of its key. True when it is the first and may run.
    mutating func append(_ slot: Slot, key: UInt64) -> Bool {
        let position = find(key)
        if table[position].list.isEmpty {
            table[position].key = key
            links.append(slot, to: &table[position].list)
            count += 1
            if 2 * count > table.count { grow() }
            return true
        }
        links.append(slot, to: &table[position].list)
        return false
    }

    /// Takes the event out. Returns the event that is now first of the key if the removed one was, else `.none`.
    mutating func remove(_ slot: Slot, key: UInt64) -> Slot {
        let position = find(key)
        let wasFirst = table[position].list.first == slot
        links.remove(slot, from: &table[position].list)
        if table[position].list.isEmpty {
            delete(position)
            return .none
        }
        return wasFirst ? table[position].list.first : .none
    }

    /// The event of its key behind it, or `.none`.
    func next(_ slot: Slot) -> Slot { links.next(slot) }

    /// The event of its key in front of it, or `.none`.
    func previous(_ slot: Slot) -> Slot { links.previous(slot) }

    /// Where the key stands, or the empty place where it belongs.
    private func find(_ key: UInt64) -> Int {
        let mask = table.count - 1
        var position = Int(truncatingIfNeeded: SplitMix64.mix(key)) & mask
        while !table[position].list.isEmpty, table[position].key != key {
            position = (position + 1) & mask
        }
        return position
    }

    /// Empties a place and moves later entries of the same probe run up, so that no tombstones pile up.
    private mutating func delete(_ start: Int) {
        let mask = table.count - 1
        var hole = start
        var position = (start + 1) & mask
        while !table[position].list.isEmpty {
            let home = Int(truncatingIfNeeded: SplitMix64.mix(table[position].key)) & mask
            // Moves only if its home does not lie between the hole and here (cyclically).
            if (position &- home) & mask >= (position &- hole) & mask {
                table[hole] = table[position]
                hole = position
            }
            position = (position + 1) & mask
        }
        table[hole] = Entry()
        count -= 1
    }

    private mutating func grow() {
        let old = table
        table = Array(repeating: Entry(), count: 2 * old.count)
        for entry in old where !entry.list.isEmpty {
            table[find(entry.key)] = entry
        }
    }
}
