/// Random numbers that depend on a seed and on a case's number alone, so that every case can be made again by itself.
///
/// The SplitMix64 generator: small, the same everywhere.
public struct Dice: RandomNumberGenerator {
    private var state: UInt64

    public init(seed: UInt64, number: Int = 0) {
        state = seed &* 0x9e37_79b9_7f4a_7c15 ^ UInt64(bitPattern: Int64(number)) &* 0xd134_2543_de82_ef95
        _ = next()
    }

    public mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    /// A number from 0 on, below `end`; 0 when there is none.
    public mutating func below(_ end: Int) -> Int {
        end > 1 ? Int(next() % UInt64(end)) : 0
    }

    /// True once in so many times.
    public mutating func once(in times: Int) -> Bool { below(times) == 0 }

    /// One of these; there must be some.
    public mutating func pick<T>(_ choices: [T]) -> T { choices[below(choices.count)] }

    /// A small number, of which the smaller ones are the likelier.
    public mutating func few(_ most: Int) -> Int { min(below(most + 1), below(most + 1)) }
}
