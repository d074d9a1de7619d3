import Flows
import SimulatedSystems

/// Where every event of the demo is, from three witnesses: the ERP's journal says what was applied, the dead-letter
/// topic what was parked, and the workers how many were skipped.
struct DemoAccount {
    private let account: JournalAccount
    private let workers: WorkerStatistics
    private let parked: [TopicReader.Record]

    init(produced: [CustomerEvent], journal: [JournalEntry], parked: [TopicReader.Record], workers: WorkerStatistics) {
        self.workers = workers
        self.parked = parked
        // Which events no step is for is known from how they were made; the workers' count must say the same.
        let skipped = Set(produced.filter { $0.defect?.outcome == .skipped }.map(\.id))
        // An event of a key with parked events joins them, even if no step would be for it (D9).
        let identities = DemoAccount.identities(of: parked, among: produced)
        account = JournalAccount(
            produced: produced.map { .init($0) }, journal: journal, skipped: skipped.subtracting(identities),
            parked: identities)
    }

    var isBalanced: Bool { account.isBalanced && workers.skipped == account.skipped && parked.count == account.parked }

    func line(isBalanced: Bool) -> String {
        (isBalanced ? "balanced:" : "NOT balanced:")
            + " events=\(account.events) applied=\(account.applied) skipped=\(account.skipped)"
            + " parked=\(account.parked) lost=\(account.lost.count) duplicated=\(account.duplicated.count)"
            + " out_of_order=\(account.outOfOrder.count)"
    }

    /// Parked events by reason and status.
    var parkedTable: [String] {
        var counts: [[String]: Int] = [:]
        for record in parked {
            let columns = [
                record.header("penstock.reason") ?? "", record.header("__connect.errors.stage") ?? "",
                record.header("penstock.http.status") ?? "",
            ]
            counts[columns, default: 0] += 1
        }
        var table = Table(["parked because", "stage", "status", "events"])
        for (columns, count) in counts.sorted(by: { $0.value > $1.value }) { table.add(columns + [String(count)]) }
        return table.lines
    }

    func trouble(of erp: SimulatedERP) -> [String] {
        let faults = erp.faults.counters
        return [
            "\(workers.calls) calls, of which \(workers.targetFaults) met a fault of the ERP and were tried again:",
            "  \(faults.answered) refused (503, 429), \(faults.droppedAfterApplying) applied but the answer dropped",
            "  \(erp.currentSummary.duplicatesSuppressed) repeats recognised by their idempotency key: no second effect",
        ]
    }

    /// The ids of the events in the dead-letter topic. A record too broken to be read is known by its key and place in
    /// the order of its key.
    private static func identities(of parked: [TopicReader.Record], among produced: [CustomerEvent]) -> Set<String> {
        var byValue: [[UInt8]: String] = [:]
        for event in produced {
            byValue[event.structured.value] = event.id
            byValue[event.binary.value + Array(event.id.utf8)] = event.id
        }
        return Set(
            parked.compactMap { record in
                let value = record.value ?? []
                guard let id = record.header("ce_id") else { return byValue[value] }
                return byValue[value + Array(id.utf8)]
            })
    }
}
