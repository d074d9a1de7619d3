import Flows
import Kafka
import Logging

/// Writes the chosen events to another topic, unchanged but for a header that names the replay.
extension ReplayCommand {
    static let header = "penstock.replay"
    /// So many events are written and acknowledged between two commits of the progress.
    private static let batch = 10_000

    func copy(to topic: String, _ group: FlowGroup, _ stop: StopSignal) throws -> ExitStatus {
        guard topic != flow.topic else {
            throw CommandFailure(
                "--to-topic: \(topic) is the flow's own topic: its workers would take the events for new ones",
                status: .usedWrongly)
        }
        _ = try Reaching.kafka(client) { () throws(KafkaError) in
            try group.admin.describeTopics([topic], within: FlowGroup.timeLimit)
        }
        var progress = try ReplayProgress(
            options.name, choice: options.choice, of: group, restarts: options.restarts || options.isDryRun
        ) { try group.ranges(from: options.from, to: options.to) }
        if progress.isResumed {
            terminal.note("resuming: \(progress.passed) of \(progress.ranges.count) offsets are done")
        }
        let copied = try copy(to: topic, group, &progress, stop)
        if !stop.isStopped, !options.isDryRun { try progress.finish(group) }
        report(copied, topic, stop)
        return stop.isStopped ? .foundProblems : .done
    }

    private func copy(
        to topic: String, _ group: FlowGroup, _ progress: inout ReplayProgress, _ stop: StopSignal
    ) throws -> Int {
        let selector: EventSelector?
        do {
            selector = options.filter.isEmpty ? nil : try EventSelector(flow, options.filter)
        } catch {
            throw CommandFailure("\(error)", status: .usedWrongly)
        }
        let events = try EventReader(flow, progress.rest, selector: selector, client: client, logger: logger)
        let writer = try Reaching.kafka(client) { () throws(KafkaError) in
            try TopicWriter(topic: topic, client: client, logger: logger)
        }
        defer {
            writer.close()
            events.close()
        }
        var bar = ProgressBar("copy", total: progress.rest.count, terminal: terminal)
        defer { bar.finish() }
        var copied = 0
        var pacer = WallPacer(options.pace)
        while !events.isDone, !stop.isStopped {
            let start = copied
            repeat {
                for event in try events.next() {
                    copied += 1
                    guard !options.isDryRun else { continue }
                    pacer.wait(until: { stop.isStopped })
                    try write(event, to: writer)
                }
                bar.update(events.passed)
            } while !events.isDone && !stop.isStopped && copied - start < ReplayCommand.batch
            guard !options.isDryRun else { continue }
            try finish(writer)
            try progress.save(events.positions, to: group)
        }
        return copied
    }

    private func write(_ event: DeadLetter, to writer: TopicWriter) throws(CommandFailure) {
        var headers = event.headers.filter { $0.name != ReplayCommand.header }.map { ($0.name, $0.value) }
        headers.append((ReplayCommand.header, Array(options.name.utf8)))
        try Reaching.kafka(client) { () throws(KafkaError) in
            try writer.write(key: event.key, value: event.value, headers: headers.map { (name: $0.0, value: $0.1) })
        }
    }

    private func finish(_ writer: TopicWriter) throws(CommandFailure) {
        let left = try Reaching.kafka(client) { () throws(KafkaError) in try writer.finish(within: .seconds(60)) }
        guard left == 0 else {
            throw CommandFailure("\(left) events were not acknowledged by the broker", status: .couldNotReach)
        }
    }

    private func report(_ copied: Int, _ topic: String, _ stop: StopSignal) {
        switch terminal.output {
        case .table:
            terminal.print(
                options.isDryRun
                    ? "would write \(counted(copied, "event")) to \(topic)"
                    : "\(counted(copied, "event")) written to \(topic)")
        case .json:
            let object = JSONObject()
            object.add("flow", flow.name)
            object.add("replay", options.name)
            object.add("topic", topic)
            object.add(options.isDryRun ? "would_write" : "written", copied)
            terminal.print(object.text)
        }
        if stop.isStopped { terminal.note("stopped: the same command again goes on from here") }
    }
}
