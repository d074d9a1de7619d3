/// Doubles as text in the way of jq 1.7: the fewest digits that read back the same, an exponent only for very small
/// and very large numbers.
enum DoubleText {
    /// The most bytes that ``write(_:to:)`` writes: a sign, 17 digits and 15 zeros, and a point.
    static let byteLimit = 48

    /// Writes a number that is not NaN and returns the number of bytes.
    static func write(_ value: Double, to output: UnsafeMutablePointer<UInt8>) -> Int {
        var start = output
        if value.sign == .minus {
            start.pointee = UInt8(ascii: "-")
            start += 1
        }
        let magnitude = min(value.magnitude, .greatestFiniteMagnitude)
        let end = withUnsafeTemporaryAllocation(of: UInt8.self, capacity: DoubleConversion.digitLimit) { buffer in
            guard let digits = buffer.baseAddress else { return start }
            let (count, pointPosition) = DoubleConversion.shortestDigits(of: magnitude, into: digits)
            if count == 0 {
                start.pointee = UInt8(ascii: "0")
                return start + 1
            }
            if pointPosition <= -4 || pointPosition > count + 15 {
                return exponential(digits, count, pointPosition, start)
            }
            return positional(digits, count, pointPosition, start)
        }
        return end - output
    }

    private static func exponential(
        _ digits: UnsafePointer<UInt8>, _ count: Int, _ pointPosition: Int, _ output: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        var output = output
        output[0] = digits[0]
        output += 1
        if count > 1 {
            output[0] = UInt8(ascii: ".")
            (output + 1).update(from: digits + 1, count: count - 1)
            output += count
        }
        let exponent = pointPosition - 1
        output[0] = UInt8(ascii: "e")
        output[1] = exponent < 0 ? UInt8(ascii: "-") : UInt8(ascii: "+")
        output += 2
        var rest = Int(exponent.magnitude)
        if rest >= 100 {
            output[0] = UInt8(ascii: "0") + UInt8(rest / 100)
            output += 1
            rest %= 100
        }
        output[0] = UInt8(ascii: "0") + UInt8(rest / 10)
        output[1] = UInt8(ascii: "0") + UInt8(rest % 10)
        return output + 2
    }

    private static func positional(
        _ digits: UnsafePointer<UInt8>, _ count: Int, _ pointPosition: Int, _ output: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        let zero = UInt8(ascii: "0")
        if pointPosition <= 0 {
            output[0] = zero
            output[1] = UInt8(ascii: ".")
            (output + 2).update(repeating: zero, count: -pointPosition)
            (output + 2 - pointPosition).update(from: digits, count: count)
            return output + 2 - pointPosition + count
        }
        if pointPosition >= count {
            output.update(from: digits, count: count)
            (output + count).update(repeating: zero, count: pointPosition - count)
            return output + pointPosition
        }
        output.update(from: digits, count: pointPosition)
        output[pointPosition] = UInt8(ascii: ".")
        (output + pointPosition + 1).update(from: digits + pointPosition, count: count - pointPosition)
        return output + count + 1
    }
}
