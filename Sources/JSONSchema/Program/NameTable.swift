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
    let bytes: UnsafeRawPointer?
    let count: Int32

    /// The key of a string.
    @inline(__always)
    init(_ name: Value) {
        let length = name.count
        let start = name.contents
        count = Int32(truncatingIfNeeded: length)
        bytes = start
        guard length > 0, let start else {
            head = 0
            tail = 0
            return
        }
        if length >= 8 {
            head = start.loadUnaligned(as: UInt64.self)
            tail = start.loadUnaligned(fromByteOffset: length &- 8, as: UInt64.self)
        } else if length >= 4 {
            head = UInt64(start.loadUnaligned(as: UInt32.self))
            tail = UInt64(start.loadUnaligned(fromByteOffset: length &- 4, as: UInt32.self))
        } else {
            let first = UInt64(start.load(as: UInt8.self))
            let middle = UInt64(start.load(fromByteOffset: length / 2, as: UInt8.self))
            let last = UInt64(start.load(fromByteOffset: length &- 1, as: UInt8.self))
            head = first | middle << 8 | last << 16
            tail = 0
        }
    }

    /// No name: what stands in a free slot.
    private init() {
        head = 0
        tail = 0
        bytes = nil
        count = -1
    }

    static var none: NameKey { NameKey() }

    @inline(__always)
    func equals(_ other: UnsafePointer<NameKey>) -> Bool {
        guard head == other.pointee.head, tail == other.pointee.tail, count == other.pointee.count else { return false }
        guard count > 16, let bytes, let otherBytes = other.pointee.bytes else { return true }
        return memcmp(bytes, otherBytes, Int(count)) == 0
    }

    @inline(__always)
    func slot(multiplier: UInt64, shift: UInt8) -> Int {
        let mixed = (head ^ (tail &<< 7 | tail &>> 57) ^ UInt64(truncatingIfNeeded: count)) &* multiplier
        return Int(truncatingIfNeeded: mixed &>> UInt64(shift))
    }
}

/// One slot of a ``NameTable``: a name of a schema and what is asked of its member.
struct NameEntry: BitwiseCopyable {
    /// The first field, so that an entry's address is its key's.
    var key: NameKey
    /// The schema in `properties`; ``NodeIndex/none`` if the name only stands elsewhere.
    var node: NodeIndex = .none
    /// The schema that decides: ``node``, or what it does nothing but refer to.
    var target: NodeIndex = .none
    /// Where the name stands among those of the schema.
    var order: Int32 = 0
    /// ``Node/types`` of the target.
    var types: TypeSet = .all
    /// Whether the target asks nothing but its types.
    var isTypeOnly = false
    var isRequired = false

    /// The name, as a string.
    var name: Value { .string(UnsafeRawBufferPointer(start: key.bytes, count: Int(key.count))) }
}

/// A set of names of a schema, found by hashing. The names are the schema's author's, so that nobody else can choose
/// them to collide; where it is possible the hash is chosen so that they do not collide at all.
struct NameTable: BitwiseCopyable {
    /// The slots, in the program's table of names; their number is a power of two, and some are free.
    private(set) var slots = Span()
    private(set) var isEmpty = true
    private var shift: UInt8 = 0
    private var multiplier: UInt64 = 0

    init() {}

    /// Makes a table of names and appends its slots to the program's.
    init(_ names: [NameEntry], appendingTo table: inout [NameEntry]) {
        guard !names.isEmpty else { return }
        isEmpty = false
        var best: (slots: [Int], multiplier: UInt64, shift: UInt8, collisions: Int)?
        let smallest = max(1, Int.bitWidth - (names.count - 1).leadingZeroBitCount)
        for bits in (smallest + 1)...(smallest + 3) {
            var candidate: UInt64 = 0x9E37_79B9_7F4A_7C15
            // Many names cannot be had without collisions, and need not.
            for _ in 0..<(names.count <= 64 ? 64 : 1) {
                let shift = UInt8(64 - bits)
                let (slots, collisions) = Self.place(names, bits: bits, multiplier: candidate, shift: shift)
                if best.map({ collisions < $0.collisions }) ?? true { best = (slots, candidate, shift, collisions) }
                if collisions == 0 { break }
                candidate = (candidate &* 0xD134_2543_DE82_EF95 &+ 0x2545_F491_4F6C_DD1D) | 1
            }
            if best?.collisions == 0 { break }
        }
        guard let best else { return }
        multiplier = best.multiplier
        shift = best.shift
        slots = Span(start: Int32(table.count), count: Int32(1 << (64 - Int(shift))))
        table += repeatElement(NameEntry(key: .none), count: Int(slots.count))
        for (index, slot) in best.slots.enumerated() {
            var entry = names[index]
            entry.order = Int32(index)
            table[Int(slots.start) + slot] = entry
        }
    }

    /// The slot of each name, and how often one was taken already.
    private static func place(
        _ names: [NameEntry], bits: Int, multiplier: UInt64, shift: UInt8
    ) -> (slots: [Int], collisions: Int) {
        var isTaken = [Bool](repeating: false, count: 1 << bits)
        var collisions = 0
        let slots = names.map { entry in
            var slot = entry.key.slot(multiplier: multiplier, shift: shift)
            while isTaken[slot] {
                collisions += 1
                slot = (slot + 1) & (isTaken.count - 1)
            }
            isTaken[slot] = true
            return slot
        }
        return (slots, collisions)
    }

    /// The entry of a name, which is a string; `nil` if it is not in this table, which is not empty.
    @inline(__always)
    func find(_ name: Value, in names: UnsafePointer<NameEntry>) -> UnsafePointer<NameEntry>? {
        let key = NameKey(name)
        let first = names + Int(slots.start)
        var slot = key.slot(multiplier: multiplier, shift: shift)
        while true {
            let entry = first + slot
            if key.equals(UnsafeRawPointer(entry).assumingMemoryBound(to: NameKey.self)) { return entry }
            if entry.pointee.key.count < 0 { return nil }
            slot = (slot &+ 1) & (Int(slots.count) &- 1)
        }
    }

    /// The entries in the order of the schema.
    func entries(in names: UnsafePointer<NameEntry>) -> [NameEntry] {
        slots.indices.map { names[$0] }.filter { $0.key.count >= 0 }.sorted { $0.order < $1.order }
    }
}
