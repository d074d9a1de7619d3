/// Goes through several tables at once, key by key: at each key it is known which of them have it.
public struct KeyJoin {
    private let cursors: [KeyCursor]
    /// Which of the tables have the current key, a bit each.
    public private(set) var present: UInt64 = 0
    private var isStarted = false

    /// - Parameter cursors: at their beginnings; at most 64.
    public init(_ cursors: [KeyCursor]) {
        self.cursors = cursors
    }

    /// Goes to the next key of any table.
    /// - Returns: false when there is none.
    public mutating func advance() throws(SpillError) -> Bool {
        for index in cursors.indices where !isStarted || has(index) { try cursors[index].advance() }
        isStarted = true
        var smallest: KeyCursor?
        present = 0
        for (index, cursor) in cursors.enumerated() where cursor.hasKey {
            let order = smallest.map { cursor.compare(to: $0) } ?? -1
            if order < 0 {
                smallest = cursor
                present = 0
            }
            if order <= 0 { present |= 1 << UInt64(index) }
        }
        return smallest != nil
    }

    /// Whether the current key is this one or comes behind it.
    public func isAt(orBehind key: [UInt8]) -> Bool {
        guard present != 0 else { return false }
        let cursor = cursors[present.trailingZeroBitCount]
        return key.withUnsafeBytes { RunBuffer.compare(cursor.keyBytes, $0) >= 0 }
    }

    /// Whether a table has the current key.
    public func has(_ index: Int) -> Bool { present & (1 << UInt64(index)) != 0 }

    /// The table's cursor, which stands at the current key if it has it.
    public subscript(index: Int) -> KeyCursor? { has(index) ? cursors[index] : nil }
}
