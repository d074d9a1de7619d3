import JSON

/// Remembers the free room behind the strings that were grown last, so that growing one step by step
/// (`reduce … (. + $x)`) takes time and memory in proportion to its size.
///
/// Only the value that ends where the record says its end is may grow in place: nobody else has the room behind it.
/// Older, shorter versions end before, and are copied when they grow.
struct GrowthRecord {
    private struct Entry {
        var end: UnsafeMutableRawPointer?
        var limit: UnsafeMutableRawPointer?
    }

    private var entries: (Entry, Entry, Entry, Entry) = (Entry(), Entry(), Entry(), Entry())
    private var oldest = 0

    mutating func forget() {
        entries = (Entry(), Entry(), Entry(), Entry())
    }

    /// Takes `byteCount` bytes behind `end`, if they are free.
    mutating func take(_ byteCount: Int, behind end: UnsafeRawPointer) -> UnsafeMutableRawPointer? {
        func fits(_ entry: Entry) -> Bool {
            guard let entryEnd = entry.end, let limit = entry.limit else { return false }
            return UnsafeRawPointer(entryEnd) == end && limit - entryEnd >= byteCount
        }
        func grow(_ entry: inout Entry) -> UnsafeMutableRawPointer? {
            let room = entry.end
            entry.end = room.map { $0 + byteCount }
            return room
        }
        if fits(entries.0) { return grow(&entries.0) }
        if fits(entries.1) { return grow(&entries.1) }
        if fits(entries.2) { return grow(&entries.2) }
        if fits(entries.3) { return grow(&entries.3) }
        return nil
    }

    mutating func note(end: UnsafeMutableRawPointer, limit: UnsafeMutableRawPointer) {
        let entry = Entry(end: end, limit: limit)
        switch oldest {
        case 0: entries.0 = entry
        case 1: entries.1 = entry
        case 2: entries.2 = entry
        default: entries.3 = entry
        }
        oldest = (oldest + 1) & 3
    }
}
