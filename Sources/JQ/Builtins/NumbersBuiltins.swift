import JSON

/// Numbers beside arithmetic.
extension Builtin {
    static let numbers: [Builtin] = [
        Builtin(
            "infinite", "An infinity, which prints as the largest double.", [.init("infinite > 1e308", "null", "true")]
        ) { (_, _, _) in .number(.infinity) },
        Builtin("nan", "A NaN, which prints as `null`.", [.init("nan | isnan", "null", "true")]) { (_, _, _) in
            .number(.nan)
        },
        Builtin("isinfinite", "Whether a number is infinite.", [.init("isinfinite", "1", "false")]) {
            (evaluator, input, _) throws(Raised) in
            .bool(input.double?.isInfinite ?? false)
        },
        Builtin("isnan", "Whether a number is a NaN.", [.init("isnan", "1", "false")]) {
            (evaluator, input, _) throws(Raised) in
            .bool(input.double?.isNaN ?? false)
        },
        Builtin(
            "isnormal", "Whether a number is neither zero, subnormal, infinite nor NaN.",
            [.init("[.[] | isnormal]", "[0,1]", "[false,true]")]
        ) {
            (evaluator, input, _) throws(Raised) in
            .bool(input.double?.isNormal ?? false)
        },
        Builtin(
            "isvalid(f)", "Whether `f` raises no error.", [.init(#"isvalid(error("no"))"#, "null", "false")],
            jq: "try (f | true) catch false"),
        Builtin(
            "isfinite", "Whether the input is a number that is not infinite.",
            [.init("[.[] | isfinite]", #"[1,"a"]"#, "[true,false]")],
            jq: #"type == "number" and (isinfinite | not)"#),
        Builtin(
            "normals", "The input if it is a normal number.", [.init("[.[] | normals]", "[0,1]", "[1]")],
            jq: "if isnormal then . else empty end"),
        Builtin(
            "finites", "The input if it is a finite number.", [.init("[.[] | finites]", "[0,1]", "[0,1]")],
            jq: "if isinfinite then empty else . end"),
        Builtin(
            "abs", "The absolute value; all that is not less than 0 as it is.",
            [.init("[.[] | abs]", "[-10,-1.10,2]", "[10,1.10,2]")]
        ) {
            (evaluator, input, _) throws(Raised) in
            switch input.kind {
            case .number:
                return (input.double ?? 0) < 0 ? try evaluator.negate(input) : input
            case .null, .false, .true: throw evaluator.typeError(input, "has no absolute value")
            default: return input
            }
        },
    ]
}

extension Evaluator {
    func number(_ value: Value) throws(Raised) -> Double {
        guard let number = value.double else { throw typeError(value, "number required") }
        return number
    }
}
