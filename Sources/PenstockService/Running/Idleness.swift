import Flows

/// Notices when workers have had nothing to do for a while.
struct Idleness {
    private let limit: Duration?
    private var last = WorkerStatistics()
    private var since = ContinuousClock.now

    init(limit: Duration?) {
        self.limit = limit
    }

    /// Whether the figures show that nothing has come and nothing has been pending for the limit.
    mutating func isOver(_ statistics: WorkerStatistics) -> Bool {
        guard let limit else { return false }
        let isBusy = statistics.bufferedEvents > 0 || statistics.inFlight > 0 || statistics.partitions.isEmpty
        if isBusy || statistics.fetched != last.fetched { since = .now }
        last = statistics
        return .now - since >= limit
    }
}

extension WorkerStatistics {
    /// One JSON object: what was done, and the seconds from the first record to the last event settled.
    var summary: String {
        let nanoseconds = (lastSettled?.nanoseconds ?? 0) - (firstFetched?.nanoseconds ?? 0)
        return "{\"events\":\(fetched),\"applied\":\(applied),\"skipped\":\(skipped),\"parked\":\(parked),"
            + "\"calls\":\(calls),\"target_faults\":\(targetFaults),"
            + "\"start\":\(Double(firstFetched?.nanoseconds ?? 0) / 1e9),"
            + "\"end\":\(Double(lastSettled?.nanoseconds ?? 0) / 1e9),\"seconds\":\(Double(nanoseconds) / 1e9)}"
    }
}
