extension Value {
    /// The number as a double, correctly rounded; beyond the range of doubles an infinity or zero. `nil` for all other
    /// kinds.
    public var double: Double? {
        guard kind == .number else { return nil }
        return isLiteral ? DoubleConversion.double(literal: bytes) : Double(bitPattern: word)
    }

    /// The number as an integer, if it is one and fits: `12`, `12.0` and `1.2e1` are 12.
    public var int: Int? {
        guard kind == .number else { return nil }
        guard isLiteral else { return Int(exactly: Double(bitPattern: word)) }
        if let integer = DoubleConversion.smallInteger(bytes) { return Int(integer) }
        return Decimal(literal: bytes).int
    }

    /// Whether the value is a number without a fraction, as JSON Schema's `integer`: `1.0` and `1e400` are.
    public var isInteger: Bool {
        guard kind == .number else { return false }
        guard isLiteral else {
            let double = Double(bitPattern: word)
            return double == double.rounded(.towardZero) && double.isFinite
        }
        return DoubleConversion.smallInteger(bytes) != nil || Decimal(literal: bytes).isInteger
    }

    /// Whether a number is a whole multiple of another, exactly in decimals: `0.3` is a multiple of `0.1`.
    ///
    /// A number held as a double counts as the shortest decimal that reads back as it. Nothing is a multiple of zero,
    /// and neither infinities nor NaN are multiples of anything.
    public func isMultiple(of divisor: Value) -> Bool {
        guard kind == .number, divisor.kind == .number, isFinite, divisor.isFinite else { return false }
        return withDecimal { a in divisor.withDecimal { b in a.isMultiple(of: b) } }
    }

    /// -1, 0 or 1 as the number `a` is less than, equal to or greater than the number `b`, exactly in decimals.
    ///
    /// A number held as a double counts as the shortest decimal that reads back as it. As in jq, NaN is less than
    /// every number, itself included. Values that are no numbers count as NaN. Exponents beyond ±10^17 are equal.
    public static func compareNumbers(_ a: Value, _ b: Value) -> Int {
        if a.isLiteral, b.isLiteral {
            if let first = DoubleConversion.smallInteger(a.bytes), let second = DoubleConversion.smallInteger(b.bytes) {
                return first < second ? -1 : (first == second ? 0 : 1)
            }
            return Decimal.compare(Decimal(literal: a.bytes), Decimal(literal: b.bytes))
        }
        guard a.kind == .number, !a.isNaN else { return -1 }
        guard b.kind == .number, !b.isNaN else { return 1 }
        if !a.isLiteral, !b.isLiteral || !a.isFinite {
            let first = Double(bitPattern: a.word)
            let second = b.isLiteral ? 0 : Double(bitPattern: b.word)
            return first < second ? -1 : (first == second ? 0 : 1)
        }
        if !b.isFinite { return Double(bitPattern: b.word) > 0 ? -1 : 1 }
        return a.withDecimal { first in b.withDecimal { second in Decimal.compare(first, second) } }
    }

    var isNaN: Bool { !isLiteral && Double(bitPattern: word).isNaN }

    /// Literals are finite, however large.
    var isFinite: Bool { isLiteral || Double(bitPattern: word).isFinite }

    /// The number as a decimal, which lives as long as `body` runs. The value is a finite number.
    func withDecimal<Result>(_ body: (Decimal) -> Result) -> Result {
        if isLiteral { return body(Decimal(literal: bytes)) }
        let double = Double(bitPattern: word)
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: DoubleConversion.digitLimit) { buffer in
            guard let base = buffer.baseAddress else {
                return body(
                    Decimal(isNegative: false, digits: UnsafeBufferPointer(start: nil, count: 0), pointPosition: 0))
            }
            let (count, pointPosition) = DoubleConversion.shortestDigits(of: double.magnitude, into: base)
            let digits = UnsafeBufferPointer(start: base, count: count)
            return body(Decimal(isNegative: double < 0, digits: digits, pointPosition: pointPosition))
        }
    }
}
