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

        /// Nothing is left to be done.
        var isWhole: Bool { failed == 0 && moved == 0 && (!isVerified || verified == sent) }
    }

    private static let batchSize = 10_000

    private let flow: FlowDefinition
    private let outcome: Reconciler.Outcome
    private let options: RepairOptions
    private let client: ClientProperties
    private let terminal: Terminal
    private let logger: Logger
    private let repair: Repair

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
        repair = Repair(flow, run: outcome.run, client: client, logger: logger)
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
            try batches { try preview($0) }
            tellPreview(count)
            return account
        }
        let question = "send \(counted(count, "key")) of the flow \(flow.name) to \(flow.reconcile?.entity ?? "") again"
        guard try options.confirmation.obtain(question, terminal: terminal) else { return nil }
        try reconciler.beginRepair()
        var bar = ProgressBar("repair", total: count, terminal: terminal)
        try batches { findings in
            guard !stop.isStopped else { return }
            try send(findings, reconciler, stop, &account, &bar)
        }
        bar.finish()
        tell(account, nil)
        return account
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

    private func send(
        _ findings: [ReconcileFinding], _ reconciler: Reconciler, _ stop: StopSignal, _ account: inout Account,
        _ bar: inout ProgressBar
    ) throws {
        let moved = try reconciler.movedKeys(among: Set(findings.map(\.key)))
        account.moved += moved.count
        let (batches, refusals) = try repair.batches(findings.filter { !moved.contains($0.key) })
        account.failed += refusals.count
        for refusal in refusals { terminal.note("not repaired: \(refusal.finding.keyText): \(refusal.reason)") }
        var references: [[UInt8]: String] = [:]
        for finding in findings where finding.verdict != .missing { references[finding.key] = finding.references }
        var sent: [RedrivePlan.Line] = []
        for batch in batches where !stop.isStopped {
            try send(batch, stop, &sent, &references, &account, &bar)
        }
        try verify(sent, references, reconciler, &account)
    }

    private func send(
        _ batch: Repair.Batch, _ stop: StopSignal, _ sent: inout [RedrivePlan.Line],
        _ references: inout [[UInt8]: String], _ account: inout Account, _ bar: inout ProgressBar
    ) throws {
        let runner = try repair.runner(batch, pace: options.pace)
        let before = account.sent
        try runner.run(
            isStopped: { stop.isStopped },
            onResult: { result in
                let line = batch.lines[result.line]
                guard case .failed(let fault) = result.outcome else {
                    account.sent += 1
                    sent.append(line)
                    if let key = line.key.bytes, let learned = result.learned?.references { references[key] = learned }
                    return
                }
                account.failed += 1
                tell(result, fault)
            }, onStatus: { status in bar.update(before + status.settled) })
    }

    private func verify(
        _ lines: [RedrivePlan.Line], _ references: [[UInt8]: String], _ reconciler: Reconciler,
        _ account: inout Account
    ) throws {
        guard let found = try reconciler.verify(lines, references: references) else { return }
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

    private func tell(_ result: RedriveResult, _ fault: EventFault) {
        terminal.clearDrawing()
        let key = result.entry.key.bytes.map { String(decoding: $0, as: UTF8.self) } ?? "-"
        terminal.note("not repaired: \(key): \(fault.reason.name): \(fault.message)")
    }

    // MARK: - Telling

    private func preview(_ findings: [ReconcileFinding]) throws {
        let (batches, refusals) = try repair.batches(findings)
        let verdicts = Dictionary(findings.map { ($0.key, $0.verdict) }) { first, _ in first }
        for batch in batches {
            let preview = try repair.preview(batch)
            for line in batch.lines {
                guard let key = line.key.bytes, let letter = line.letters.first?.letter else { continue }
                let (calls, ending) = preview.calls(for: letter)
                let made = calls.map { "\($0.step): \($0.method) \($0.system)\($0.path)" }
                let then: String? = if case .fault(let fault) = ending { "would fail: \(fault.message)" } else { nil }
                printPreview(key, verdicts[key] ?? .missing, made, then)
            }
        }
        for refusal in refusals {
            printPreview(refusal.finding.key, refusal.finding.verdict, [], "is not repaired: \(refusal.reason)")
        }
    }

    private func printPreview(_ key: [UInt8], _ verdict: Verdict, _ calls: [String], _ then: String?) {
        let text = String(decoding: key, as: UTF8.self)
        guard terminal.output == .json else {
            let what = (calls + [then].compactMap(\.self)).joined(separator: ", ")
            return terminal.print("\(text) (\(verdict.title)): \(what)")
        }
        let object = JSONObject()
        object.add("repair", text)
        object.add("verdict", verdict.rawValue)
        object.add(
            "calls",
            calls.map { call in
                let object = JSONObject()
                object.add("call", call)
                return object
            })
        if let then { object.add("then", then) }
        terminal.print(object.text)
    }

    private func tellPreview(_ count: Int) {
        guard terminal.output == .json else {
            return terminal.print("would send \(counted(count, "key")) again; nothing was called")
        }
        let object = JSONObject()
        object.add("would_repair", count)
        terminal.print(object.text)
    }

    private func tell(_ account: Account, _ text: String?) {
        guard terminal.output == .json else {
            let verified =
                account.isVerified
                ? "verified: \(account.verified)" : "verified: not possible without `get`; compare again"
            return terminal.print(
                text ?? "repaired: \(account.sent), \(verified), failed: \(account.failed), in motion: \(account.moved)"
            )
        }
        let figures = JSONObject()
        figures.add("repaired", account.sent)
        if account.isVerified { figures.add("verified", account.verified) }
        figures.add("failed", account.failed)
        figures.add("in_motion", account.moved)
        let object = JSONObject()
        object.add("repair", figures)
        terminal.print(object.text)
    }
}
