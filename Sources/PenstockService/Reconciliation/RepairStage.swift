import Flows
import Foundation
import Kafka
import Logging
import Reconciliation

/// What kind of thing was found of a key.
public typealias ReconcileVerdict = Verdict
/// What was found of a key. The commands that check things have findings of their own.
typealias ReconcileFinding = Reconciliation.Finding

/// What of a comparison is repaired, and how.
public struct RepairOptions: Sendable {
    /// Only these verdicts.
    public var verdicts: Set<Verdict>
    /// How fast events start; `nil`: as fast as the systems bear.
    public var pace: Pace?
    public var isDryRun: Bool
    public var confirmation: Confirmation

    public init(verdicts: Set<Verdict>, pace: Pace?, isDryRun: Bool, confirmation: Confirmation) {
        self.verdicts = verdicts
        self.pace = pace
        self.isDryRun = isDryRun
        self.confirmation = confirmation
    }

    /// A comparison takes its time: that nobody could be asked afterwards is said before.
    func requireConsent() throws(CommandFailure) {
        guard !isDryRun, !confirmation.isGiven, !confirmation.canAsk else { return }
        throw CommandFailure(
            "--repair calls the system; it is not done without --yes, since there is no terminal to ask on; --dry-run "
                + "only says what would be called", status: .usedWrongly)
    }
}

/// Brings the system to what the topic says, key by key, and looks again afterwards.
struct RepairStage {
    struct Account {
        /// Keys whose events went through their flow.
        var sent = 0
        /// Keys that the system holds as they should be now.
        var verified = 0
        /// Keys whose event failed, was not in the topic any more, or that differ still.
        var failed = 0
        /// Keys that got newer events meanwhile, and were left to these.
        var moved = 0
        /// Whether records could be looked at again.
        var isVerified = false
        /// New events of keys under repair, which had to wait and were run after it.
        var heldBack = 0
        /// New events that are parked now, because the first of them failed.
        var heldBackLeft = 0

        /// Nothing is left to be done.
        var isWhole: Bool { failed == 0 && moved == 0 && heldBackLeft == 0 && (!isVerified || verified == sent) }
    }

    private static let batchSize = 10_000
    /// Keys that are held at once.
    private static let windowSize = 2_000

    private let flow: FlowDefinition
    private let outcome: Reconciler.Outcome
    private let options: RepairOptions
    private let client: ClientProperties
    let terminal: Terminal
    private let logger: Logger

    init(
        _ flow: FlowDefinition, _ outcome: Reconciler.Outcome, _ options: RepairOptions, client: ClientProperties,
        terminal: Terminal, logger: Logger
    ) {
        self.flow = flow
        self.outcome = outcome
        self.options = options
        self.client = client
        self.terminal = terminal
        self.logger = logger
    }

    /// - Returns: `nil` when it was not confirmed.
    func run(_ reconciler: Reconciler, until stop: StopSignal) throws -> Account? {
        var account = Account()
        let count = try chosenCount()
        terminal.print("")
        guard count > 0 else {
            tell(account, "nothing to repair")
            return account
        }
        if options.isDryRun {
            let records = try records(until: stop)
            defer { records.close() }
            let repair = repair(records)
            try batches { try preview($0, repair) }
            tellPreview(count)
            return account
        }
        let question = "send \(counted(count, "key")) of the flow \(flow.name) to \(flow.reconcile?.entity ?? "") again"
        guard try options.confirmation.obtain(question, terminal: terminal) else { return nil }
        try reconciler.beginRepair()
        try send(reconciler, stop, count, &account)
        tell(account, nil)
        return account
    }

    private func records(until stop: StopSignal) throws -> RepairRecords {
        try RepairRecords(
            flow, run: outcome.run, isReading: options.isDryRun, client: client, terminal: terminal, logger: logger,
            until: stop)
    }

    private func repair(_ records: RepairRecords) -> Repair {
        Repair(flow, run: outcome.run, knowledge: records.knowledge, client: client, logger: logger)
    }

    // MARK: - Which keys

    private func isChosen(_ finding: ReconcileFinding) -> Bool {
        finding.isRepairable && options.verdicts.contains(finding.verdict)
    }

