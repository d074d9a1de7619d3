import JSON

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A name that is compared in a few instructions: its length, its first and its last eight bytes, which overlap in
/// short names. Up to 16 bytes these say all there is.
struct NameKey: BitwiseCopyable {
    let head: UInt64
    let tail: UInt64
    let count: Int
    let bytes: UnsafeRawPointer?

    @inline(__always)
    init(_ name: Value) {
        let buffer = name.bytes
        count = buffer.count
        bytes = buffer.baseAddress
        guard let bytes, count > 0 else {
            head = 0
            tail = 0
            return
        }
        if count >= 8 {
            head = bytes.loadUnaligned(as: UInt64.self)
            tail = bytes.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self)
        } else if count >= 4 {
            head = UInt64(bytes.loadUnaligned(as: UInt32.self))
            tail = UInt64(bytes.loadUnaligned(fromByteOffset: count - 4, as: UInt32.self))
        } else {
            let first = UInt64(bytes.load(as: UInt8.self))
            let middle = UInt64(bytes.load(fromByteOffset: count / 2, as: UInt8.self))
            let last = UInt64(bytes.load(fromByteOffset: count - 1, as: UInt8.self))
            head = first | middle << 8 | last << 16
            tail = 0
        }
    }

    @inline(__always)
    func equals(_ other: NameKey) -> Bool {
        guard head == other.head, tail == other.tail, count == other.count else { return false }
        guard count > 16, let bytes, let otherBytes = other.bytes else { return true }
        return memcmp(bytes, otherBytes, count) == 0
    }

    @inline(__always)
    func slot(multiplier: UInt64, shift: UInt8) -> Int {
        let mixed = (head ^ (tail << 7 | tail >> 57) ^ UInt64(truncatingIfNeeded: count)) &* multiplier
        return Int(truncatingIfNeeded: mixed >> UInt64(shift))
    }
}

/// One name of a ``NameTable``.
struct NameEntry: BitwiseCopyable {
    let key: NameKey
    /// The name as it stands in the schema.
    let name: Value
    /// The schema in `properties`; ``NodeIndex/none`` if the name only stands in `required`.
    var node: NodeIndex = .none
    var isRequired = false
}

/// A set of names of a schema, found by hashing. The names are the schema's author's, so that nobody else can choose
/// them to collide; where it is possible the hash is chosen so that they do not collide at all.
struct NameTable: BitwiseCopyable {
    /// In the program's table of names.
    var entries = Span()
    /// In the program's table of slots; a power of two. A slot holds the number of an entry, counted from 1.
    var slots = Span()
    private var multiplier: UInt64 = 0
    private var shift: UInt8 = 0

    @inline(__always) var isEmpty: Bool { entries.isEmpty }

    init() {}

    /// Makes a table of entries that stand in the program's table of names already, and appends its slots.
    init(_ names: [NameEntry], entries: Span, slotTable: inout [UInt32]) {
        self.entries = entries
        guard !names.isEmpty else { return }
        var best: (slots: [UInt32], multiplier: UInt64, shift: UInt8, collisions: Int)?
        let smallest = max(1, Int.bitWidth - (names.count - 1).leadingZeroBitCount)
        for bits in (smallest + 1)...(smallest + 3) {
            var candidate: UInt64 = 0x9E37_79B9_7F4A_7C15
            // Many names cannot be had without collisions, and need not.
            for _ in 0..<(names.count <= 64 ? 64 : 1) {
                let shift = UInt8(64 - bits)
                let (slots, collisions) = Self.fill(names, bits: bits, multiplier: candidate, shift: shift)
                if best.map({ collisions < $0.collisions }) ?? true { best = (slots, candidate, shift, collisions) }
                if collisions == 0 { break }
                candidate = (candidate &* 0xD134_2543_DE82_EF95 &+ 0x2545_F491_4F6C_DD1D) | 1
            }
            if best?.collisions == 0 { break }
        }
        guard let best else { return }
        slots = Span(start: Int32(slotTable.count), count: Int32(best.slots.count))
        slotTable += best.slots
        multiplier = best.multiplier
        shift = best.shift
    }

    private static func fill(
        _ names: [NameEntry], bits: Int, multiplier: UInt64, shift: UInt8
    ) -> (slots: [UInt32], collisions: Int) {
        var slots = [UInt32](repeating: 0, count: 1 << bits)
        var collisions = 0
        for (index, entry) in names.enumerated() {
            var slot = entry.key.slot(multiplier: multiplier, shift: shift)
            while slots[slot] != 0 {
                collisions += 1
                slot = (slot + 1) & (slots.count - 1)
            }
            slots[slot] = UInt32(index + 1)
        }
        return (slots, collisions)
    }

    /// The position of a name in the program's table of names; `nil` if it is not in this table.
    @inline(__always)
    func find(_ name: Value, names: UnsafePointer<NameEntry>, slots table: UnsafePointer<UInt32>) -> Int? {
        let key = NameKey(name)
        let slots = table + Int(self.slots.start)
        var slot = key.slot(multiplier: multiplier, shift: shift)
        while true {
            let number = Int(slots[slot])
            guard number != 0 else { return nil }
            let position = Int(entries.start) + number - 1
            if names[position].key.equals(key) { return position }
            slot = (slot + 1) & (Int(self.slots.count) - 1)
        }
    }
}
