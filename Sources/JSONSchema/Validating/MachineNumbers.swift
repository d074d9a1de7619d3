import JSON

/// A number's literal without an exponent, of at most 18 digits before the point.
private struct SmallDecimal {
    /// What stands before the point, with the sign.
    var integer = 0
    var isNegative = false
    /// Digits behind the point up to the last that is not 0.
    var fractionDigits = 0

    @inline(__always)
    init?(_ literal: UnsafeRawBufferPointer) {
        guard let start = literal.baseAddress else { return nil }
        var next = start
        let end = start + literal.count
        if next < end, next.load(as: UInt8.self) == UInt8(ascii: "-") {
            isNegative = true
            next += 1
        }
        let digits = next
        while next < end {
            let digit = next.load(as: UInt8.self) &- UInt8(ascii: "0")
            guard digit < 10 else { break }
            integer = integer &* 10 &+ Int(digit)
            next += 1
        }
        guard next - digits <= 18 else { return nil }
        if isNegative { integer = -integer }
        guard next < end else { return }
        guard next.load(as: UInt8.self) == UInt8(ascii: ".") else { return nil }
        next += 1
        let fraction = next
        while next < end {
            let digit = next.load(as: UInt8.self) &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            next += 1
            if digit != 0 { fractionDigits = next - fraction }
        }
    }

    /// -1, 0 or 1 as the number is less than, equal to or greater than the integer.
    @inline(__always)
    func compare(_ other: Int) -> Int {
        if integer != other { return integer < other ? -1 : 1 }
        guard fractionDigits > 0 else { return 0 }
        return isNegative ? -1 : 1
    }
}

extension Machine {
    @inline(__always)
    func checkNumber(_ node: UnsafePointer<Node>, _ value: Value) -> Bool {
        if node.pointee.types.contains(.integersOnly), !Self.isInteger(value) { return false }
        guard node.pointee.number >= 0 else { return true }
        for index in tables.pointee.numberSpans[Int(node.pointee.number)].indices {
            guard Self.check(tables.pointee.numbers + index, value) else { return false }
        }
        return true
    }

    /// Whether the number has no fraction: 1, 1.0 and 1e3 have none.
    static func isInteger(_ value: Value) -> Bool {
        if value.isLiteral, let small = SmallDecimal(bytes(of: value)) { return small.fractionDigits == 0 }
        return value.isInteger
    }

    static func check(_ rule: UnsafePointer<NumberRule>, _ value: Value) -> Bool {
        if rule.pointee.kind == .multipleOf { return isMultiple(value, of: rule) }
        let order: Int
        if let integer = rule.pointee.integer, value.isLiteral, let small = SmallDecimal(bytes(of: value)) {
            order = small.compare(integer)
        } else {
            order = Value.compareNumbers(value, rule.pointee.operand)
        }
        return switch rule.pointee.kind {
        case .minimum: order >= 0
        case .exclusiveMinimum: order > 0
        case .maximum: order <= 0
        case .exclusiveMaximum: order < 0
        case .multipleOf: true
        }
    }

    private static func isMultiple(_ value: Value, of rule: UnsafePointer<NumberRule>) -> Bool {
        if value.isLiteral, let small = SmallDecimal(bytes(of: value)) {
            if let digits = rule.pointee.fractionDigits { return small.fractionDigits <= digits }
            if let integer = rule.pointee.integer, integer != 0 {
                return small.fractionDigits == 0 && small.integer % integer == 0
            }
        }
        return value.isMultiple(of: rule.pointee.operand)
    }

    /// The operand as an integer and as a negative power of ten, where it is one.
    static func shortcuts(for operand: Value) -> (integer: Int?, fractionDigits: Int?) {
        guard operand.isLiteral, let small = SmallDecimal(operand.bytes) else { return (nil, nil) }
        if small.fractionDigits == 0 { return (small.integer, small.integer == 1 ? 0 : nil) }
        // 0.01: all digits are 0 but the last that counts, which is 1.
        let significant = operand.bytes.filter { $0 != UInt8(ascii: "0") && $0 != UInt8(ascii: ".") }
        return (nil, significant == [UInt8(ascii: "1")] && small.integer == 0 ? small.fractionDigits : nil)
    }
}
