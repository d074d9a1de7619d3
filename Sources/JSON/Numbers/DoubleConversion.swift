/// Exact conversions between decimals and doubles, without the C locale and nearly always without memory.
enum DoubleConversion {
    /// Powers of five that fit a machine word; together with a power of two they are powers of ten.
    static func powerOfFive(_ exponent: Int) -> UInt64 {
        var result: UInt64 = 1
        var base: UInt64 = 5
        var rest = exponent
        while rest > 0 {
            if rest & 1 == 1 { result = result &* base }
            base = base &* base
            rest >>= 1
        }
        return result
    }

    /// The powers of ten that a double holds exactly: 0 to 22.
    @inline(__always)
    private static func powerOfTen(_ exponent: Int) -> Double {
        Double(powerOfFive(exponent) << UInt64(exponent & 15)) * (exponent >= 16 ? 65536 : 1)
    }

    /// `mantissa` × 10^`exponent`, correctly rounded; `nil` when the exponent is beyond ±27.
    static func double(mantissa: UInt64, exponent: Int) -> Double? {
        if mantissa <= 1 << 53, -22...22 ~= exponent {
            // Both operands are exact, so the one operation rounds correctly.
            return exponent < 0
                ? Double(mantissa) / powerOfTen(-exponent) : Double(mantissa) * powerOfTen(exponent)
        }
        guard -27...27 ~= exponent, mantissa != 0 else { return mantissa == 0 ? 0 : nil }
        if exponent >= 0 {
            return rounded(UInt128(mantissa) * UInt128(powerOfFive(exponent)), sticky: false, scale: exponent)
        }
        let shift = mantissa.leadingZeroBitCount + 64
        let (quotient, remainder) = (UInt128(mantissa) << UInt128(shift))
            .quotientAndRemainder(dividingBy: UInt128(powerOfFive(-exponent)))
        return rounded(quotient, sticky: remainder != 0, scale: exponent - shift)
    }

    /// `bits` × 2^`scale`, rounded to nearest, ties to even. The result is in the range of normal doubles.
    private static func rounded(_ bits: UInt128, sticky: Bool, scale: Int) -> Double {
        let excess = 128 - bits.leadingZeroBitCount - 53
        guard excess > 0 else { return Double(sign: .plus, exponent: scale, significand: Double(UInt64(bits))) }
        var kept = UInt64(truncatingIfNeeded: bits >> UInt128(excess))
        let dropped = bits & ((1 << UInt128(excess)) - 1)
        let half: UInt128 = 1 << UInt128(excess - 1)
        if dropped > half || (dropped == half && (sticky || kept & 1 == 1)) { kept += 1 }
        return Double(sign: .plus, exponent: scale + excess, significand: Double(kept))
    }

    /// The double nearest to a valid JSON number. Beyond the range it is an infinity or a zero.
    static func double(literal: UnsafeRawBufferPointer) -> Double {
        if let integer = smallInteger(literal) {
            return integer == 0 && literal.first == UInt8(ascii: "-") ? -0.0 : Double(integer)
        }
        let decimal = Decimal(literal: literal)
        let magnitude = double(magnitudeOf: decimal, literal)
        return decimal.isNegative ? -magnitude : magnitude
    }

    private static func double(magnitudeOf decimal: Decimal, _ literal: UnsafeRawBufferPointer) -> Double {
        if decimal.isZero || decimal.pointPosition < -330 { return 0 }
        if decimal.pointPosition > 310 { return .infinity }
        if let mantissa = decimal.mantissa {
            if let value = double(mantissa: mantissa, exponent: decimal.pointPosition - decimal.digitCount) {
                return value
            }
        } else if let lower = double(mantissa: decimal.leadingMantissa, exponent: decimal.pointPosition - 19),
            lower == double(mantissa: decimal.leadingMantissa + 1, exponent: decimal.pointPosition - 19)
        {
            // Whatever the further digits are, the number lies between these two.
            return lower
        }
        return (Double(String(decoding: literal, as: UTF8.self)) ?? .nan).magnitude
    }

    /// The value of a literal of at most 18 digits, without point and exponent.
    @inline(__always)
    static func smallInteger(_ literal: UnsafeRawBufferPointer) -> Int64? {
        guard literal.count <= 18 else { return nil }
        var index = 0
        let isNegative = literal.first == UInt8(ascii: "-")
        if isNegative { index = 1 }
        var value: Int64 = 0
        while index < literal.count {
            let digit = literal[index] &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            value = value &* 10 &+ Int64(digit)
            index += 1
        }
        return isNegative ? -value : value
    }
}

// MARK: - Shortest digits

extension DoubleConversion {
    /// The most digits that ``shortestDigits(of:into:)`` writes.
    static let digitLimit = 24

