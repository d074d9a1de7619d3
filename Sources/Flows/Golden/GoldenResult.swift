/// A case that has run.
public struct GoldenResult: Sendable {
    public let golden: GoldenCase
    /// Where the case and what the flow did differ; empty when it has passed.
    public let differences: [GoldenDifference]
    /// In real time.
    public let duration: Duration
    /// What the flow did, as the expectation that would have passed, in JSON.
    let actualExpectation: [UInt8]

    public var hasPassed: Bool { differences.isEmpty }
}

extension GoldenRunner {
    /// Runs a case and compares.
    ///
    /// - Parameter files: how the files that the case names are read.
    public func result(of golden: GoldenCase, files: ConfigurationFiles = .local) -> GoldenResult {
        let clock = ContinuousClock()
        var differences: [GoldenDifference] = []
        var actual: [UInt8] = []
        let duration = clock.measure {
            let run = run(golden, files: files)
            differences = GoldenComparison.differences(golden, run)
            if !differences.isEmpty { actual = ExpectationText.json(of: run, like: golden.expectation) }
        }
        return GoldenResult(
            golden: golden, differences: differences, duration: duration, actualExpectation: actual)
    }
}
