import Testing

@testable import JQ

/// Exact decimal arithmetic for money, and identifiers that follow from data.
@Suite struct DecimalTests {
    /// Scales follow from the operands, and digits are kept when printed.
    @Test(arguments: [
        ("dec_add(1.10; 2.2)", "3.30"), ("dec_sub(1.10; 1.1)", "0.00"), ("dec_sub(0; 0.5)", "-0.5"),
        ("dec_mul(-1.50; 0.00)", "0.0000"), ("dec_mul(99999999999999999999; 99999999999999999999)", nines),
        ("dec_add(1e3; 1.20e1)", "1012.0"), ("dec_add(1e-3; 0)", "0.001"), (#"dec_add(" 1"; 0)"#, nil),
        (#"dec_add("+007.50"; ".5")"#, "8.00"), ("dec_add(0.1 + 0.2; 0)", "0.30000000000000004"),
        ("dec_div(2; 3; 0)", "1"), ("dec_div(-1; 6; 3)", "-0.167"), ("dec_div(1; 1e-5; 1)", "100000.0"),
        ("dec_round(0.5; 0)", "1"), ("dec_round(-0.4; 0)", "0"), ("dec_round(49; -2)", "0"),
        ("dec_round(123.456; 5)", "123.45600"), ("dec_cmp(1e2; 100.0)", "0"), ("[1,2] | dec_sum | . + 1", "4"),
        ("dec_round(2.675; 2) * 2", "5.36"),
    ])
    func isExact(_ program: String, _ expected: String?) {
        let output = outputs(program)
        if let expected { #expect(output == expected) } else { #expect(output.hasPrefix("error: ")) }
    }

    private static let nines = "9999999999999999999800000000000000000001"

    @Test(arguments: [
        ("half_up", "[3,-3,1,-1]"), ("half_even", "[2,-2,1,-1]"), ("half_down", "[2,-2,1,-1]"),
        ("up", "[3,-3,2,-2]"), ("down", "[2,-2,1,-1]"), ("ceiling", "[3,-2,2,-1]"), ("floor", "[2,-3,1,-2]"),
    ])
    func roundingModes(_ mode: String, _ expected: String) {
        #expect(outputs("[2.5, -2.5, 1.2, -1.2] | map(dec_round(.; 0; \"\(mode)\"))") == expected)
    }

    /// An exponent or a chain of products cannot ask for much memory: past 1000 digits it is an error.
    @Test(arguments: [
        ("dec_add(1e999; 0) | tostring | length", "1000"),
        ("dec_add(1e1000; 0)", "error: number (1e1000) has more than 1000 digits, the limit of exact arithmetic"),
        (
            "dec_add(1e-1001; 0)",
            "error: number (1e-1001) has more than 1000 digits, the limit of exact arithmetic"
        ),
        (
            "dec_add(1e999999999999999999999; 0)",
            "error: number (1e999999999999999999999) has more than 1000 digits, the limit of exact arithmetic"
        ),
        ("dec_mul(1e999; 10)", "error: the result has more than 1000 digits, the limit of exact arithmetic"),
        (
            "reduce range(12) as $i (3; dec_mul(.; .))",
            "error: the result has more than 1000 digits, the limit of exact arithmetic"
        ),
        ("dec_round(1; 1001)", "error: number (1001) cannot be a scale: an integer from -1000 to 1000"),
        ("dec_round(1; 0.5)", "error: number (0.5) cannot be a scale: an integer from -1000 to 1000"),
        ("dec_div(1; 0; 2)", "error: number (1) and number (0) cannot be divided because the divisor is zero"),
        (#"dec_add("1,5"; 0)"#, #"error: string ("1,5") is no decimal number"#),
        ("dec_add(null; 0)", "error: null (null) is no decimal number"),
        ("dec_add(nan; 0)", "error: number (null) is no decimal number"),
        (
            #"dec_round(1; 0; "bankers")"#,
            #"error: string ("bankers") is no rounding mode: "#
                + "half_up, half_even, half_down, up, down, ceiling, floor"
        ),
        (#"uuid5("net"; "a")"#, #"error: string ("net") is no namespace: a UUID, or dns, url, oid or x500"#),
        (#"uuid5("dns"; 1)"#, "error: number (1) cannot be named by a UUID, as it is not a string"),
    ])
    func isBounded(_ program: String, _ expected: String) {
        #expect(outputs(program) == expected)
    }

    /// RFC 9562, appendix A.4, and names that fill a block of the digest.
    @Test(arguments: [
        (#""www.example.com""#, "2ed6657d-e927-568b-95e1-2665a8aea6a2"),
        (#""""#, "4ebd0208-8328-5d69-8c44-ec50939c0967"),
        (#"("x" * 39)"#, "2f80c0d1-1c62-579f-8d68-e61ad5592c9b"),
        (#"("x" * 48)"#, "83993b6c-dea9-55ca-be5b-9989c85943fc"),
    ])
    func nameBasedIdentifiers(_ name: String, _ expected: String) {
        #expect(outputs("uuid5(\"dns\"; \(name))").hasPrefix("\"" + expected))
    }
}
