/// How a decimal number is brought to fewer digits.
enum Rounding: String, CaseIterable {
    /// To the nearest; halves away from zero, as invoices are rounded. The default.
    case halfUp = "half_up"
    /// To the nearest; halves to the even digit: banker's rounding.
    case halfEven = "half_even"
    /// To the nearest; halves towards zero.
    case halfDown = "half_down"
    /// Away from zero.
    case up
    /// Towards zero: cut off.
    case down
    /// Upwards, to the greater number.
    case ceiling
    /// Downwards, to the lesser number.
    case floor

    /// Whether the magnitude goes up by one.
    ///
    /// - Parameters:
    ///   - half: -1, 0 or 1 as what is dropped is less than, equal to or more than a half.
    ///   - isExact: whether nothing but zeros is dropped.
    ///   - isOdd: whether the last digit kept is odd.
    func goesUp(half: Int, isExact: Bool, isOdd: Bool, isNegative: Bool) -> Bool {
        if isExact { return false }
        return switch self {
        case .halfUp: half >= 0
        case .halfEven: half > 0 || half == 0 && isOdd
        case .halfDown: half > 0
        case .up: true
        case .down: false
        case .ceiling: !isNegative
        case .floor: isNegative
        }
    }
}
