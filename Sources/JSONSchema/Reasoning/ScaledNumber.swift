import JSON

/// A decimal as an integer and the number of its digits behind the point: 12.50 is 1250 and 2. Up to 18 digits.
struct ScaledNumber: Equatable {
    var integer: Int
    var scale: Int

    /// `nil` if the value is no number, or has too many digits.
    init?(_ value: Value) {
        guard value.kind == .number, value.isLiteral else { return nil }
        var integer = 0
        var scale = 0
        var exponent = 0
        var digits = 0
        var isNegative = false
        var isFraction = false
        var bytes = value.bytes[...]
        while let byte = bytes.popFirst() {
            switch byte {
            case UInt8(ascii: "-"): isNegative = true
            case UInt8(ascii: "."): isFraction = true
            case UInt8(ascii: "e"), UInt8(ascii: "E"):
                guard let number = Int(String(decoding: bytes, as: UTF8.self)), abs(number) < 40 else { return nil }
                exponent = number
                bytes = bytes.suffix(0)
            default:
                digits += integer == 0 && byte == UInt8(ascii: "0") ? 0 : 1
                guard digits <= 18 else { return nil }
                integer = integer * 10 + Int(byte - UInt8(ascii: "0"))
                if isFraction { scale += 1 }
            }
        }
        self.integer = isNegative ? -integer : integer
        self.scale = scale - exponent
        if self.scale < 0 {
            guard let scaled = Self.scaled(self.integer, by: -self.scale) else { return nil }
            self.integer = scaled
            self.scale = 0
        }
        while self.scale > 0, self.integer % 10 == 0 {
            self.integer /= 10
            self.scale -= 1
        }
    }

    init(integer: Int, scale: Int) {
        self.integer = integer
        self.scale = scale
    }

    /// The integer at a scale that is not smaller; `nil` if it does not fit.
    func at(scale other: Int) -> Int? {
        other >= scale ? Self.scaled(integer, by: other - scale) : nil
    }

    private static func scaled(_ integer: Int, by digits: Int) -> Int? {
        guard integer != 0 else { return 0 }
        var result = integer
        for _ in 0..<digits {
            let (product, overflow) = result.multipliedReportingOverflow(by: 10)
            // Room is left for sums.
            guard !overflow, abs(product) < Int.max / 4 else { return nil }
            result = product
        }
        return result
    }

    /// -1, 0 or 1 as the number is less than, equal to or greater than the other; `nil` if their scales are too far apart.
    func compare(_ other: ScaledNumber) -> Int? {
        let scale = max(scale, other.scale)
        guard let one = at(scale: scale), let two = other.at(scale: scale) else { return nil }
        return one < two ? -1 : one == two ? 0 : 1
    }

    /// The number as a JSON literal.
    var text: String {
        guard scale > 0 else { return String(integer) }
        var digits = String(integer.magnitude)
        if digits.utf8.count <= scale { digits = String(repeating: "0", count: scale + 1 - digits.utf8.count) + digits }
        let point = digits.index(digits.endIndex, offsetBy: -scale)
        return "\(integer < 0 ? "-" : "")\(digits[..<point]).\(digits[point...])"
    }

    /// The number as a value in an arena.
    func value(in arena: Arena) -> Value? {
        guard let copy = Array(text.utf8).withUnsafeBytes({ try? arena.copy(bytes: $0) }) else { return nil }
        return .literal(copy)
    }
}
