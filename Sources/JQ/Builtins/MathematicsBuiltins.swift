import JSON

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The functions of C's mathematics library.
extension Builtin {
    static let mathematics: [Builtin] =
        [
            one("floor", "The integer below.", .init("floor", "-1.5", "-2")) { $0.rounded(.down) },
            one("ceil", "The integer above.", .init("ceil", "-1.5", "-1")) { $0.rounded(.up) },
            one("round", "The nearest integer, halves away from zero.", .init("round", "-1.5", "-2")) {
                $0.rounded(.toNearestOrAwayFromZero)
            },
            one("trunc", "The integer towards zero.", .init("trunc", "-1.5", "-1")) { $0.rounded(.towardZero) },
            one("rint", "The nearest integer, halves to even.", .init("rint", "2.5", "2")) {
                $0.rounded(.toNearestOrEven)
            },
            one("nearbyint", "The nearest integer, halves to even.", .init("nearbyint", "2.5", "2")) {
                $0.rounded(.toNearestOrEven)
            },
            one("sqrt", "The square root.", .init("sqrt", "16", "4")) { $0.squareRoot() },
            one("cbrt", "The cube root.", .init("cbrt", "8", "2")) { cbrt($0) },
            one("fabs", "The absolute value.", .init("fabs", "-3", "3")) { abs($0) },
            one("exp", "The exponential function.", .init("exp", "0", "1")) { exp($0) },
            one("exp2", "2 to the power of the input.", .init("exp2", "3", "8")) { exp2($0) },
            one("pow10", "10 to the power of the input.", .init("pow10", "2", "100")) { pow(10, $0) },
            one("exp10", "10 to the power of the input.", .init("exp10", "2", "100")) { pow(10, $0) },
            one("expm1", "The exponential function less 1.", .init("expm1", "0", "0")) { expm1($0) },
            one("log", "The natural logarithm.", .init("log", "1", "0")) { log($0) },
            one("log2", "The logarithm to base 2.", .init("log2", "8", "3")) { log2($0) },
            one("log10", "The logarithm to base 10.", .init("log10", "1000", "3")) { log10($0) },
            one("log1p", "The natural logarithm of the input plus 1.", .init("log1p", "0", "0")) { log1p($0) },
            one("logb", "The binary exponent.", .init("logb", "10", "3")) { logb($0) },
            one("gamma", "The logarithm of the gamma function.", .init("gamma", "1", "0")) { lgamma($0) },
            one("lgamma", "The logarithm of the gamma function.", .init("lgamma", "1", "0")) { lgamma($0) },
            one("tgamma", "The gamma function.", .init("tgamma", "5", "24")) { tgamma($0) },
            one("significand", "The significand, between 1 and 2.", .init("significand", "10", "1.25")) {
                $0 == 0 || !$0.isFinite ? $0 : $0 / exp2(logb($0))
            },
            one("sin", "The sine.", .init("sin", "0", "0")) { sin($0) },
            one("cos", "The cosine.", .init("cos", "0", "1")) { cos($0) },
            one("tan", "The tangent.", .init("tan", "0", "0")) { tan($0) },
            one("asin", "The arc sine.", .init("asin", "0", "0")) { asin($0) },
            one("acos", "The arc cosine.", .init("acos", "1", "0")) { acos($0) },
            one("atan", "The arc tangent.", .init("atan", "0", "0")) { atan($0) },
            one("sinh", "The hyperbolic sine.", .init("sinh", "0", "0")) { sinh($0) },
            one("cosh", "The hyperbolic cosine.", .init("cosh", "0", "1")) { cosh($0) },
            one("tanh", "The hyperbolic tangent.", .init("tanh", "0", "0")) { tanh($0) },
            one("asinh", "The inverse hyperbolic sine.", .init("asinh", "0", "0")) { asinh($0) },
            one("acosh", "The inverse hyperbolic cosine.", .init("acosh", "1", "0")) { acosh($0) },
            one("atanh", "The inverse hyperbolic tangent.", .init("atanh", "0", "0")) { atanh($0) },
            one("erf", "The error function.", .init("erf", "0", "0")) { erf($0) },
            one("erfc", "The complementary error function.", .init("erfc", "0", "1")) { erfc($0) },
            one("j0", "The Bessel function of the first kind of order 0.", .init("j0", "0", "1")) { j0($0) },
            one("j1", "The Bessel function of the first kind of order 1.", .init("j1", "0", "0")) { j1($0) },
            one("y0", "The Bessel function of the second kind of order 0.", .init("y0 < 0.1", "1", "true")) { y0($0) },
            one("y1", "The Bessel function of the second kind of order 1.", .init("y1 < 0.1", "1", "true")) { y1($0) },
            two("pow", "The first to the power of the second.", .init("pow(2; 10)", "null", "1024")) { pow($0, $1) },
            two("atan2", "The angle of a point.", .init("atan2(0; 1)", "null", "0")) { atan2($0, $1) },
            two("fmod", "The remainder with the sign of the first.", .init("fmod(7; 3)", "null", "1")) { fmod($0, $1) },
            two("fmin", "The lesser.", .init("fmin(1; 2)", "null", "1")) {
                $0.isNaN ? $1 : $1.isNaN ? $0 : min($0, $1)
            },
            two("fmax", "The greater.", .init("fmax(1; 2)", "null", "2")) {
                $0.isNaN ? $1 : $1.isNaN ? $0 : max($0, $1)
            },
            two("fdim", "How much the first is greater.", .init("fdim(5; 3)", "null", "2")) { fdim($0, $1) },
            two("hypot", "The length of the hypotenuse.", .init("hypot(3; 4)", "null", "5")) { hypot($0, $1) },
            two("copysign", "The first with the sign of the second.", .init("copysign(3; -1)", "null", "-3")) {
                copysign($0, $1)
            },
            two("drem", "The remainder of the nearest quotient.", .init("drem(7; 4)", "null", "-1")) {
                remainder($0, $1)
            },
            two("remainder", "The remainder of the nearest quotient.", .init("remainder(7; 4)", "null", "-1")) {
                remainder($0, $1)
            },
            two("nextafter", "The next double towards the second.", .init("nextafter(1; 1)", "null", "1")) {
                nextafter($0, $1)
            },
            two("nexttoward", "The next double towards the second.", .init("nexttoward(1; 1)", "null", "1")) {
                nextafter($0, $1)
            },
            two("ldexp", "The first times 2 to the power of the second.", .init("ldexp(3; 2)", "null", "12")) {
                scalbn($0, exponent($1))
            },
            two("scalb", "The first times 2 to the power of the second.", .init("scalb(3; 2)", "null", "12")) {
                scalbn($0, exponent($1))
            },
            two("scalbln", "The first times 2 to the power of the second.", .init("scalbln(3; 2)", "null", "12")) {
                scalbn($0, exponent($1))
            },
            two("jn", "The Bessel function of the first kind.", .init("jn(0; 0)", "null", "1")) {
                jn(Int32(exponent($0)), $1)
            },
            two("yn", "The Bessel function of the second kind.", .init("yn(0; 1) < 0.1", "null", "true")) {
                yn(Int32(exponent($0)), $1)
            },
            Builtin("fma(a; b; c)", "a times b plus c, rounded once.", [.init("fma(2; 3; 4)", "null", "10")]) {
                (evaluator, _, arguments) throws(Raised) in
                let a = try evaluator.number(arguments.first)
                let b = try evaluator.number(arguments.second)
                return .number(fma(a, b, try evaluator.number(arguments.third)))
            },
            Builtin(
                "frexp", "The significand between a half and 1, and the exponent.", [.init("frexp", "12", "[0.75,4]")]
            ) {
                (evaluator, input, _) throws(Raised) in
                let number = try evaluator.number(input)
                guard number != 0, number.isFinite else { return try evaluator.array(.number(number), .number(0)) }
                let exponent = logb(number) + 1
                return try evaluator.array(.number(scalbn(number, -Int(exponent))), .number(exponent))
            },
            Builtin("modf", "The fraction and the integer part.", [.init("modf", "2.5", "[0.5,2]")]) {
                (evaluator, input, _) throws(Raised) in
                let number = try evaluator.number(input)
                let whole = number.rounded(.towardZero)
                let fraction = number.isInfinite ? 0 : number - whole
                return try evaluator.array(.number(copysign(fraction, number)), .number(whole))
            },
            Builtin(
                "lgamma_r", "The logarithm of the gamma function, and the sign of the latter.",
                [.init("lgamma_r | map(floor)", "5", "[3,1]")]
            ) {
                (evaluator, input, _) throws(Raised) in
                let number = try evaluator.number(input)
                let sign: Double = number < 0 && Int(number.rounded(.down)) % 2 != 0 ? -1 : 1
                return try evaluator.array(.number(lgamma(number)), .number(sign))
            },
        ]

    private static func exponent(_ value: Double) -> Int {
        value.isNaN ? 0 : Int(max(min(value, 100_000), -100_000))
    }

    private static func one(
        _ name: String, _ summary: String, _ example: Example,
        _ function: @escaping @Sendable (Double) -> Double
    ) -> Builtin {
        Builtin(name, summary, [example]) { (evaluator, input, _) throws(Raised) in
            .number(function(try evaluator.number(input)))
        }
    }

    private static func two(
        _ name: String, _ summary: String, _ example: Example,
        _ function: @escaping @Sendable (Double, Double) -> Double
    ) -> Builtin {
        Builtin("\(name)(a; b)", summary, [example]) { (evaluator, _, arguments) throws(Raised) in
            let first = try evaluator.number(arguments.first)
            return .number(function(first, try evaluator.number(arguments.second)))
        }
    }
}
