import JSON

/// Exact decimal arithmetic, for money. Operands are numbers or strings that hold one.
extension Builtin {
    static let decimals: [Builtin] = [
        Builtin(
            "dec_add(a; b)", "The sum of two decimal numbers, exactly; it has the scale of the more precise one.",
            [
                .init(#"dec_add(0.1; 0.2)"#, "null", "0.3"),
                .init(#"dec_add("1.10"; 2)"#, "null", "3.10"),
            ]
        ) { (evaluator, _, arguments) throws(Raised) in
            let a = try evaluator.decimal(arguments.first)
            return try evaluator.literal(of: evaluator.sum(a, evaluator.decimal(arguments.second)))
        },
        Builtin(
            "dec_sub(a; b)", "The difference of two decimal numbers, exactly, with the scale of the more precise one.",
            [.init("dec_sub(10.00; .discount)", #"{"discount":"0.05"}"#, "9.95")]
        ) { (evaluator, _, arguments) throws(Raised) in
            let a = try evaluator.decimal(arguments.first)
            let b = evaluator.negated(try evaluator.decimal(arguments.second))
            return try evaluator.literal(of: evaluator.sum(a, b))
        },
        Builtin(
            "dec_mul(a; b)", "The product of two decimal numbers, exactly; its scale is the sum of theirs.",
            [.init("dec_mul(.price; .quantity)", #"{"price":19.95,"quantity":1.5}"#, "29.925")]
        ) { (evaluator, _, arguments) throws(Raised) in
            let a = try evaluator.decimal(arguments.first)
            return try evaluator.literal(of: evaluator.product(a, evaluator.decimal(arguments.second)))
        },
        Builtin(
            "dec_div(a; b; scale)", "The quotient with so many digits behind the point; halves go away from zero.",
            [.init("dec_div(100; 3; 2)", "null", "33.33"), .init("dec_div(1; 8; 2)", "null", "0.13")],
            jq: #"dec_div(a; b; scale; "half_up")"#),
        Builtin(
            "dec_div($a; $b; $scale; $mode)", "The quotient, rounded once, in a rounding mode.",
            [.init(#"dec_div(1; 8; 2; "half_even")"#, "null", "0.12")],
            jq: "[$a, $b, $scale, $mode] | _dec_div"),
        Builtin("_dec_div", "Divides; the input is an array of what `dec_div` takes.") {
            (evaluator, input, _) throws(Raised) in
            try evaluator.decimalQuotient(input.elements)
        },
        Builtin(
            "dec_round(x; scale)",
            "A decimal number with so many digits behind the point, or before it if negative; halves go away from zero.",
            [
                .init("dec_round(.; 2)", "1.005", "1.01"), .init("dec_round(.; 2)", "7", "7.00"),
                .init("dec_round(.; -2)", "1250", "1300"),
            ]
        ) { (evaluator, _, arguments) throws(Raised) in
            try evaluator.roundedDecimal(arguments.first, arguments.second, .halfUp)
        },
        Builtin(
            "dec_round(x; scale; mode)",
            "The same in a rounding mode: `half_up`, `half_even`, `half_down`, `up`, `down`, `ceiling` or `floor`.",
            [
                .init(#"dec_round(.; 2; "half_even")"#, "1.005", "1.00"),
                .init(#"[dec_round(.[]; 0; "floor")]"#, "[1.9, -1.1]", "[1,-2]"),
            ]
        ) { (evaluator, _, arguments) throws(Raised) in
            let mode = try evaluator.rounding(arguments.third)
            return try evaluator.roundedDecimal(arguments.first, arguments.second, mode)
        },
        Builtin(
            "dec_cmp(a; b)",
            "-1, 0 or 1 as the first decimal number is less than, equal to or greater than the second.",
            [.init(#"dec_cmp("1.10"; 1.1)"#, "null", "0"), .init("dec_cmp(-2; 1)", "null", "-1")]
        ) { (evaluator, _, arguments) throws(Raised) in
            let a = try evaluator.decimal(arguments.first)
            let difference = try evaluator.sum(a, evaluator.negated(evaluator.decimal(arguments.second)))
            return .number(difference.isZero ? 0 : difference.isNegative ? -1 : 1)
        },
        Builtin(
            "dec_sum", "The sum of an array of decimal numbers, exactly; 0 if it is empty.",
            [.init("dec_sum", #"[0.1, "0.20", 3]"#, "3.30"), .init("dec_sum", "[]", "0")]
        ) { (evaluator, input, _) throws(Raised) in
            guard input.kind == .array else { throw evaluator.cannotIterate(input) }
            var sum = try evaluator.decimal(.number(0))
            for element in input.elements { sum = try evaluator.sum(sum, evaluator.decimal(element)) }
            return try evaluator.literal(of: sum)
        },
        Builtin(
            "dec_sum(f)", "The sum of the outputs of `f`, exactly.",
            [
                .init(
                    "dec_sum(.lines[] | dec_mul(.price; .quantity))",
                    #"{"lines":[{"price":1.10,"quantity":3},{"price":0.95,"quantity":2}]}"#, "5.20")
            ], jq: "[f] | dec_sum"),
    ]
}

extension Evaluator {
    func decimalQuotient(_ operands: UnsafeBufferPointer<Value>) throws(Raised) -> Value {
        guard operands.count == 4 else { throw fail("_dec_div needs four operands") }
        let dividend = try decimal(operands[0])
        let divisor = try decimal(operands[1])
        let scale = try scale(operands[2], atLeast: 0)
        let rounding = try rounding(operands[3])
        guard !divisor.isZero else {
            throw typeError(operands[0], operands[1], "cannot be divided because the divisor is zero")
        }
        return try literal(of: quotient(dividend, divisor, scale: scale, rounding))
    }

    func roundedDecimal(_ value: Value, _ scale: Value, _ rounding: Rounding) throws(Raised) -> Value {
        let number = try decimal(value)
        let digits = try self.scale(scale, atLeast: -ExactDecimal.digitLimit)
        return try literal(of: rounded(number, scale: digits, rounding))
    }
}
