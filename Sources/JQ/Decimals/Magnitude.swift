/// A non-negative integer in limbs of nine decimal digits, the lowest first, in memory of the arena.
struct Magnitude {
    static let limbDigits = 9
    static let base: UInt64 = 1_000_000_000

    let limbs: UnsafeMutablePointer<UInt32>
    let capacity: Int
    /// Limbs in use; the highest is not 0.
    var count = 0

    var isZero: Bool { count == 0 }
    var isOdd: Bool { count > 0 && limbs[0] & 1 == 1 }

    /// Decimal digits; 0 for zero.
    var digitCount: Int {
        guard count > 0 else { return 0 }
        var digits = (count - 1) * Magnitude.limbDigits
        var limb = limbs[count - 1]
        while limb > 0 {
            digits += 1
            limb /= 10
        }
        return digits
    }

    /// Multiplies by ten and adds a digit. There is room for it.
    mutating func append(digit: UInt32) { multiply(by: 10, adding: digit) }

    /// There is room for the result.
    mutating func multiply(by factor: UInt32, adding summand: UInt32 = 0) {
        var carry = UInt64(summand)
        for index in 0..<count {
            carry += UInt64(limbs[index]) * UInt64(factor)
            limbs[index] = UInt32(carry % Magnitude.base)
            carry /= Magnitude.base
        }
        if carry > 0, count < capacity {
            limbs[count] = UInt32(carry)
            count += 1
        }
    }

    /// Divides and gives the remainder.
    mutating func divide(by divisor: UInt32) -> UInt32 {
        var remainder: UInt64 = 0
        for index in stride(from: count - 1, through: 0, by: -1) {
            remainder = remainder * Magnitude.base + UInt64(limbs[index])
            limbs[index] = UInt32(remainder / UInt64(divisor))
            remainder %= UInt64(divisor)
        }
        trim()
        return UInt32(remainder)
    }

    /// Adds 1. There is room for it.
    mutating func increment() {
        for index in 0..<count {
            if limbs[index] < Magnitude.base - 1 {
                limbs[index] += 1
                return
            }
            limbs[index] = 0
        }
        if count < capacity {
            limbs[count] = 1
            count += 1
        }
    }

    mutating func trim() {
        while count > 0, limbs[count - 1] == 0 { count -= 1 }
    }

    /// -1, 0 or 1 as `a` is less than, equal to or greater than `b`.
    static func compare(_ a: Magnitude, _ b: Magnitude) -> Int {
        if a.count != b.count { return a.count < b.count ? -1 : 1 }
        for index in stride(from: a.count - 1, through: 0, by: -1) where a.limbs[index] != b.limbs[index] {
            return a.limbs[index] < b.limbs[index] ? -1 : 1
        }
        return 0
    }
}

extension Evaluator {
    /// Zero, with room for so many digits and one limb more.
    func makeMagnitude(digits: Int) throws(Raised) -> Magnitude {
        try makeMagnitude(limbs: digits / Magnitude.limbDigits + 2)
    }

    func makeMagnitude(limbs: Int) throws(Raised) -> Magnitude {
        let memory = try allocate(UInt32.self, limbs)
        memory.initialize(repeating: 0, count: limbs)
        return Magnitude(limbs: memory, capacity: limbs)
    }

    func sum(_ a: Magnitude, _ b: Magnitude) throws(Raised) -> Magnitude {
        var result = try makeMagnitude(limbs: max(a.count, b.count) + 2)
        var carry: UInt32 = 0
        for index in 0..<max(a.count, b.count) + 1 {
            carry += (index < a.count ? a.limbs[index] : 0) + (index < b.count ? b.limbs[index] : 0)
            let isOver = carry >= UInt32(Magnitude.base)
            result.limbs[index] = isOver ? carry - UInt32(Magnitude.base) : carry
            carry = isOver ? 1 : 0
        }
        result.count = max(a.count, b.count) + 1
        result.trim()
        return result
    }

    /// The greater less the lesser, which is `b`.
    func difference(_ a: Magnitude, _ b: Magnitude) throws(Raised) -> Magnitude {
        var result = try makeMagnitude(limbs: a.count + 1)
        var borrow: Int64 = 0
        for index in 0..<a.count {
            borrow += Int64(a.limbs[index]) - (index < b.count ? Int64(b.limbs[index]) : 0)
            result.limbs[index] = UInt32(borrow < 0 ? borrow + Int64(Magnitude.base) : borrow)
            borrow = borrow < 0 ? -1 : 0
        }
        result.count = a.count
        result.trim()
        return result
    }

    func product(_ a: Magnitude, _ b: Magnitude) throws(Raised) -> Magnitude {
        try spend(a.count * b.count / 16)
        var result = try makeMagnitude(limbs: a.count + b.count + 1)
        for i in 0..<a.count {
            var carry: UInt64 = 0
            for j in 0..<b.count {
                carry += UInt64(a.limbs[i]) * UInt64(b.limbs[j]) + UInt64(result.limbs[i + j])
                result.limbs[i + j] = UInt32(carry % Magnitude.base)
                carry /= Magnitude.base
            }
            result.limbs[i + b.count] = UInt32(carry)
        }
        result.count = a.count + b.count
        result.trim()
        return result
    }

    /// The magnitude times a power of ten.
    func shifted(_ value: Magnitude, by digits: Int) throws(Raised) -> Magnitude {
        let limbs = digits / Magnitude.limbDigits
        var result = try makeMagnitude(limbs: value.count + limbs + 2)
        for index in 0..<value.count { result.limbs[index + limbs] = value.limbs[index] }
        result.count = value.isZero ? 0 : value.count + limbs
        result.multiply(by: Magnitude.powerOfTen(digits % Magnitude.limbDigits))
        return result
    }
}

extension Magnitude {
    /// 10 to the power of a number below ``limbDigits``.
    static func powerOfTen(_ exponent: Int) -> UInt32 {
        var power: UInt32 = 1
        for _ in 0..<exponent { power *= 10 }
        return power
    }
}
