import ArgumentParser
import Flows
import Foundation
import PenstockService

struct DeadLetterGroup: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dead-letters",
        abstract: "Parked events: lists and shows them, sends them through the flow again, or gives them up.",
        discussion: "Example: penstock dead-letters list penstock.yaml --flow customers",
        subcommands: [
            ListDeadLetters.self, ShowDeadLetters.self, RedriveDeadLetters.self, DiscardDeadLetters.self,
        ])
}

/// Which dead letters.
struct DeadLetterOptions: ParsableArguments {
    @OptionGroup var configuration: ConfigurationArguments
    @Option(help: "The flow; needed where the configuration has several, but for list.") var flow: String?
    @Option(help: "Only with this reason: malformed, schema, mapping, tombstone, rejected, behind-parked …")
    var reason: String?
    @Option(help: "Only those that failed in this step.") var step: String?
    @Option(help: "Only those of this record key.") var key: String?
    @Option(help: "Only those that a system answered with this status.") var status: Int?
    @Option(help: "Only those that failed first at this time or later: 2026-11-27T09:00:00Z, or 2h for two hours ago.")
    var since: String?
    @Option(help: "Only those that failed first before this time; as --since.") var until: String?
    @Option(
        name: .customLong("letter"),
        help: "Only this one, by PARTITION/OFFSET of the event in its topic; may be given several times.")
    var letters: [String] = []

    func selection() throws -> DeadLetterSelection {
        let filter = DeadLetterFilter(
            reason: reason, step: step, key: key, status: status, since: try time("--since", since),
            until: try time("--until", until), places: Set(try letters.map(place)))
        return try DeadLetterSelection(try configuration.project(), flow: flow, filter: filter)
    }

    private func place(_ text: String) throws -> DeadLetter.Place {
        guard let place = DeadLetter.Place(text) else {
            throw ValidationError("--letter: expected PARTITION/OFFSET such as 3/1207, not \(text)")
        }
        return place
    }

    private func time(_ option: String, _ text: String?) throws -> Int64? {
        guard let text else { return nil }
        guard let time = PointInTime.milliseconds(text, now: Timestamp.now()) else {
            throw ValidationError(
                "\(option): expected a time such as 2026-11-27T09:00:00Z, or how long ago such as 90m, not \(text)")
        }
        return time
    }
}

struct ListDeadLetters: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "What is parked and why: in groups, by key, or one by one.",
        discussion: """
            Example: penstock dead-letters list penstock.yaml --flow customers
                     penstock dead-letters list penstock.yaml --letters --reason rejected --since 24h
            """)

    @OptionGroup var options: DeadLetterOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var logging: LogOptions
    @Flag(help: "A row for each key.") var keys = false
    @Flag(help: "A row for each letter.") var letters = false
    @Flag(help: "Those that are redriven or discarded, too.") var all = false

    func validate() throws {
        if keys && letters { throw ValidationError("give --keys or --letters, not both") }
    }

    func run() throws {
        let command = DeadLetterListCommand(
            try options.selection(), view: keys ? .keys : letters ? .letters : .groups, listsDone: all,
            terminal: output.terminal, logger: logging.logger(level: .critical))
        try command.run().finish()
    }
}

struct ShowDeadLetters: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Everything about single dead letters: why, the system's answer, the event.",
        discussion: "Example: penstock dead-letters show penstock.yaml --flow customers --letter 3/1207")

    @OptionGroup var options: DeadLetterOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var logging: LogOptions

    func run() throws {
        let command = DeadLetterShowCommand(
            try options.selection(), terminal: output.terminal, logger: logging.logger(level: .critical))
        try command.run().finish()
    }
}

struct DiscardDeadLetters: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "discard", abstract: "Gives dead letters up: they are not redriven any more.",
        discussion: """
            Example: penstock dead-letters discard penstock.yaml --flow customers --reason malformed --dry-run
            The records stay in the dead-letter topic; `list --all` shows them.
            """)

    @OptionGroup var options: DeadLetterOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var logging: LogOptions
    @Flag(help: "Only say how many it would be.") var dryRun = false
    @Flag(help: "Do not ask.") var yes = false

    func run() throws {
        let command = DeadLetterDiscardCommand(
            try options.selection(), isDryRun: dryRun, confirmation: Confirmation(isGiven: yes),
            terminal: output.terminal, logger: logging.logger(level: .critical))
        try command.run().finish()
    }
}

struct RedriveDeadLetters: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "redrive",
        abstract: "Sends dead letters through their flow again, each key's in order; workers may run.",
        discussion: """
            Example: penstock dead-letters redrive penstock.yaml --flow customers --reason rejected --dry-run
                     penstock dead-letters redrive penstock.yaml --flow customers --key CRM-12 --rate 50/s --yes
            A selection chooses keys: all parked events of a chosen key are redriven, in order. A key whose event fails
            again stops there. Ctrl-C ends after what is in flight; the next redrive goes on from there.
            """)

    @OptionGroup var options: DeadLetterOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var logging: LogOptions
    @Option(help: "The most events that are begun in a time: 50/s, 600/m, 1000/h.") var rate: String?
    @Flag(help: "Only say what would be called.") var dryRun = false
    @Flag(help: "Do not ask.") var yes = false

    func run() throws {
        let stop = StopSignal()
        stop.listen()
        let pace = try rate.map { text in
            guard let pace = Pace(text) else {
                throw ValidationError("--rate: expected a number and a time such as 50/s, 600/m or 1000/h, not \(text)")
            }
            return pace
        }
        let command = DeadLetterRedriveCommand(
            try options.selection(),
            DeadLetterRedriveCommand.Options(
                pace: pace, isDryRun: dryRun, confirmation: Confirmation(isGiven: yes)),
            terminal: output.terminal, logger: logging.logger(level: .critical))
        try command.run(until: stop).finish()
    }
}
