import Synchronization

/// What all seeds of a run contained, for `COVERAGE=1`: happenings, faults drawn, and different states of the core.
final class Totals: Sendable {
    static let shared = Totals()

    private struct Sums {
        var coverage = Coverage()
        var faults: [String: Int] = [:]
        var states: Set<Int> = []
        var seeds = 0
        var finishedChunks = 0
    }

    private let sums = Mutex(Sums())

    func add(_ journal: [Entry], _ plan: Plan, _ states: Set<Int>) {
        sums.withLock { sums in
            sums.coverage.add(journal)
            for fault in plan.faults { sums.faults[fault.name, default: 0] += 1 }
            sums.states.formUnion(states)
            sums.seeds += 1
        }
    }

    /// A chunk of the seeds is done; the last one prints.
    func finished(of chunks: Int) {
        sums.withLock { sums in
            sums.finishedChunks += 1
            guard sums.finishedChunks == chunks else { return }
            print("seeds: \(sums.seeds), different states of the core: \(sums.states.count)")
            print("faults drawn: \(sums.faults.values.reduce(0, +))", sums.faults.sorted { $0.key < $1.key })
            for (what, count) in sums.coverage.counts.sorted(by: { $0.key < $1.key }) { print("\(what): \(count)") }
        }
    }
}

extension Fault {
    /// What kind of fault it is.
    var name: String { String("\(self)".prefix { $0 != "(" }) }
}
