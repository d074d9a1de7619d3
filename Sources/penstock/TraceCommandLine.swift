import ArgumentParser
import Flows
import PenstockService

struct Trace: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The life of an event or of a key, from the topics alone.",
        discussion: """
            Example: penstock trace customers --event 4711-a
                     penstock trace customers --key CRM-12 --from 24h --output json
            Where it lies, what was called and remembered, parked, redriven and replayed, in the order of time, and
            whether it is settled. The flow's topic is read from --from on.
            """)

    @OptionGroup var options: FlowOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var logging: LogOptions
    @Option(help: "The id of an event.") var event: String?
    @Option(help: "A key.") var key: String?
    @Option(
        help: "beginning, a time such as 2026-11-27T09:00:00Z, 2h for two hours ago, or PARTITION:OFFSET,….")
    var from = "beginning"

    func validate() throws {
        if (event == nil) == (key == nil) { throw ValidationError("give either --event or --key") }
    }

    func run() throws {
        let stop = StopSignal()
        stop.listen()
        let point = try RangePoint.parse("--from", from)
        let (project, flow) = try options.project()
        let subject = event.map { TraceCommand.Subject.event($0) } ?? .key(key ?? "")
        let command = TraceCommand(
            flow: flow, client: project.client, subject, from: point, terminal: output.terminal,
            logger: logging.logger(level: .critical))
        try command.run(until: stop).finish()
    }
}
