/// Keeps the commit metadata of a partition under its limit, by admitting an event to start only if the metadata
/// would fit whatever becomes of the events that have started, in whatever order.
struct MetadataBudget: Sendable {
    private let bodyLimit: Int

    init(byteLimit: Int) {
        bodyLimit = CommitMetadata.bodyLimit(byteLimit: byteLimit)
    }

    /// Whether metadata fits that describes at most `runs` settled runs within `span` offsets beyond the watermark.
    ///
    /// The bit form needs one bit an offset. The run form needs, for 2n lengths of sum S, at most
    /// Σ(1 + log₁₂₈ lengthᵢ) ≤ 2n · (1 + log₁₂₈(S / 2n)) bytes, for the logarithm is concave. Both grow with span and
    /// runs, and both shrink or stay when a started event settles; so what fitted once fits until more is started.
    func fits(span: Int64, runs: Int) -> Bool {
        if (span + 7) / 8 <= Int64(bodyLimit) { return true }
        let lengths = 2 * Int64(runs)
        let average = max(1, span / lengths + 1)
        let logarithm = Int64(64 - (average - 1).leadingZeroBitCount)
        return lengths * (7 + logarithm) <= 7 * Int64(bodyLimit)
    }
}
