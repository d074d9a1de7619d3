import Flows
import Foundation
import Kafka
import Logging
import Reconciliation

/// Compares what the topic of a flow says with what the system holds, tells it in three forms, and mends it.
public struct ReconcileCommand: Sendable {
    public enum Output: String, Sendable, CaseIterable {
        case table, json, csv
    }

    public struct Options: Sendable {
        public var flow: String
        public var output: Output
        /// The path of a report in HTML; `nil`: none.
        public var report: String?
        public var comparison: Reconciler.Options
        /// What is repaired; `nil`: nothing.
        public var repair: RepairOptions?

        public init(
            flow: String, output: Output, report: String?, comparison: Reconciler.Options, repair: RepairOptions?
        ) {
            self.flow = flow
            self.output = output
            self.report = report
            self.comparison = comparison
            self.repair = repair
        }
    }

    private let project: Project
    private let options: Options
    private let terminal: Terminal
    private let logger: Logger

    public init(_ project: Project, _ options: Options, terminal: Terminal, logger: Logger) {
        self.project = project
        self.options = options
        self.terminal = terminal
        self.logger = logger
    }

    /// - Parameter stop: ends it, and what was read is kept for the next time.
    public func run(until stop: StopSignal) throws -> ExitStatus {
        try DeepStack.run { try telling { try reconcile(stop) } }
    }

    private func reconcile(_ stop: StopSignal) throws -> ExitStatus {
        let flow = try flow()
        // It is told before the work that a repair would not be done.
        try options.repair?.requireConsent()
        if options.repair?.isDryRun == false {
            try RepairRecords.letGo(flow, client: project.client, terminal: terminal, logger: logger, until: stop)
        }
        var comparison = options.comparison
        comparison.repairs = options.repair != nil
        let reconciler = try Reconciler(flow, comparison, client: project.client, logger: logger)
        let progress = ReconcileProgress(terminal)
        let outcome = try reconciler.run(isStopped: { stop.isStopped }, onProgress: { progress.show($0) })
        progress.finish()
        guard let outcome else { return stopped() }
        try tell(outcome, flow)
        var status: ExitStatus = outcome.tally.problems > 0 ? .foundProblems : .done
        if let repair = options.repair {
            let stage = RepairStage(flow, outcome, repair, client: project.client, terminal: terminal, logger: logger)
            guard let account = try stage.run(reconciler, until: stop) else { return .foundProblems }
            if stop.isStopped { return stopped() }
            if account.isWhole, outcome.tally[.unknown] + outcome.tally[.notComparable] == 0 { status = .done }
        }
        Reconciler.clear(options.comparison.folder)
        return status
    }

    private func flow() throws(CommandFailure) -> FlowDefinition {
        guard let flow = project.flows.first(where: { $0.name == options.flow }) else {
            let names = project.flows.map(\.name).joined(separator: ", ")
            throw CommandFailure(
                "the configuration has no flow \(options.flow); its flows are: \(names)", status: .usedWrongly)
        }
        guard flow.reconcile != nil else {
            throw CommandFailure(
                "\(ReconcileFailure.notConfigured(flow: flow.name)); write `reconcile: { entity: system/entity }` in it, "
                    + "and the entity under the system's `entities`", status: .usedWrongly)
        }
        return flow
    }

    private func stopped() -> ExitStatus {
        terminal.note(
            "stopped; what was read is kept in \(options.comparison.folder), and the same command goes on from there "
                + "(--fresh begins anew)")
        return .foundProblems
    }

    // MARK: - What was found

    private func tell(_ outcome: Reconciler.Outcome, _ flow: FlowDefinition) throws {
        let text = ReconcileText(outcome, flow, terminal)
        switch options.output {
        case .table: try text.print()
        case .json: try text.printJSON()
        case .csv: try text.printCSV()
        }
        guard let path = options.report else { return }
        try ReportWriter().write(text.summary, findings: outcome.findings, to: path)
        terminal.note("report: \(path)")
    }

    // MARK: - What goes wrong

    private func telling<Result>(_ body: () throws -> Result) throws -> Result {
        let goesOn = "; what was read is kept, and the same command goes on from there"
        do {
            return try body()
        } catch let error as ReconcileFailure {
            switch error {
            case .notConfigured: throw CommandFailure("\(error)", status: .usedWrongly)
            case .brokersStopped, .systemUnwell: throw CommandFailure("\(error)\(goesOn)", status: .couldNotReach)
            case .answerUnreadable:
                let entity = project.flows.first { $0.name == options.flow }?.reconcile?.entity ?? ""
                throw CommandFailure("\(error); check the entity \(entity)", status: .couldNotReach)
            }
        } catch let error as KafkaError {
            throw Reaching.failure(error, project.client)
        } catch let error as FlowProblems {
            throw CommandFailure("\(error)", status: .usedWrongly)
        } catch let error as SpillError {
            throw CommandFailure("\(error)", status: .couldNotReach)
        }
    }
}

/// The line that shows how a comparison goes.
final class ReconcileProgress {
    private let terminal: Terminal
    private var stage: Reconciler.Progress.Stage?
    private var bar: ProgressBar?
    private var toldTrouble: String?
    private var nextTelling = ContinuousClock.now

    init(_ terminal: Terminal) {
        self.terminal = terminal
    }

    func show(_ progress: Reconciler.Progress) {
        if stage != progress.stage {
            bar?.finish()
            stage = progress.stage
            bar = ProgressBar(Self.label(progress.stage), total: progress.total, terminal: terminal)
        }
        bar?.update(progress.done)
        tell(progress.trouble)
    }

    func finish() {
        bar?.finish()
    }

    private func tell(_ trouble: String?) {
        guard let trouble else { return toldTrouble = nil }
        let now = ContinuousClock.now
        guard toldTrouble == nil || now >= nextTelling else { return }
        toldTrouble = trouble
        nextTelling = now + .seconds(10)
        terminal.clearDrawing()
        terminal.note("waiting: \(trouble)")
    }

    private static func label(_ stage: Reconciler.Progress.Stage) -> String {
        switch stage {
        case .topic: "read events"
        case .states: "read references"
        case .listing: "read the system"
        case .comparing: "compare"
        case .checking: "check again"
        }
    }
}
