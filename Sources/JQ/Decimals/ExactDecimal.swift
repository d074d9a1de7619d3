import JSON

/// A decimal number for exact arithmetic: an integer of any size and where its point stands, ±`magnitude` × 10^-`scale`.
///
/// The magnitude's limbs lie in the evaluator's arena. Numbers have at most ``digitLimit`` digits in plain notation,
/// so that neither an exponent nor a chain of multiplications can ask for much memory.
struct ExactDecimal {
    /// The most digits of an operand or a result, written without an exponent.
    static let digitLimit = 1000

    var isNegative: Bool
    var magnitude: Magnitude
    /// Digits behind the point; never negative.
    var scale: Int

    var isZero: Bool { magnitude.isZero }
}

extension Evaluator {
    // MARK: Reading

    /// A number, or a string that `tonumber` would read, as a decimal with the scale that it is written with. A number
    /// that was computed counts as the shortest decimal that reads back as it.
    func decimal(_ value: Value) throws(Raised) -> ExactDecimal {
        switch value.kind {
        case .number where value.isLiteral:
            return try decimal(literal: value.bytes, of: value)
        case .number:
            guard let number = value.double, number.isFinite else { break }
            text.removeAll()
            text.write(value)
            return try decimal(literal: text.bytes, of: value)
        case .string:
            guard let literal = try NumberText.literal(value.bytes, in: self) else { break }
            return try decimal(literal: literal.bytes, of: value)
        default: break
        }
        throw typeError(value, "is no decimal number")
    }

    private func decimal(literal: UnsafeRawBufferPointer, of value: Value) throws(Raised) -> ExactDecimal {
        let isNegative = literal.first == UInt8(ascii: "-")
        let exponentMark = literal.firstIndex { $0 | 0x20 == UInt8(ascii: "e") } ?? literal.count
        let exponent = Evaluator.exponent(literal, from: exponentMark + 1)
        var point = exponentMark
        var significant = 0
        for index in (isNegative ? 1 : 0)..<exponentMark {
            if literal[index] == UInt8(ascii: ".") {
                point = index
            } else if significant > 0 || literal[index] != UInt8(ascii: "0") {
                significant += 1
            }
        }
        let fraction = max(exponentMark - point - 1, 0)
        let zeros = significant == 0 ? 0 : max(exponent - fraction, 0)
        let scale = max(fraction - exponent, 0)
        guard max(significant + zeros, scale) <= ExactDecimal.digitLimit else {
            throw typeError(value, "has more than \(ExactDecimal.digitLimit) digits, the limit of exact arithmetic")
        }
        try spend(1 + significant / 64)
        var magnitude = try makeMagnitude(digits: significant + zeros)
        for index in (isNegative ? 1 : 0)..<exponentMark where index != point {
            magnitude.append(digit: UInt32(literal[index] &- UInt8(ascii: "0")))
        }
        for _ in 0..<zeros { magnitude.append(digit: 0) }
        return ExactDecimal(isNegative: isNegative && !magnitude.isZero, magnitude: magnitude, scale: scale)
    }

    /// An exponent, which beyond a million is as good as a million.
    private static func exponent(_ literal: UnsafeRawBufferPointer, from start: Int) -> Int {
        guard start < literal.count else { return 0 }
        let hasSign = literal[start] == UInt8(ascii: "-") || literal[start] == UInt8(ascii: "+")
        var exponent = 0
        for byte in literal[(hasSign ? start + 1 : start)...] {
            exponent = min(exponent * 10 + Int(byte &- UInt8(ascii: "0")), 1_000_000)
        }
        return literal[start] == UInt8(ascii: "-") ? -exponent : exponent
    }

    // MARK: Writing

    /// The decimal as a number's literal: all digits of its scale, no exponent, no negative zero.
    func literal(of decimal: ExactDecimal) throws(Raised) -> Value {
        let digits = max(decimal.magnitude.digitCount, decimal.scale + 1)
        guard max(decimal.magnitude.digitCount, decimal.scale) <= ExactDecimal.digitLimit else {
            throw fail("the result has more than \(ExactDecimal.digitLimit) digits, the limit of exact arithmetic")
        }
        let isNegative = decimal.isNegative && !decimal.isZero
        let count = digits + (isNegative ? 1 : 0) + (decimal.scale > 0 ? 1 : 0)
        let room = try allocate(byteCount: count).bindMemory(to: UInt8.self, capacity: count)
        var end = count
        var limb: UInt32 = 0
        for position in 0..<digits {
            if position % Magnitude.limbDigits == 0 {
                let index = position / Magnitude.limbDigits
                limb = index < decimal.magnitude.count ? decimal.magnitude.limbs[index] : 0
            }
            if position == decimal.scale, position > 0 {
                end -= 1
                room[end] = UInt8(ascii: ".")
            }
            end -= 1
            room[end] = UInt8(ascii: "0") + UInt8(limb % 10)
            limb /= 10
        }
        if isNegative { room[0] = UInt8(ascii: "-") }
        return .literal(UnsafeRawBufferPointer(start: room, count: count))
    }
}
