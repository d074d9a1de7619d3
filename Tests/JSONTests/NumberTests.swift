import Testing

@testable import JSON

@Suite struct NumberTests {
    /// Ascending, each less than the next.
    static let ascending = [
        "-1e400", "-1e308", "-2", "-1.5", "-1", "-0.1", "-1e-400", "0", "1e-1000000000000", "1e-400", "0.0999", "0.1",
        "0.10000000000000000000000000000000000001", "0.2", "1", "1.0000000000000000000001", "9", "10", "11", "99.9",
        "100", "9007199254740992", "9007199254740993", "18446744073709551615", "18446744073709551616", "1e21",
        "1000000000000000000000.1", "1e308", "1e309", "1e400", "9e400", "1e401", "1e1000000000000",
    ]

    @Test("Literals are compared exactly, whatever their size")
    func order() throws {
        let arena = Arena()
        let values = try Self.ascending.map { try literal($0, in: arena) }
        for (i, a) in values.enumerated() {
            for (j, b) in values.enumerated() {
                #expect(
                    Value.compareNumbers(a, b) == (i < j ? -1 : (i == j ? 0 : 1)),
                    "\(Self.ascending[i]) \(Self.ascending[j])")
                #expect(a.isEqual(to: b) == (i == j))
            }
        }
        withExtendedLifetime(arena) {}
    }

    static let equal = [
        ["0", "-0", "0.0", "0e10", "-0e-99999999999999999999", "0.000"],
        ["1", "1.0", "1.00e0", "10e-1", "0.1e1", "0.01E+2"],
        ["100", "1e2", "1E+2", "100.000", "10000e-2"], ["-12.50", "-12.5", "-1250e-2", "-0.125e2"],
        ["1e400", "10e399", "0.001e403"],
    ]

    @Test("Literals of the same number are equal and hash equally", arguments: equal)
    func equality(_ texts: [String]) throws {
        let arena = Arena()
        let values = try texts.map { try literal($0, in: arena) }
        for a in values {
            for b in values {
                #expect(a.isEqual(to: b))
                #expect(hash(a) == hash(b))
            }
            if let double = a.double, double.isFinite {
                #expect(a.isEqual(to: .number(double)))
                #expect(Value.number(double).isEqual(to: a))
                #expect(hash(.number(double)) == hash(a))
            }
        }
        withExtendedLifetime(arena) {}
    }

    @Test("A double counts as its shortest decimal")
    func doubles() throws {
        let arena = Arena()
        #expect(Value.number(0.1).isEqual(to: try literal("0.1", in: arena)))
        #expect(Value.compareNumbers(.number(0.1 + 0.2), try literal("0.3", in: arena)) == 1)
        #expect(Value.compareNumbers(.number(0.1), .number(0.2)) == -1)
        #expect(Value.compareNumbers(.number(-.infinity), try literal("-1e400", in: arena)) == -1)
        #expect(Value.compareNumbers(try literal("1e400", in: arena), .number(.infinity)) == -1)
        #expect(Value.compareNumbers(.number(.infinity), .number(.infinity)) == 0)
        #expect(Value.compareNumbers(.number(.nan), .number(-.infinity)) == -1)
        #expect(Value.compareNumbers(.number(1), .number(.nan)) == 1)
        #expect(!Value.number(.nan).isEqual(to: .number(.nan)))
    }

    static let multiples: [(String, String, Bool)] = [
        ("0.3", "0.1", true), ("0.35", "0.1", false), ("1.1", "0.1", true), ("19.99", "0.01", true),
        ("4.35", "0.01", true),
        ("0.0075", "0.0001", true), ("0.00751", "0.0001", false), ("12391239123", "1e-8", true),
        ("1e308", "0.123456789", false),
        ("1e308", "0.5", true), ("10", "3", false), ("9", "3", true), ("-9", "3", true), ("9", "-3", true),
        ("0", "7", true),
        ("0.0", "0.1", true), ("1", "0", false), ("0", "0", false), ("3.3", "3", false), ("1e400", "1e399", true),
        ("1e400", "7", false), ("7e400", "7", true), ("1e1000000000000", "1024", true), ("1e1000000000000", "3", false),
        ("1e-1000000000000", "1", false), ("1", "1e-1000000000000", true), ("1e19", "1e18", true),
        ("246913578024691357802469135780", "123456789012345678901234567890", true),
        ("246913578024691357802469135781", "123456789012345678901234567890", false),
        ("1e500", "1.00000000000000000000000000000001", false),
        ("2.00000000000000000000000000000002e50", "1.00000000000000000000000000000001", true),
        ("18446744073709551616", "18446744073709551616", true), ("36893488147419103232", "18446744073709551616", true),
    ]

    @Test("Divisibility is exact in decimals", arguments: multiples)
    func isMultiple(_ number: String, _ divisor: String, _ expected: Bool) throws {
        let arena = Arena()
        #expect(try literal(number, in: arena).isMultiple(of: try literal(divisor, in: arena)) == expected)
        withExtendedLifetime(arena) {}
    }

    static let integers: [(String, Bool, Int?)] = [
        ("0", true, 0), ("-0", true, 0), ("1.0", true, 1), ("1.5", false, nil), ("1e2", true, 100),
        ("12e-1", false, nil),
        ("120e-1", true, 12), ("-7.000", true, -7), ("9223372036854775807", true, .max),
        ("9223372036854775808", true, nil),
        ("-9223372036854775808", true, .min), ("-9223372036854775809", true, nil),
        ("1e18", true, 1_000_000_000_000_000_000),
        ("1e19", true, nil), ("1e400", true, nil), ("1e-400", false, nil),
        ("123456789012345678901234567890", true, nil),
        ("0.1e1", true, 1), ("1e1000000000000", true, nil),
    ]

    @Test("Whole numbers are recognised in every notation", arguments: integers)
    func integer(_ text: String, _ isInteger: Bool, _ int: Int?) throws {
        let arena = Arena()
        let value = try literal(text, in: arena)
        #expect(value.isInteger == isInteger)
        #expect(value.int == int)
        withExtendedLifetime(arena) {}
    }

    @Test("Doubles as integers")
    func doubleIntegers() {
        #expect(Value.number(3).int == 3)
        #expect(Value.number(3.5).int == nil)
        #expect(Value.number(1e300).int == nil)
        #expect(Value.number(1e300).isInteger)
        #expect(!Value.number(.infinity).isInteger)
        #expect(!Value.number(.nan).isInteger)
        #expect(Value.null.int == nil && Value.null.double == nil && !Value.null.isInteger)
    }

    @Test("Literals become the nearest double: against the standard library's reading")
    func reading() throws {
        let arena = Arena()
        var random = SplitMix(state: 11)
        var texts = [
            "0", "-0", "-0.0", "1e400", "-1e400", "1e-400", "5e-324", "2.4e-324", "2.5e-324", "1.7976931348623157e308",
            "1.7976931348623159e308", "9007199254740993", "9007199254740993.0000000000000000000001", "1e23", "8.5e-23",
            "123456789012345678901234567890", "0.30000000000000004",
            // A hair above the middle of two doubles, which only the remainder of the division shows.
            "6638311246509280432e-27", "7836102110467355340e-27", "4762619149368496135e-26", "7196709448269393700e-27",
            "1.00000000000000011102230246251565404236316680908203125",
            "1.00000000000000011102230246251565404236316680908203126", "179769313486231580793e289", "1e27", "1e28",
            "7e-27",
        ]
        for _ in 0..<20_000 {
            let digits = Int.random(in: 1...22, using: &random)
            var text = String(Int.random(in: 1...9, using: &random))
            for _ in 1..<max(digits, 2) { text += String(Int.random(in: 0...9, using: &random)) }
            let place = Int.random(in: 1...text.count, using: &random)
            if place < text.count { text.insert(".", at: text.index(text.startIndex, offsetBy: place)) }
            if Bool.random(using: &random) { text += "e\(Int.random(in: -45...45, using: &random))" }
            texts.append(text)
        }
        for text in texts {
            arena.reset()
            let value = try literal(text, in: arena)
            #expect(value.double?.bitPattern == Double(text)?.bitPattern, "\(text)")
        }
    }

    private func hash(_ value: Value) -> Int {
        var hasher = Hasher()
        value.hash(into: &hasher)
        return hasher.finalize()
    }
}
