import ArgumentParser
import Flows
import Foundation
import PenstockService

extension ReconcileCommand.Output: ExpressibleByArgument {}

struct Reconcile: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Compares what a flow's topic says with what the system holds, and mends it.",
        discussion: """
            Example: penstock reconcile customers --config penstock.yaml --report drift.html
                     penstock reconcile customers --repair --dry-run
                     penstock reconcile customers --repair --only missing --rate 50/s --yes

            Nothing is changed without --repair. Ctrl-C keeps what was read; the same command goes on from there.

            Exit codes: 0 everything is equal, or has been repaired; 1 something differs, or it was stopped; 2 used \\
            wrongly; 3 the brokers or the system could not be reached.
            """)

    @Argument(help: "The flow.") var flow: String
    @OptionGroup var configuration: ConfigurationOptions
    @OptionGroup var logging: LogOptions
    @Option(help: "How findings are printed: table (a summary), json (a line each), or csv (a row for each member).")
    var output: ReconcileCommand.Output = .table
    @Option(help: "Writes a report to this file: HTML that needs nothing else.") var report: String?
    @Flag(help: "Asks for every record by itself, also where the system has a listing.") var byItem = false
    @Flag(help: "Begins anew, whatever was read before.") var fresh = false
    @Option(help: "The folder for what is read; without it one below $XDG_CACHE_HOME or ~/.cache.") var work: String?
    @Option(help: "The megabytes that each table may take before it goes to the folder.") var memory = 64
    @Option(help: "How many seconds keys are waited for whose events are under way.") var settle = 30
    @Option(help: "How many seconds the system may give no answer.") var patience = 30
    @Flag(help: "Sends what is missing or different through the flow again.") var repair = false
    @Option(help: "With --repair: only missing, or only different.") var only: String?
    @Option(help: "With --repair: the most events that are begun in a time: 50/s, 600/m, 1000/h.") var rate: String?
    @Flag(help: "With --repair: only say what would be called.") var dryRun = false
    @Flag(help: "With --repair: do not ask.") var yes = false

    func validate() throws {
        guard repair || !(dryRun || yes || only != nil || rate != nil) else {
            throw ValidationError("--dry-run, --yes, --only and --rate belong to --repair")
        }
        guard (1...65_536).contains(memory) else { throw ValidationError("--memory: from 1 to 65536") }
        guard (0...86_400).contains(settle) else { throw ValidationError("--settle: from 0 to 86400") }
        guard (1...86_400).contains(patience) else { throw ValidationError("--patience: from 1 to 86400") }
        if let only, !["missing", "different"].contains(only) {
            throw ValidationError("--only: missing or different, not \(only)")
        }
    }

    func run() throws {
        let stop = StopSignal()
        stop.listen()
        let options = ReconcileCommand.Options(
            flow: flow, output: output, report: report, comparison: comparison(), repair: try repairOptions())
        let terminal = Terminal(
            output: output == .json ? .json : .table, environment: ProcessInfo.processInfo.environment)
        let command = ReconcileCommand(
            try configuration.project(), options, terminal: terminal, logger: logging.logger(level: .critical))
        try command.run(until: stop).finish()
    }

    private func comparison() -> Reconciler.Options {
        var options = Reconciler.Options(folder: work ?? folder)
        options.byItem = byItem
        options.isFresh = fresh
        options.memoryByteCount = memory << 20
        options.settleTime = .seconds(settle)
        options.patience = .seconds(patience)
        return options
    }

    /// Below the user's caches: what is lost there can be read again.
    private var folder: String {
        let environment = ProcessInfo.processInfo.environment
        let caches = environment["XDG_CACHE_HOME"].flatMap { $0.isEmpty ? nil : $0 }
        let home = environment["HOME"].map { "\($0)/.cache" } ?? NSTemporaryDirectory()
        return "\(caches ?? home)/penstock/reconcile-\(flow)"
    }

    private func repairOptions() throws -> RepairOptions? {
        guard repair else { return nil }
        let pace = try rate.map { text in
            guard let pace = Pace(text) else {
                throw ValidationError("--rate: expected a number and a time such as 50/s, 600/m or 1000/h, not \(text)")
            }
            return pace
        }
        let verdicts: Set<ReconcileVerdict> =
            only == "missing" ? [.missing] : only == "different" ? [.different] : [.missing, .different]
        return RepairOptions(
            verdicts: verdicts, pace: pace, isDryRun: dryRun, confirmation: Confirmation(isGiven: yes))
    }
}