    private func chosenCount() throws -> Int {
        var count = 0
        try FindingsFile.read(outcome.findings) { finding in
            if isChosen(finding) { count += 1 }
            return true
        }
        return count
    }

    /// So many at a time that memory does not grow with their number.
    private func batches(_ body: ([ReconcileFinding]) throws -> Void) throws {
        var batch: [ReconcileFinding] = []
        try FindingsFile.read(outcome.findings) { finding in
            guard isChosen(finding) else { return true }
            batch.append(finding)
            guard batch.count == RepairStage.batchSize else { return true }
            try body(batch)
            batch.removeAll(keepingCapacity: true)
            return true
        }
        if !batch.isEmpty { try body(batch) }
    }

    // MARK: - Sending

    /// What was sent of a number of findings.
    private struct Sent {
        var lines: [RedrivePlan.Line] = []
        /// What is remembered of the keys now.
        var references: [[UInt8]: String] = [:]
    }

    private func send(
        _ reconciler: Reconciler, _ stop: StopSignal, _ count: Int, _ account: inout Account
    ) throws {
        let records = try records(until: stop)
        defer { records.close() }
        let repair = repair(records)
        var bar = ProgressBar("repair", total: count, terminal: terminal)
        defer { bar.finish() }
        do {
            try batches { findings in
                guard !stop.isStopped else { return }
                try send(findings, repair, records, reconciler, stop, &account, &bar)
            }
            try records.finish()
        } catch {
            // What is held is let go whatever has happened; what cannot be let go is by the next repair.
            try? records.finish()
            throw error
        }
        (account.heldBack, account.heldBackLeft) = records.waited
    }

    private func send(
        _ findings: [ReconcileFinding], _ repair: Repair, _ records: RepairRecords, _ reconciler: Reconciler,
        _ stop: StopSignal, _ account: inout Account, _ bar: inout ProgressBar
    ) throws {
        let (batches, refusals) = try repair.batches(findings)
        account.failed += refusals.count
        for refusal in refusals { terminal.note("not repaired: \(refusal.finding.keyText): \(refusal.reason)") }
        var sent = Sent()
        for finding in findings where finding.verdict != .missing { sent.references[finding.key] = finding.references }
        for window in batches.flatMap({ $0.parts(of: RepairStage.windowSize) }) where !stop.isStopped {
            guard try records.hold(window.lines) else { break }
            // From here on no new event of these keys is applied, and what came before is seen.
            let moved = try reconciler.movedKeys(among: Set(window.lines.compactMap(\.key.bytes)))
            account.moved += moved.count
            let batch = window.leaving { $0.bytes.map(moved.contains) ?? false }
            try send(batch, repair, records, stop, &sent, &account, &bar)
            try records.release(window.lines)
        }
        // A key is looked at when its worker has let it go: until then it looks parked.
        try records.finish()
        try verify(sent, reconciler, &account)
    }

    private func send(
        _ batch: Repair.Batch, _ repair: Repair, _ records: RepairRecords, _ stop: StopSignal, _ sent: inout Sent,
        _ account: inout Account, _ bar: inout ProgressBar
    ) throws {
        let runner = try repair.runner(batch, effects: records.effects, pace: options.pace)
        let before = account.sent
        try runner.run(
            isStopped: { stop.isStopped },
            onResult: { result in
                let line = batch.lines[result.line]
                guard case .failed(let fault) = result.outcome else {
                    account.sent += 1
                    sent.lines.append(line)
                    if let key = line.key.bytes, let learned = result.learned?.references {
                        sent.references[key] = learned
                    }
                    return
                }
                account.failed += 1
                tell(result, fault)
            }, onStatus: { status in bar.update(before + status.settled) })
    }

    private func verify(_ sent: Sent, _ reconciler: Reconciler, _ account: inout Account) throws {
        guard let found = try reconciler.verify(sent.lines, references: sent.references) else { return }
        account.isVerified = true
        account.verified += found.equal
        for finding in found.findings {
            if finding.verdict == .inMotion {
                account.moved += 1
                account.sent -= 1
            } else {
                account.failed += 1
                account.sent -= 1
                terminal.note("not repaired: \(finding.keyText): \(finding.reason ?? finding.verdict.title)")
            }
        }
    }
}
