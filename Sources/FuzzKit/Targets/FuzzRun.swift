/// A stretch of cases in this process.
public struct FuzzRun {
    public private(set) var accepted = 0
    public private(set) var refused = 0
    /// What is wrong, with the number of the case.
    public private(set) var findings: [(number: Int, text: String, fuzzCase: FuzzCase)] = []

    public var count: Int { accepted + refused + findings.count }

    public init() {}

    /// Runs the cases with these numbers.
    ///
    /// - Parameter before: is given each case before it runs, to keep it should the process not survive.
    public mutating func run(
        _ target: any FuzzTarget, seed: UInt64, numbers: Range<Int>, before: (Int, FuzzCase) -> Void = { _, _ in }
    ) {
        for number in numbers {
            let fuzzCase = target.makeCase(seed: seed, number: number)
            before(number, fuzzCase)
            switch target.run(fuzzCase) {
            case .accepted: accepted += 1
            case .refused: refused += 1
            case .finding(let text): findings.append((number, text, fuzzCase))
            }
        }
    }
}
