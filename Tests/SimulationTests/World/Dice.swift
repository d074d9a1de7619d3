/// The one source of chance of a simulation (xorshift64*, Vigna 2016).
struct Dice {
    private var state: UInt64

    init(seed: UInt64) {
        state = (seed &+ 0x1234_5678_9ABC_DEF1) &* 0x9E37_79B9_7F4A_7C15 | 1
        for _ in 0..<4 { _ = word() }
    }

    mutating func word() -> UInt64 {
        state ^= state >> 12
        state ^= state << 25
        state ^= state >> 27
        return state &* 0x2545_F491_4F6C_DD1D
    }

    /// A number of the closed range.
    mutating func roll(_ range: ClosedRange<Int>) -> Int {
        range.lowerBound + Int(word() >> 33) % (range.upperBound - range.lowerBound + 1)
    }

    /// True in `percent` of 100 cases.
    mutating func chance(_ percent: Int) -> Bool {
        roll(0...99) < percent
    }

    mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[roll(0...elements.count - 1)]
    }
}
