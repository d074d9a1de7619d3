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
            one("floor", "The integer below.") { $0.rounded(.down) },
            one("ceil", "The integer above.") { $0.rounded(.up) },
            one("round", "The nearest integer, halves away from zero.") { $0.rounded(.toNearestOrAwayFromZero) },
            one("trunc", "The integer towards zero.") { $0.rounded(.towardZero) },
            one("rint", "The nearest integer, halves to even.") { $0.rounded(.toNearestOrEven) },
            one("nearbyint", "The nearest integer, halves to even.") { $0.rounded(.toNearestOrEven) },
            one("sqrt", "The square root.") { $0.squareRoot() },
            one("cbrt", "The cube root.") { cbrt($0) },
            one("fabs", "The absolute value.") { abs($0) },
            one("exp", "The exponential function.") { exp($0) },
            one("exp2", "2 to the power of the input.") { exp2($0) },
            one("exp10", "10 to the power of the input.") { pow(10, $0) },
            one("expm1", "The exponential function less 1.") { expm1($0) },
            one("log", "The natural logarithm.") { log($0) },
            one("log2", "The logarithm to base 2.") { log2($0) },
            one("log10", "The logarithm to base 10.") { log10($0) },
            one("log1p", "The natural logarithm of the input plus 1.") { log1p($0) },
            one("logb", "The binary exponent.") { logb($0) },
            one("gamma", "The logarithm of the gamma function.") { lgamma($0) },
            one("lgamma", "The logarithm of the gamma function.") { lgamma($0) },
            one("tgamma", "The gamma function.") { tgamma($0) },
            one("significand", "The significand, between 1 and 2.") {
                $0 == 0 || !$0.isFinite ? $0 : $0 / exp2(logb($0))
            },
            one("sin", "The sine.") { sin($0) },
            one("cos", "The cosine.") { cos($0) },
            one("tan", "The tangent.") { tan($0) },
            one("asin", "The arc sine.") { asin($0) },
            one("acos", "The arc cosine.") { acos($0) },
            one("atan", "The arc tangent.") { atan($0) },
            one("sinh", "The hyperbolic sine.") { sinh($0) },
            one("cosh", "The hyperbolic cosine.") { cosh($0) },
            one("tanh", "The hyperbolic tangent.") { tanh($0) },
            one("asinh", "The inverse hyperbolic sine.") { asinh($0) },
            one("acosh", "The inverse hyperbolic cosine.") { acosh($0) },
            one("atanh", "The inverse hyperbolic tangent.") { atanh($0) },
            one("erf", "The error function.") { erf($0) },
            one("erfc", "The complementary error function.") { erfc($0) },
            one("j0", "The Bessel function of the first kind of order 0.") { j0($0) },
            one("j1", "The Bessel function of the first kind of order 1.") { j1($0) },
            one("y0", "The Bessel function of the second kind of order 0.") { y0($0) },
            one("y1", "The Bessel function of the second kind of order 1.") { y1($0) },
            two("pow", "The first to the power of the second.") { pow($0, $1) },
            two("atan2", "The angle of a point.") { atan2($0, $1) },
            two("fmod", "The remainder with the sign of the first.") { fmod($0, $1) },
            two("fmin", "The lesser.") { $0.isNaN ? $1 : $1.isNaN ? $0 : min($0, $1) },
            two("fmax", "The greater.") { $0.isNaN ? $1 : $1.isNaN ? $0 : max($0, $1) },
            two("fdim", "How much the first is greater.") { fdim($0, $1) },
            two("hypot", "The length of the hypotenuse.") { hypot($0, $1) },
            two("copysign", "The first with the sign of the second.") { copysign($0, $1) },
            two("drem", "The remainder of the nearest quotient.") { remainder($0, $1) },
            two("remainder", "The remainder of the nearest quotient.") { remainder($0, $1) },
            two("nextafter", "The next double towards the second.") { nextafter($0, $1) },
            two("nexttoward", "The next double towards the second.") { nextafter($0, $1) },
            two("ldexp", "The first times 2 to the power of the second.") { scalbn($0, exponent($1)) },
            two("scalb", "The first times 2 to the power of the second.") { scalbn($0, exponent($1)) },
            two("scalbln", "The first times 2 to the power of the second.") { scalbn($0, exponent($1)) },
            two("jn", "The Bessel function of the first kind.") { jn(Int32(exponent($0)), $1) },
            two("yn", "The Bessel function of the second kind.") { yn(Int32(exponent($0)), $1) },
            Builtin("fma(a; b; c)", "a times b plus c, rounded once.") { (evaluator, _, arguments) throws(Raised) in
                let a = try evaluator.number(arguments.first)
                let b = try evaluator.number(arguments.second)
                return .number(fma(a, b, try evaluator.number(arguments.third)))
            },
            Builtin("frexp", "The significand between a half and 1, and the exponent.") {
                (evaluator, input, _) throws(Raised) in
                let number = try evaluator.number(input)
                guard number != 0, number.isFinite else { return try evaluator.array(.number(number), .number(0)) }
                let exponent = logb(number) + 1
                return try evaluator.array(.number(scalbn(number, -Int(exponent))), .number(exponent))
            },
            Builtin("modf", "The fraction and the integer part.") { (evaluator, input, _) throws(Raised) in
                let number = try evaluator.number(input)
                let whole = number.rounded(.towardZero)
                let fraction = number.isInfinite ? 0 : number - whole
                return try evaluator.array(.number(copysign(fraction, number)), .number(whole))
            },
            Builtin("lgamma_r", "The logarithm of the gamma function, and the sign of the latter.") {
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
        _ name: String, _ summary: String, _ function: @escaping @Sendable (Double) -> Double
    ) -> Builtin {
        Builtin(name, summary) { (evaluator, input, _) throws(Raised) in
            .number(function(try evaluator.number(input)))
        }
    }

    private static func two(
        _ name: String, _ summary: String, _ function: @escaping @Sendable (Double, Double) -> Double
    ) -> Builtin {
        Builtin("\(name)(a; b)", summary) { (evaluator, _, arguments) throws(Raised) in
            let first = try evaluator.number(arguments.first)
            return .number(function(first, try evaluator.number(arguments.second)))
        }
    }
}
