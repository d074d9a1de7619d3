import JSON

/// Exact arithmetic on decimals. The scale of a result follows from those of its operands, as in SQL: the greater one
/// for sums and differences, both together for products, the one asked for when dividing and rounding.
extension Evaluator {
    func sum(_ a: ExactDecimal, _ b: ExactDecimal) throws(Raised) -> ExactDecimal {
        let scale = max(a.scale, b.scale)
        let first = a.scale == scale ? a.magnitude : try shifted(a.magnitude, by: scale - a.scale)
        let second = b.scale == scale ? b.magnitude : try shifted(b.magnitude, by: scale - b.scale)
        if a.isNegative == b.isNegative {
            return ExactDecimal(isNegative: a.isNegative, magnitude: try sum(first, second), scale: scale)
        }
        if Magnitude.compare(first, second) >= 0 {
            return ExactDecimal(isNegative: a.isNegative, magnitude: try difference(first, second), scale: scale)
        }
        return ExactDecimal(isNegative: b.isNegative, magnitude: try difference(second, first), scale: scale)
    }

    func negated(_ decimal: ExactDecimal) -> ExactDecimal {
        var result = decimal
        result.isNegative.toggle()
        return result
    }

    func product(_ a: ExactDecimal, _ b: ExactDecimal) throws(Raised) -> ExactDecimal {
        ExactDecimal(
            isNegative: a.isNegative != b.isNegative, magnitude: try product(a.magnitude, b.magnitude),
            scale: a.scale + b.scale)
    }

    /// The quotient, rounded once, from its exact value.
    func quotient(
        _ a: ExactDecimal, _ b: ExactDecimal, scale: Int, _ rounding: Rounding
    ) throws(Raised) -> ExactDecimal {
        let shift = scale + b.scale - a.scale
        let dividend = shift > 0 ? try shifted(a.magnitude, by: shift) : a.magnitude
        let divisor = shift < 0 ? try shifted(b.magnitude, by: -shift) : b.magnitude
        return try rounded(
            dividend, over: divisor, isNegative: a.isNegative != b.isNegative, scale: scale, rounding)
    }

    /// The decimal with so many digits behind the point; a negative scale rounds before it.
    func rounded(_ decimal: ExactDecimal, scale: Int, _ rounding: Rounding) throws(Raised) -> ExactDecimal {
        if scale >= decimal.scale {
            let magnitude = try shifted(decimal.magnitude, by: scale - decimal.scale)
            return ExactDecimal(isNegative: decimal.isNegative, magnitude: magnitude, scale: scale)
        }
        var one = try makeMagnitude(limbs: 1)
        one.increment()
        let divisor = try shifted(one, by: decimal.scale - scale)
        let result = try rounded(
            decimal.magnitude, over: divisor, isNegative: decimal.isNegative, scale: scale, rounding)
        if scale >= 0 { return result }
        return ExactDecimal(
            isNegative: result.isNegative, magnitude: try shifted(result.magnitude, by: -scale), scale: 0)
    }

    private func rounded(
        _ dividend: Magnitude, over divisor: Magnitude, isNegative: Bool, scale: Int, _ rounding: Rounding
    ) throws(Raised) -> ExactDecimal {
        let (whole, rest) = try quotient(dividend, divisor)
        let half = Magnitude.compare(try sum(rest, rest), divisor)
        guard rounding.goesUp(half: half, isExact: rest.isZero, isOdd: whole.isOdd, isNegative: isNegative) else {
            return ExactDecimal(isNegative: isNegative, magnitude: whole, scale: scale)
        }
        var magnitude = try shifted(whole, by: 0)
        magnitude.increment()
        return ExactDecimal(isNegative: isNegative, magnitude: magnitude, scale: scale)
    }

    // MARK: Arguments

    /// A number of digits behind the point, in the bounds of exact arithmetic.
    func scale(_ value: Value, atLeast least: Int) throws(Raised) -> Int {
        guard value.kind == .number, let scale = value.int, scale >= least, scale <= ExactDecimal.digitLimit else {
            throw typeError(value, "cannot be a scale: an integer from \(least) to \(ExactDecimal.digitLimit)")
        }
        return scale
    }

    func rounding(_ value: Value) throws(Raised) -> Rounding {
        guard value.kind == .string, let rounding = Rounding(rawValue: value.string ?? "") else {
            let known = Rounding.allCases.map(\.rawValue).joined(separator: ", ")
            throw typeError(value, "is no rounding mode: \(known)")
        }
        return rounding
    }
}
