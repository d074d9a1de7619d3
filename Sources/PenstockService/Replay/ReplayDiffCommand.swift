import Flows
import Kafka
import Logging

/// Runs two versions of a flow over a range of real events and shows which calls would differ. Nothing is called.
public struct ReplayDiffCommand: Sendable {
    /// So many examples of each group are shown.
    private static let exampleLimit = 3

    private let flow: FlowDefinition
    private let other: FlowDefinition
    private let client: ClientProperties
    private let options: ReplayCommand.Options
    private let terminal: Terminal
    private let logger: Logger

    /// - Parameter other: the new version of the flow.
    public init(
        flow: FlowDefinition, other: FlowDefinition, client: ClientProperties, _ options: ReplayCommand.Options,
        terminal: Terminal, logger: Logger
    ) {
        self.flow = flow
        self.other = other
        self.client = client
        self.options = options
        self.terminal = terminal
        self.logger = logger
    }

    public func run(until stop: StopSignal) throws -> ExitStatus {
        try DeepStack.run { try diff(stop) }
    }

    private struct Entry {
        var count = 0
        var examples: [(event: DeadLetter.Place, key: OrderKey, members: [CallComparison.Member])] = []
    }

    private struct Account {
        var events = 0
        var differing = 0
        var same = 0
        var groups: [CallComparison.Group: Entry] = [:]
    }

    private func diff(_ stop: StopSignal) throws -> ExitStatus {
        let group = try FlowGroup(flow, client: client, logger: logger)
        let ranges = try group.ranges(from: options.from, to: options.to)
        let recorded = try RecordedState.load(
            flow, partitions: ranges.ranges.keys, referencesOnly: true, client: client, logger: logger)
        defer { recorded?.close() }
        let (comparison, selector, keys) = try tools(recorded)
        var account = Account()
        let events = try EventReader(flow, ranges, selector: selector, client: client, logger: logger)
        defer { events.close() }
        var bar = ProgressBar("compare", total: ranges.count, terminal: terminal)
        while !events.isDone, !stop.isStopped {
            for event in try events.next() {
                let key = keys.key(of: event)
                note(event, key, comparison.compare(event, key: key), &account)
            }
            bar.update(events.passed)
        }
        bar.finish()
        print(account)
        if stop.isStopped { terminal.note("stopped: the rest of the range was not compared") }
        return account.differing > 0 || stop.isStopped ? .foundProblems : .done
    }

    private func tools(
        _ recorded: RecordedState?
    ) throws(CommandFailure) -> (CallComparison, EventSelector?, OrderKeyReader) {
        do {
            return (
                try CallComparison(old: flow, new: other, knowledge: recorded?.knowledge),
                options.filter.isEmpty ? nil : try EventSelector(flow, options.filter), try OrderKeyReader(flow)
            )
        } catch {
            throw CommandFailure("\(error)", status: .usedWrongly)
        }
    }

    private func note(
        _ event: DeadLetter, _ key: OrderKey, _ result: (same: Int, differences: [CallComparison.Difference]),
        _ account: inout Account
    ) {
        account.events += 1
        account.same += result.same
        if !result.differences.isEmpty { account.differing += 1 }
        for difference in result.differences {
            var entry = account.groups[difference.group] ?? Entry()
            entry.count += 1
            if entry.examples.count < ReplayDiffCommand.exampleLimit {
                entry.examples.append((event.place, key, difference.members))
            }
            account.groups[difference.group] = entry
        }
    }

    // MARK: - Printing

    private func print(_ account: Account) {
        let groups = account.groups.sorted {
            ($1.value.count, $0.key.step, $0.key.members.joined()) < (
                $0.value.count, $1.key.step, $1.key.members.joined()
            )
        }
        for (group, entry) in groups {
            switch terminal.output {
            case .table: printTable(group, entry)
            case .json: terminal.print(json(group, entry))
            }
        }
        printSummary(account)
    }

    private func printSummary(_ account: Account) {
        switch terminal.output {
        case .table:
            terminal.print(
                "\(account.differing) of \(counted(account.events, "event")) would be called differently, in "
                    + "\(counted(account.groups.count, "way")); \(counted(account.same, "call")) would be the same; "
                    + "nothing was called")
        case .json:
            let object = JSONObject()
            object.add("events", account.events)
            object.add("differing", account.differing)
            object.add("same_calls", account.same)
            object.add("groups", account.groups.count)
            terminal.print(object.text)
        }
    }

    private func title(_ group: CallComparison.Group) -> String {
        switch group.kind {
        case .added: "\(group.step): a call that was not made"
        case .removed: "\(group.step): the call is not made any more"
        case .changed: "\(group.step): \(group.members.joined(separator: ", "))"
        case .ending: "faults"
        }
    }

    private func printTable(_ group: CallComparison.Group, _ entry: Entry) {
        terminal.print(terminal.styled("\(counted(entry.count, "event"))  \(title(group))", .bold))
        for example in entry.examples {
            let key = example.key.bytes.map { " key \(DeadLetterRow.text($0))" } ?? ""
            terminal.print("  \(example.event)\(key)")
            for member in example.members {
                terminal.print("    \(member.name)")
                if let old = member.old {
                    terminal.print(terminal.styled("      - \(ReplayDiffCommand.cut(old))", .red))
                }
                if let new = member.new {
                    terminal.print(terminal.styled("      + \(ReplayDiffCommand.cut(new))", .green))
                }
            }
        }
    }

    private static func cut(_ text: String) -> String { text.count > 200 ? text.prefix(199) + "…" : text }

    private func json(_ group: CallComparison.Group, _ entry: Entry) -> String {
        let object = JSONObject()
        object.add("kind", group.kind.rawValue)
        if !group.step.isEmpty { object.add("step", group.step) }
        let members = group.members.map { name in
            let object = JSONObject()
            object.add("member", name)
            return object
        }
        object.add("members", members)
        object.add("count", entry.count)
        object.add(
            "examples",
            entry.examples.map { example in
                let object = JSONObject()
                object.add("event", example.event.description)
                if let key = example.key.bytes { object.add("key", DeadLetterRow.text(key)) }
                object.add("members", example.members.map(json))
                return object
            })
        return object.text
    }

    private func json(_ member: CallComparison.Member) -> JSONObject {
        let object = JSONObject()
        object.add("member", member.name)
        if let old = member.old { object.add("old", json: old) }
        if let new = member.new { object.add("new", json: new) }
        return object
    }
}
