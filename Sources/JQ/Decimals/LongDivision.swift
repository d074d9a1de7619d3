/// Division of long integers: Knuth's algorithm D (The Art of Computer Programming, 4.3.1) in base 10^9.
extension Evaluator {
    /// The quotient and the remainder. The divisor is not zero.
    func quotient(
        _ dividend: Magnitude, _ divisor: Magnitude
    ) throws(Raised) -> (quotient: Magnitude, remainder: Magnitude) {
        if Magnitude.compare(dividend, divisor) < 0 { return (try makeMagnitude(limbs: 1), dividend) }
        try spend(dividend.count * divisor.count / 16)
        if divisor.count == 1 {
            var quotient = try shifted(dividend, by: 0)
            var remainder = try makeMagnitude(limbs: 1)
            remainder.limbs[0] = quotient.divide(by: divisor.limbs[0])
            remainder.count = remainder.limbs[0] == 0 ? 0 : 1
            return (quotient, remainder)
        }
        // Both are multiplied so that the divisor's highest limb is large: then a quotient digit is guessed from the
        // highest limbs and is at most two too great.
        let scale = UInt32(Magnitude.base / (UInt64(divisor.limbs[divisor.count - 1]) + 1))
        var u = try shifted(dividend, by: 0)
        u.multiply(by: scale)
        var v = try shifted(divisor, by: 0)
        v.multiply(by: scale)
        let steps = dividend.count - divisor.count
        // Room above: the subtraction looks at one limb more than the divisor has.
        let remainder = try makeMagnitude(limbs: dividend.count + 2)
        remainder.limbs.update(from: u.limbs, count: min(u.count, dividend.count + 1))
        var result = try makeMagnitude(limbs: steps + 2)
        for step in stride(from: steps, through: 0, by: -1) {
            result.limbs[step] = Evaluator.divisionStep(remainder.limbs + step, v)
        }
        result.count = steps + 1
        result.trim()
        var rest = remainder
        rest.count = divisor.count
        rest.trim()
        _ = rest.divide(by: scale)
        return (result, rest)
    }

    /// Takes the divisor from the limbs as often as it goes, less than 10^9 times, and gives how often.
    private static func divisionStep(_ limbs: UnsafeMutablePointer<UInt32>, _ divisor: Magnitude) -> UInt32 {
        let n = divisor.count
        let head = UInt64(limbs[n]) * Magnitude.base + UInt64(limbs[n - 1])
        let top = UInt64(divisor.limbs[n - 1])
        var guess = head / top
        var rest = head % top
        while guess >= Magnitude.base
            || guess * UInt64(divisor.limbs[n - 2]) > rest * Magnitude.base + UInt64(limbs[n - 2])
        {
            guess -= 1
            rest += top
            if rest >= Magnitude.base { break }
        }
        var borrow: Int64 = 0
        var carry: UInt64 = 0
        for index in 0...n {
            carry += index < n ? guess * UInt64(divisor.limbs[index]) : 0
            borrow += Int64(limbs[index]) - Int64(carry % Magnitude.base)
            carry /= Magnitude.base
            limbs[index] = UInt32(borrow < 0 ? borrow + Int64(Magnitude.base) : borrow)
            borrow = borrow < 0 ? -1 : 0
        }
        guard borrow < 0 else { return UInt32(guess) }
        // Once too often: the divisor goes back.
        var over: UInt32 = 0
        for index in 0...n {
            over += limbs[index] + (index < n ? divisor.limbs[index] : 0)
            let isOver = over >= UInt32(Magnitude.base)
            limbs[index] = isOver ? over - UInt32(Magnitude.base) : over
            over = isOver ? 1 : 0
        }
        return UInt32(guess - 1)
    }
}
