import ArgumentParser
import Flows
import Foundation
import PenstockService

struct OffsetGroup: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "offsets", abstract: "Where a flow's group stands, and how to have it go on elsewhere.",
        discussion: "Example: penstock offsets show customers",
        subcommands: [ShowOffsets.self, SetOffsets.self])
}

struct ShowOffsets: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "By partition: what is committed, settled ahead, and left; and who reads it.",
        discussion: "Example: penstock offsets show customers --output json")

    @OptionGroup var options: FlowOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var logging: LogOptions

    func run() throws {
        let (project, flow) = try options.project()
        let command = OffsetsShowCommand(
            flow: flow, client: project.client, terminal: output.terminal, logger: logging.logger(level: .critical))
        try command.run().finish()
    }
}

struct SetOffsets: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set",
        abstract: "Sets where a stopped group goes on; counts first what is repeated or passed over.",
        discussion: """
            Example: penstock offsets set customers --to beginning --dry-run
                     penstock offsets set customers --to 0:1200,3:870
                     penstock offsets set customers --to 2026-11-27T09:00:00Z --partition 2
            Repeated events whose effects have receipts are skipped. Passed over is what would never run.
            """)

    @OptionGroup var options: FlowOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var logging: LogOptions
    @Option(
        help: "beginning, now, a time such as 2026-11-27T09:00:00Z, 2h for two hours ago, or PARTITION:OFFSET,….")
    var to: String
    @Option(name: .customLong("partition"), help: "Only this partition; may be given several times.")
    var partitions: [Int32] = []
    @Flag(help: "Only say what it would repeat and pass over.") var dryRun = false
    @Flag(help: "Do not ask.") var yes = false

    func run() throws {
        let stop = StopSignal()
        stop.listen()
        let point = try RangePoint.parse("--to", to)
        let (project, flow) = try options.project()
        let command = OffsetsSetCommand(
            flow: flow, client: project.client,
            OffsetsSetCommand.Options(
                to: point, partitions: Set(partitions), isDryRun: dryRun, confirmation: Confirmation(isGiven: yes)),
            terminal: output.terminal, logger: logging.logger(level: .critical))
        try command.run(until: stop).finish()
    }
}
