/// A number as decimal digits, exactly: ±0.d₁d₂d₃… × 10^`pointPosition`, with neither leading nor trailing zeros.
///
/// It is a view of a literal's text or of a buffer of digits; making one costs one pass over the text and no memory,
/// whatever the exponent.
struct Decimal {
    let isNegative: Bool
    /// From the first digit that is not 0 to the last that is not; one of them may be followed by a decimal point.
    let digits: UnsafeBufferPointer<UInt8>
    /// The digits without the point; 0 for zero.
    let digitCount: Int
    /// Exponents beyond ±10^17 count as that.
    let pointPosition: Int

    var isZero: Bool { digitCount == 0 }

    private static let point = UInt8(ascii: ".")
    private static let zero = UInt8(ascii: "0")

    init(isNegative: Bool, digits: UnsafeBufferPointer<UInt8>, pointPosition: Int) {
        self.isNegative = isNegative
        self.digits = digits
        digitCount = digits.count
        self.pointPosition = pointPosition
    }

    /// - Parameter literal: a valid JSON number.
    init(literal: UnsafeRawBufferPointer) {
        let text = literal.assumingMemoryBound(to: UInt8.self)
        isNegative = text.first == UInt8(ascii: "-")
        let begin = isNegative ? 1 : 0
        var pointIndex = -1
        var first = -1
        var last = -1
        var index = begin
        scan: while index < text.count {
            switch text[index] {
            case Self.zero: break
            case Self.point: pointIndex = index
            case UInt8(ascii: "e"), UInt8(ascii: "E"): break scan
            default:
                if first < 0 { first = index }
                last = index
            }
            index += 1
        }
        guard first >= 0 else {
            digits = UnsafeBufferPointer(start: nil, count: 0)
            digitCount = 0
            pointPosition = 0
            return
        }
        let point = pointIndex < 0 ? index : pointIndex
        digits = UnsafeBufferPointer(rebasing: text[first...last])
        digitCount = last - first + (first < point && point < last ? 0 : 1)
        pointPosition = (first < point ? point - first : point - first + 1) + Self.exponent(text, from: index + 1)
    }

    private static func exponent(_ text: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        guard start < text.count else { return 0 }
        var index = start
        let isNegative = text[index] == UInt8(ascii: "-")
        if isNegative || text[index] == UInt8(ascii: "+") { index += 1 }
        var value = 0
        while index < text.count {
            value = min(value * 10 + Int(text[index] &- zero), 100_000_000_000_000_000)
            index += 1
        }
        return isNegative ? -value : value
    }

    /// Whether the number is a whole number.
    var isInteger: Bool { isZero || pointPosition >= digitCount }

    /// The digits as an integer, if there are at most 19 of them.
    var mantissa: UInt64? {
        guard digitCount <= 19 else { return nil }
        var value: UInt64 = 0
        for byte in digits where byte != Self.point {
            value = value &* 10 &+ UInt64(byte &- Self.zero)
        }
        return value
    }

    /// The first 19 digits as an integer. The number has more.
    var leadingMantissa: UInt64 {
        var value: UInt64 = 0
        var count = 0
        for byte in digits where byte != Self.point {
            value = value &* 10 &+ UInt64(byte &- Self.zero)
            count += 1
            if count == 19 { break }
        }
        return value
    }

    /// The number as an integer, if it is one and fits.
    var int: Int? {
        if isZero { return 0 }
        guard isInteger, pointPosition <= 19, var value = mantissa else { return nil }
        for _ in digitCount..<pointPosition {
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            if overflow { return nil }
            value = product
        }
        if isNegative { return value <= 1 << 63 ? Int(truncatingIfNeeded: 0 &- value) : nil }
        return Int(exactly: value)
    }

    /// -1, 0 or 1 as `a` is less than, equal to or greater than `b`.
    static func compare(_ a: Decimal, _ b: Decimal) -> Int {
        if a.isZero || b.isZero {
            if a.isZero && b.isZero { return 0 }
            return a.isZero ? (b.isNegative ? 1 : -1) : (a.isNegative ? -1 : 1)
        }
        if a.isNegative != b.isNegative { return a.isNegative ? -1 : 1 }
        let order = compareMagnitudes(a, b)
        return a.isNegative ? -order : order
    }

