import Flows
import Foundation
import Kafka
import Logging

/// Sends dead letters through their flow again, each key's in order, and keeps account of what became of them.
public struct DeadLetterRedriveCommand: Sendable {
    public struct Options: Sendable {
        /// How fast letters start; `nil`: as fast as the systems bear.
        public var pace: Pace?
        public var isDryRun: Bool
        public var confirmation: Confirmation

        public init(pace: Pace?, isDryRun: Bool, confirmation: Confirmation) {
            self.pace = pace
            self.isDryRun = isDryRun
            self.confirmation = confirmation
        }
    }

    private let selection: DeadLetterSelection
    private let options: Options
    private let terminal: Terminal
    private let logger: Logger

    public init(_ selection: DeadLetterSelection, _ options: Options, terminal: Terminal, logger: Logger) {
        self.selection = selection
        self.options = options
        self.terminal = terminal
        self.logger = logger
    }

    /// - Parameter stop: ends the redrive after what is in flight.
    public func run(until stop: StopSignal) throws -> ExitStatus {
        try DeepStack.run { try redrive(stop) }
    }

    private func redrive(_ stop: StopSignal) throws -> ExitStatus {
        let flow = try selection.onlyFlow()
        let archive = try DeadLetterArchive(flow, keepsContent: true, client: selection.client, logger: logger)
        defer { archive.close() }
        let plan = RedrivePlan(archive.book, selection.filter)
        if options.isDryRun {
            try RedrivePreviewText(flow, terminal: terminal).print(plan)
            return .done
        }
        guard plan.letterCount > 0 else {
            print(RedriveAccount(), flow)
            return .done
        }
        let question =
            "redrive \(counted(plan.letterCount, "dead letter")) of \(counted(plan.lines.count, "key")) "
            + "of the flow \(flow.name)"
        guard try options.confirmation.obtain(question, terminal: terminal) else { return .foundProblems }
        let account = try rounds(plan, flow, archive, stop)
        print(account, flow)
        return account.failed > 0 || account.left > 0 ? .foundProblems : .done
    }

    // MARK: - Rounds

    /// More rounds than a key that is parked as fast as it is redriven is given; what is left then is told.
    private static let roundLimit = 10

    /// Redrives the plan, then what workers have parked behind the same keys meanwhile, until nothing more comes.
    private func rounds(
        _ first: RedrivePlan, _ flow: FlowDefinition, _ archive: DeadLetterArchive, _ stop: StopSignal
    ) throws -> RedriveAccount {
        var account = RedriveAccount()
        var plan = first
        for _ in 0..<DeadLetterRedriveCommand.roundLimit {
            let round = RedriveRound(
                flow, plan, pace: options.pace, client: selection.client, terminal: terminal, logger: logger)
            try round.run(until: stop, archive, &account)
            guard !stop.isStopped else { break }
            try archive.refresh(selection.client)
            plan = RedrivePlan(archive.book, keys: account.finishedKeys)
            if plan.letterCount == 0 { break }
        }
        let open = RedrivePlan(archive.book, keys: account.keys)
        account.left = open.letterCount
        account.leftKeys = open.lines.count
        return account
    }

    // MARK: - The account

    private func print(_ account: RedriveAccount, _ flow: FlowDefinition) {
        switch terminal.output {
        case .table:
            terminal.print(
                "redriven: \(account.redriven) (applied: \(account.applied), skipped: \(account.skipped)), "
                    + "failed: \(account.failed), left: \(counted(account.left, "letter")) of "
                    + counted(account.leftKeys, "key"))
        case .json:
            let object = JSONObject()
            object.add("flow", flow.name)
            object.add("redriven", account.redriven)
            object.add("applied", account.applied)
            object.add("skipped", account.skipped)
            object.add("failed", account.failed)
            object.add("left", account.left)
            object.add("keys_left", account.leftKeys)
            terminal.print(object.text)
        }
    }
}

/// What a redrive has done.
struct RedriveAccount {
    var applied = 0
    var skipped = 0
    var failed = 0
    /// Letters of the chosen keys that are parked still, and their keys.
    var left = 0
    var leftKeys = 0
    /// All keys that were taken up.
    var keys: Set<OrderKey> = []
    /// Those among them of which no letter failed.
    var finishedKeys: Set<OrderKey> = []

    var redriven: Int { applied + skipped }
}
