/// Finds the place of a key by the key's hash: a table of eight bytes a cell, at most half of them taken.
struct KeyIndex {
    /// The hash above the place + 1; 0: free.
    private var cells: [UInt64] = []
    private var count = 0
    /// Keys come from outside: nobody should be able to choose them so that all fall into one cell.
    private let seed: UInt64

    init(seed: UInt64 = .random(in: 0 ... .max)) {
        self.seed = seed
    }

    var byteCount: Int { cells.count * MemoryLayout<UInt64>.stride }

    /// Eight bytes a step, multiplied to twice the width and folded.
    func hash(_ key: UnsafeRawBufferPointer) -> UInt32 {
        var hash = seed ^ UInt64(key.count)
        var start = 0
        while start + 8 <= key.count {
            hash = KeyIndex.folded(hash ^ key.loadUnaligned(fromByteOffset: start, as: UInt64.self))
            start += 8
        }
        var rest: UInt64 = 0
        while start < key.count {
            rest = rest << 8 | UInt64(key[start])
            start += 1
        }
        return UInt32(truncatingIfNeeded: KeyIndex.folded(KeyIndex.folded(hash ^ rest) ^ seed) >> 32)
    }

    private static func folded(_ value: UInt64) -> UInt64 {
        let product = value.multipliedFullWidth(by: 0x9e37_79b9_7f4a_7c15)
        return product.high ^ product.low
    }

    /// The place that was set for a key.
    /// - Parameter isWanted: whether the key at a place is the one.
    func find(_ hash: UInt32, isWanted: (Int) -> Bool) -> Int? {
        guard !cells.isEmpty else { return nil }
        var cell = Int(hash) & (cells.count - 1)
        while cells[cell] != 0 {
            if UInt32(cells[cell] >> 32) == hash, isWanted(KeyIndex.place(cells[cell])) {
                return KeyIndex.place(cells[cell])
            }
            cell = (cell + 1) & (cells.count - 1)
        }
        return nil
    }

    /// Sets the place of a key, which was found at `old`, or not at all.
    mutating func set(_ hash: UInt32, _ old: Int?, to place: Int) {
        if cells.count < 2 * (count + 1) { grow() }
        var cell = Int(hash) & (cells.count - 1)
        while cells[cell] != 0, old != KeyIndex.place(cells[cell]) { cell = (cell + 1) & (cells.count - 1) }
        if cells[cell] == 0 { count += 1 }
        cells[cell] = UInt64(hash) << 32 | UInt64(place + 1)
    }

    private mutating func grow() {
        let old = cells
        cells = Array(repeating: 0, count: max(1_024, 2 * old.count))
        for entry in old where entry != 0 {
            var cell = Int(entry >> 32) & (cells.count - 1)
            while cells[cell] != 0 { cell = (cell + 1) & (cells.count - 1) }
            cells[cell] = entry
        }
    }

    mutating func removeAll() {
        count = 0
        guard !cells.isEmpty else { return }
        cells.withUnsafeMutableBufferPointer { $0.update(repeating: 0) }
    }

    private static func place(_ cell: UInt64) -> Int { Int(UInt32(truncatingIfNeeded: cell)) - 1 }
}
