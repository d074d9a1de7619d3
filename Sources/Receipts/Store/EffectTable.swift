/// An effect as the store places it: the identifier spread evenly over 64 bits, so that its place in a table is a mere
/// multiplication, and neighbours in the table are neighbours in the file that they may go to.
struct PlacedEffect: BitwiseCopyable, Equatable {
    /// Evenly distributed, whatever the identifiers are.
    var place: UInt64
    var low: UInt64
    /// 0: none; otherwise the time in milliseconds, then whether something is remembered, then a 1.
    var word: UInt64

    /// - Parameters:
    ///   - time: milliseconds since 1970; held to what 62 bits hold.
    ///   - remembers: whether the effect's receipt has remembered members.
    init(_ effect: EffectID, time: Int64 = 0, remembers: Bool = false) {
        low = effect.low
        place = Self.spread(effect.high ^ Self.spread(effect.low))
        word = UInt64(min(max(time, 0), Int64.max >> 2)) << 2 | (remembers ? 2 : 0) | 1
    }

    init(place: UInt64, low: UInt64, word: UInt64) {
        self.place = place
        self.low = low
        self.word = word
    }

    var time: Int64 { Int64(word >> 2) }
    var remembers: Bool { word & 2 != 0 }

    var effect: EffectID { EffectID(high: Self.gather(place) ^ Self.spread(low), low: low) }

    private static let factor: UInt64 = 0x9e37_79b9_7f4a_7c15
    /// The factor's inverse modulo 2^64.
    private static let inverse: UInt64 = 0xf1de_83e1_9937_733d

    /// Two rounds of multiplication and shifting, each of which can be undone: no two identifiers fall together.
    private static func spread(_ word: UInt64) -> UInt64 {
        var word = word &* factor
        word ^= word >> 32
        word = word &* factor
        return word ^ word >> 32
    }

    private static func gather(_ word: UInt64) -> UInt64 {
        var word = word ^ word >> 32
        word = word &* inverse
        word ^= word >> 32
        return word &* inverse
    }
}

/// Effects in memory: an open-addressing table, 24 bytes a slot, between three eighths and three quarters full.
struct EffectTable: ~Copyable {
    /// The fewest slots.
    static let smallestCapacity = 64
    static let slotByteCount = MemoryLayout<PlacedEffect>.stride

    private var slots: UnsafeMutablePointer<PlacedEffect>
    private(set) var capacity: Int
    private(set) var count = 0
    /// Where ``take(_:)`` goes on.
    private var hand = 0
    /// Effects that the hand came by.
    private var passed = 0

    init(capacity: Int = smallestCapacity) {
        self.capacity = max(capacity, Self.smallestCapacity)
        slots = Self.emptySlots(self.capacity)
    }

    deinit { slots.deallocate() }

    var byteCount: Int { capacity * Self.slotByteCount }
    /// Whether another effect needs a larger table.
    var isFull: Bool { count >= capacity / 4 * 3 }
    /// The next larger capacity. Half as much again, because twice would leave most of a large table empty.
    var largerCapacity: Int { capacity + capacity / 2 }

    func find(_ effect: PlacedEffect) -> PlacedEffect? {
        let index = index(of: effect)
        return slots[index].word == 0 ? nil : slots[index]
    }

    func has(_ effect: PlacedEffect) -> Bool { slots[index(of: effect)].word != 0 }

    /// Puts an effect in, in the place of the same one. There is room.
    mutating func set(_ effect: PlacedEffect) {
        let index = index(of: effect)
        if slots[index].word == 0 { count += 1 }
        slots[index] = effect
    }

    @discardableResult
    mutating func remove(_ effect: PlacedEffect) -> Bool {
        let index = index(of: effect)
        guard slots[index].word != 0 else { return false }
        empty(index)
        return true
    }

    /// Takes up to so many effects out, every eighth as it goes round in the order of their places.
    ///
    /// All of a stretch would be nearer together in the file. But what is taken leaves a gap that fills up only slowly,
    /// so that the table would be overfull before the hand: with every eighth it is about six sevenths full there at most.
    mutating func take(_ limit: Int) -> [PlacedEffect] {
        var taken: [PlacedEffect] = []
        taken.reserveCapacity(min(limit, count))
        if hand >= capacity { hand = 0 }
        while taken.count < limit, count > 0 {
            if slots[hand].word != 0 {
                passed += 1
                if passed & 7 == 0 {
                    taken.append(slots[hand])
                    empty(hand)
                    continue
                }
            }
            hand = hand + 1 == capacity ? 0 : hand + 1
        }
        return taken
    }

    /// The effects in so many slots from `start` on.
    func effects(from start: Int, slots limit: Int, _ body: (PlacedEffect) -> Void) {
        for index in start..<max(start, min(start + limit, capacity)) where slots[index].word != 0 {
            body(slots[index])
        }
    }

    /// Moves everything to a table of another capacity, which is enough.
    mutating func resize(to newCapacity: Int) {
        let (old, oldCapacity) = (slots, capacity)
        capacity = max(newCapacity, Self.smallestCapacity)
        slots = Self.emptySlots(capacity)
        count = 0
        for index in 0..<oldCapacity where old[index].word != 0 { set(old[index]) }
        old.deallocate()
    }

    private static func emptySlots(_ capacity: Int) -> UnsafeMutablePointer<PlacedEffect> {
        let slots = UnsafeMutablePointer<PlacedEffect>.allocate(capacity: capacity)
        slots.initialize(repeating: PlacedEffect(place: 0, low: 0, word: 0), count: capacity)
        return slots
    }

    private func home(_ effect: PlacedEffect) -> Int {
        Int(effect.place.multipliedFullWidth(by: UInt64(capacity)).high)
    }

    /// The slot that has the effect, or the empty one where it belongs.
    private func index(of effect: PlacedEffect) -> Int {
        var index = home(effect)
        while slots[index].word != 0, slots[index].place != effect.place || slots[index].low != effect.low {
            index = index + 1 == capacity ? 0 : index + 1
        }
        return index
    }

    /// Empties a slot and moves those behind it forward that would not be found any more.
    private mutating func empty(_ index: Int) {
        var hole = index
        var next = index
        while true {
            next = next + 1 == capacity ? 0 : next + 1
            guard slots[next].word != 0 else { break }
            let wanted = home(slots[next])
            let stays = hole < next ? hole < wanted && wanted <= next : hole < wanted || wanted <= next
            if stays { continue }
            slots[hole] = slots[next]
            hole = next
        }
        slots[hole].word = 0
        count -= 1
    }
}