    private static func compareMagnitudes(_ a: Decimal, _ b: Decimal) -> Int {
        if a.pointPosition != b.pointPosition { return a.pointPosition < b.pointPosition ? -1 : 1 }
        var i = 0
        var j = 0
        while true {
            if i < a.digits.count, a.digits[i] == point { i += 1 }
            if j < b.digits.count, b.digits[j] == point { j += 1 }
            if i >= a.digits.count || j >= b.digits.count {
                let restOfA = a.digits.count - i
                let restOfB = b.digits.count - j
                return restOfA == restOfB ? 0 : (restOfA < restOfB ? -1 : 1)
            }
            if a.digits[i] != b.digits[j] { return a.digits[i] < b.digits[j] ? -1 : 1 }
            i += 1
            j += 1
        }
    }

    func hash(into hasher: inout Hasher) {
        guard !isZero else { return hasher.combine(0) }
        hasher.combine(isNegative)
        hasher.combine(pointPosition)
        for byte in digits where byte != Self.point { hasher.combine(byte) }
    }
}

// MARK: - Divisibility

extension Decimal {
    /// Whether the number is a whole multiple of `divisor`, exactly. Nothing is a multiple of zero.
    ///
    /// The time is linear in the digits of the number, whatever the exponents.
    func isMultiple(of divisor: Decimal) -> Bool {
        guard !divisor.isZero else { return false }
        guard !isZero else { return true }
        // Both are integers times a power of ten. Neither ends with a 0.
        let zeros = (pointPosition - digitCount) - (divisor.pointPosition - divisor.digitCount)
        // The quotient's denominator has a factor 10 that this number's digits cannot cancel.
        guard zeros >= 0 else { return false }
        // A power of ten beyond all factors 2 and 5 of the divisor changes nothing more.
        let appended = min(zeros, divisor.digitCount * 4)
        if divisor.digitCount <= 18, let modulus = divisor.mantissa {
            return remainder(appendingZeros: appended, modulus: modulus) == 0
        }
        return isDivisible(appendingZeros: appended, by: LongInteger(divisor))
    }

    /// - Parameter modulus: less than 10^18, so that nothing overflows.
    private func remainder(appendingZeros zeros: Int, modulus: UInt64) -> UInt64 {
        var remainder: UInt64 = 0
        for byte in digits where byte != Self.point {
            remainder = (remainder &* 10 &+ UInt64(byte &- Self.zero)) % modulus
        }
        for _ in 0..<zeros where remainder != 0 { remainder = remainder &* 10 % modulus }
        return remainder
    }

    private func isDivisible(appendingZeros zeros: Int, by divisor: LongInteger) -> Bool {
        var remainder = LongInteger(limbs: divisor.limbs.count + 1)
        for byte in digits where byte != Self.point {
            remainder.append(digit: UInt32(byte &- Self.zero))
            while remainder.subtract(divisor) {}
        }
        for _ in 0..<zeros {
            remainder.append(digit: 0)
            while remainder.subtract(divisor) {}
        }
        return remainder.isZero
    }

    /// A non-negative integer of fixed width, for divisors of more than 18 digits.
    private struct LongInteger {
        /// The lowest first.
        var limbs: [UInt32]

        init(limbs: Int) { self.limbs = Array(repeating: 0, count: limbs) }

        init(_ decimal: Decimal) {
            // A limb holds more than nine digits.
            self.init(limbs: decimal.digitCount / 9 + 1)
            for byte in decimal.digits where byte != Decimal.point {
                append(digit: UInt32(byte &- Decimal.zero))
            }
        }

        var isZero: Bool { limbs.allSatisfy { $0 == 0 } }

        /// Multiplies by ten and adds a digit.
        mutating func append(digit: UInt32) {
            var carry = UInt64(digit)
            for index in limbs.indices {
                carry += UInt64(limbs[index]) * 10
                limbs[index] = UInt32(truncatingIfNeeded: carry)
                carry >>= 32
            }
        }

        /// Subtracts `other` unless that is greater. Returns whether it did.
        mutating func subtract(_ other: LongInteger) -> Bool {
            guard !(isLess(than: other)) else { return false }
            var borrow: Int64 = 0
            for index in limbs.indices {
                let right = index < other.limbs.count ? Int64(other.limbs[index]) : 0
                borrow += Int64(limbs[index]) - right
                limbs[index] = UInt32(truncatingIfNeeded: borrow)
                borrow >>= 32
            }
            return true
        }

        private func isLess(than other: LongInteger) -> Bool {
            for index in limbs.indices.reversed() {
                let right = index < other.limbs.count ? other.limbs[index] : 0
                if limbs[index] != right { return limbs[index] < right }
            }
            return false
        }
    }
}
