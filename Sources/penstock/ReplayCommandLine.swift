import ArgumentParser
import Flows
import Foundation
import PenstockService

struct Replay: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Runs a range of a flow's events again; what has a receipt is not called.",
        discussion: """
            Example: penstock replay customers --from 2026-11-27T09:00:00Z --to now --dry-run
                     penstock replay customers --from 0:1200,1:800 --to 0:1300,1:900 --type crm.customer.created
                     penstock replay customers --from 2h --key CRM-12 --again --name mend-1 --rate 50/s
                     penstock replay customers --to-topic crm.customers.copy
                     penstock replay customers --from 24h --diff new/penstock.yaml
            Only what the group has settled is replayed; the rest is its workers' business, who may run meanwhile. Ctrl-C
            ends after what is in flight; the same command goes on from there.
            """)

    @OptionGroup var options: FlowOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var logging: LogOptions
    @Option(
        help: "beginning, a time such as 2026-11-27T09:00:00Z, 2h for two hours ago, or PARTITION:OFFSET,….")
    var from = "beginning"
    @Option(help: "now, or as --from; the end is not part of the range.") var to = "now"
    @Option(help: "Only events of this key.") var key: String?
    @Option(help: "Only events of this CloudEvents type.") var type: String?
    @Option(name: .customLong("where"), help: "Only events on which this jq condition is true.") var condition: String?
    @Option(help: "The most events that are begun in a time: 50/s, 600/m, 1000/h.") var rate: String?
    @Option(help: "The replay's name, of which its progress is kept; without it one made from range and filters.")
    var name: String?
    @Flag(help: "Make effects anew, under idempotency keys that name the replay, whether they have receipts or not.")
    var again = false
    @Flag(help: "Only say what would be called.") var dryRun = false
    @Option(help: "Write the events to this topic instead, and call nothing.") var toTopic: String?
    @Option(help: "Compare with the calls that this configuration's flow would make, and call nothing.") var diff:
        String?
    @Flag(help: "Begin anew, whatever was done of a replay of this name.") var restart = false
    @Flag(help: "Do not ask.") var yes = false

    func validate() throws {
        if again && toTopic != nil { throw ValidationError("give --again or --to-topic, not both") }
        if diff != nil, again || toTopic != nil || dryRun {
            throw ValidationError("--diff calls nothing: it goes with a range and filters only")
        }
        if let name, !ReplayName.isValid(name) {
            throw ValidationError("--name: up to 64 letters, digits, dots, hyphens and underscores, not \(name)")
        }
    }

    func run() throws {
        let stop = StopSignal()
        stop.listen()
        let options = try self.options(from: from, to: to)
        let (project, flow) = try self.options.project()
        if let diff {
            let other = try Project.load([diff], environment: ProcessInfo.processInfo.environment)
            let command = ReplayDiffCommand(
                flow: flow, other: try other.flow(named: flow.name), client: project.client, options,
                terminal: output.terminal, logger: logging.logger(level: .critical))
            return try command.run(until: stop).finish()
        }
        let command = ReplayCommand(
            flow: flow, client: project.client, options, terminal: output.terminal,
            logger: logging.logger(level: .critical))
        try command.run(until: stop).finish()
    }

    private func options(from: String, to: String) throws -> ReplayCommand.Options {
        let pace = try rate.map { text in
            guard let pace = Pace(text) else {
                throw ValidationError("--rate: expected a number and a time such as 50/s, 600/m or 1000/h, not \(text)")
            }
            return pace
        }
        let choice = ReplayName.derived(
            from: [from, to, key, type, condition, toTopic, again ? "again" : nil])
        return ReplayCommand.Options(
            from: try .parse("--from", from), to: try .parse("--to", to),
            filter: EventFilter(key: key, type: type, condition: condition), name: name ?? choice, choice: choice,
            pace: pace, again: again, isDryRun: dryRun, topic: toTopic, restarts: restart,
            confirmation: Confirmation(isGiven: yes))
    }
}
