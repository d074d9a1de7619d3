import Testing

@testable import JSON

@Suite struct WriterTests {
    /// Printed by jq 1.7.1 for the same doubles.
    static let doubles: [(Double, String)] = [
        (0, "0"), (-0.0, "-0"), (1, "1"), (-1, "-1"), (100, "100"), (0.1, "0.1"), (0.1 + 0.2, "0.30000000000000004"),
        (1.0 / 3, "0.3333333333333333"), (2.0 / 3, "0.6666666666666666"), (3.14, "3.14"), (-2.5, "-2.5"),
        (1e15, "1000000000000000"), (1e16, "1e+16"), (1e17, "1e+17"), (1e18, "1e+18"), (1e22, "1e+22"),
        (1.5e17, "1.5e+17"), (123_456_789_012_345_680, "123456789012345680"),
        (12_345_678_901_234_567_168, "12345678901234567000"), (3.14e300, "3.14e+300"),
        (0.001, "0.001"), (0.0001, "0.0001"), (0.00001, "1e-05"), (0.00001234, "1.234e-05"), (1e-7, "1e-07"),
        (1.5e-8, "1.5e-08"), (9_007_199_254_740_991, "9007199254740991"), (9_007_199_254_740_994, "9007199254740994"),
        (Double.leastNonzeroMagnitude, "5e-324"), (Double.leastNormalMagnitude, "2.2250738585072014e-308"),
        (Double.greatestFiniteMagnitude, "1.7976931348623157e+308"), (.infinity, "1.7976931348623157e+308"),
        (-.infinity, "-1.7976931348623157e+308"), (.nan, "null"), (4.35, "4.35"), (0.07, "0.07"),
        (1e23, "1e+23"), (9.5e-6, "9.5e-06"), (2_305_843_009_213_693_952, "2305843009213694000"),
    ]

    @Test("Doubles are printed as by jq", arguments: doubles)
    func double(_ value: Double, _ text: String) {
        let buffer = ByteBuffer()
        buffer.write(.number(value))
        #expect(buffer.text == text)
    }

    @Test("The digits of a double read back as it, and none has fewer: against the standard library's")
    func shortest() throws {
        var random = SplitMix(state: 7)
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: DoubleConversion.digitLimit) { output in
            guard let base = output.baseAddress else { return }
            for round in 0..<60_000 {
                let value: Double
                switch round % 4 {
                case 0: value = Double(bitPattern: random.next()).magnitude
                case 1: value = Double.random(in: 0..<1e6, using: &random)
                case 2: value = Double(Int.random(in: 0..<1_000_000_000, using: &random)) / 100
                default:
                    value =
                        Double(sign: .plus, exponent: Int.random(in: -20...60, using: &random), significand: 1)
                        .nextDown.nextUp
                }
                guard value.isFinite else { continue }
                let (count, pointPosition) = DoubleConversion.shortestDigits(of: value, into: base)
                let digits = String(decoding: output[..<count], as: UTF8.self)
                let expected = Decimal.digitsAndPoint(value.description)
                #expect((digits, pointPosition) == expected, "\(value)")
            }
        }
    }

    @Test("A buffer forgets, keeps what it may keep, and can be cut")
    func buffer() {
        let buffer = ByteBuffer(capacity: 64, retainedCapacity: 128)
        for _ in 0..<1000 { buffer.append("0123456789") }
        #expect(buffer.count == 10_000)
        buffer.removeAll()
        #expect(buffer.count == 0)
        #expect(buffer.capacity == 128)
        buffer.append(String("abc"))
        buffer.append(UInt8(ascii: "d"))
        buffer.truncate(to: 2)
        #expect(buffer.text == "ab")
    }

    @Test("Indented as by jq, and sorted by code points")
    func styles() throws {
        let text = #"{"b":[1,[],{}],"a":{"é":null,"z":"x"},"Z":0}"#
        let indented = """
            {
              "b": [
                1,
                [],
                {}
              ],
              "a": {
                "é": null,
                "z": "x"
              },
              "Z": 0
            }
            """
        #expect(try rewritten(text, style: .indented(2)) == indented)
        #expect(
            try rewritten(text, style: Style(sortsKeys: true)) == #"{"Z":0,"a":{"z":"x","é":null},"b":[1,[],{}]}"#)
    }
}

extension Decimal {
    /// The digits and the point of a decimal text, for comparison.
    static func digitsAndPoint(_ text: String) -> (String, Int) {
        let bytes = Array(text.utf8)
        return bytes.withUnsafeBytes { bytes in
            let decimal = Decimal(literal: bytes)
            let digits = decimal.digits.filter { $0 != UInt8(ascii: ".") }
            return (String(decoding: digits, as: UTF8.self), decimal.pointPosition)
        }
    }
}