    /// The fewest decimal digits that read back as this double; the nearest to it if several have as few.
    ///
    /// - Parameters:
    ///   - magnitude: finite and not negative.
    ///   - output: room for ``digitLimit`` bytes.
    /// - Returns: how many digits were written, and where the point is: the number is 0.ddd × 10^`pointPosition`.
    static func shortestDigits(
        of magnitude: Double, into output: UnsafeMutablePointer<UInt8>
    ) -> (count: Int, pointPosition: Int) {
        if magnitude == 0 { return (0, 0) }
        if magnitude < 9_007_199_254_740_992, magnitude == magnitude.rounded(.towardZero) {
            // Neighbouring doubles are at most 1 apart: no shorter number reads back as this one.
            return write(UInt64(magnitude), exponent: 0, to: output)
        }
        if magnitude >= 1e-5, magnitude < 1e17 { return mediumDigits(of: magnitude, into: output) }
        return describedDigits(of: magnitude, into: output)
    }

    /// Writes the digits of `mantissa` without trailing zeros.
    private static func write(
        _ mantissa: UInt64, exponent: Int, to output: UnsafeMutablePointer<UInt8>
    ) -> (count: Int, pointPosition: Int) {
        var rest = mantissa
        var exponent = exponent
        while rest % 10 == 0 {
            rest /= 10
            exponent += 1
        }
        var count = 0
        var probe = rest
        while probe > 0 {
            probe /= 10
            count += 1
        }
        for index in (0..<count).reversed() {
            output[index] = UInt8(ascii: "0") + UInt8(rest % 10)
            rest /= 10
        }
        return (count, count + exponent)
    }

    /// Tries 15, 16 and 17 digits. The scaled number is exact in 128 bits over this range.
    private static func mediumDigits(
        of magnitude: Double, into output: UnsafeMutablePointer<UInt8>
    ) -> (count: Int, pointPosition: Int) {
        // magnitude = significand × 2^binary
        let significand = magnitude.significandBitPattern | (1 << 52)
        let binary = Int(magnitude.exponent) - 52
        var pointPosition = -4
        var bound = 1e-4
        while magnitude >= bound {
            pointPosition += 1
            bound = pointPosition < 0 ? 1 / powerOfTen(-pointPosition) : powerOfTen(pointPosition)
        }
        // numerator / denominator = magnitude × 10^(17 - pointPosition), a number of 17 digits before the point
        let scale = 17 - pointPosition
        var numerator = UInt128(significand) * UInt128(powerOfFive(scale))
        var denominator: UInt128 = 1
        if binary + scale >= 0 {
            numerator <<= UInt128(binary + scale)
        } else {
            denominator <<= UInt128(-(binary + scale))
        }
        if let mantissa = match(magnitude, numerator, denominator * 100, exponent: pointPosition - 15) {
            return write(mantissa, exponent: pointPosition - 15, to: output)
        }
        if let mantissa = match(magnitude, numerator, denominator * 10, exponent: pointPosition - 16) {
            return write(mantissa, exponent: pointPosition - 16, to: output)
        }
        let (lower, remainder) = numerator.quotientAndRemainder(dividingBy: denominator)
        let twice = remainder + remainder
        let isUp = twice > denominator || (twice == denominator && lower & 1 == 1)
        return write(UInt64(lower) + (isUp ? 1 : 0), exponent: pointPosition - 17, to: output)
    }

    /// Whichever integer beside `numerator` / `step` reads back as `magnitude` when scaled by 10^`exponent`; the nearer
    /// one if both do.
    private static func match(
        _ magnitude: Double, _ numerator: UInt128, _ step: UInt128, exponent: Int
    ) -> UInt64? {
        let (quotient, remainder) = numerator.quotientAndRemainder(dividingBy: step)
        let lower = UInt64(truncatingIfNeeded: quotient)
        let isUpperNearer = remainder + remainder > step
        let (near, far) = isUpperNearer ? (lower + 1, lower) : (lower, lower + 1)
        if double(mantissa: near, exponent: exponent) == magnitude { return near }
        if double(mantissa: far, exponent: exponent) == magnitude { return far }
        return nil
    }

    /// Very large and very small numbers, by the standard library, which may allocate a string.
    private static func describedDigits(
        of magnitude: Double, into output: UnsafeMutablePointer<UInt8>
    ) -> (count: Int, pointPosition: Int) {
        var text = magnitude.description
        return text.withUTF8 { utf8 in
            let decimal = Decimal(literal: UnsafeRawBufferPointer(utf8))
            var count = 0
            for byte in decimal.digits where byte != UInt8(ascii: ".") && count < digitLimit {
                output[count] = byte
                count += 1
            }
            return (count, decimal.pointPosition)
        }
    }
}
