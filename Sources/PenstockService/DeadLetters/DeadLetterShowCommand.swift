import Flows
import Foundation
import JSON
import Kafka
import Logging

/// Everything that is known of single dead letters.
public struct DeadLetterShowCommand {
    private let selection: DeadLetterSelection
    private let terminal: Terminal
    private let logger: Logger

    public init(_ selection: DeadLetterSelection, terminal: Terminal, logger: Logger) {
        self.selection = selection
        self.terminal = terminal
        self.logger = logger
    }

    public func run() throws -> ExitStatus {
        let flow = try selection.onlyFlow()
        let archive = try DeadLetterArchive(flow, keepsContent: true, client: selection.client, logger: logger)
        defer { archive.close() }
        let entries = archive.book.entries(selection.filter, openOnly: false)
        for entry in entries { show(entry) }
        let missing = selection.filter.places.subtracting(entries.map(\.letter.place)).sorted()
        for place in missing {
            terminal.note("error: the flow \(flow.name) has no dead letter \(place) in \(flow.deadLetterTopic)")
        }
        if entries.isEmpty, missing.isEmpty { terminal.note("error: no dead letter is chosen; try `list`") }
        return entries.isEmpty || !missing.isEmpty ? .foundProblems : .done
    }

    private func show(_ entry: DeadLetterBook.Entry) {
        switch terminal.output {
        case .json: terminal.print(json(entry))
        case .table: for line in lines(entry) { terminal.print(line) }
        }
    }

    // MARK: - Text

    private func lines(_ entry: DeadLetterBook.Entry) -> [String] {
        let letter = entry.letter
        var lines = [terminal.styled("\(letter.flow) \(letter.place)", .bold)]
        func add(_ name: String, _ text: String?) {
            guard let text else { return }
            lines.append("  " + name.padding(toLength: 10, withPad: " ", startingAt: 0) + text)
        }
        add("topic", letter.topic)
        add("key", letter.key.map(DeadLetterRow.text))
        add("reason", "\(entry.reason) (\(letter.stage))")
        add("step", letter.step)
        add("message", letter.message)
        add("status", letter.status.map(String.init))
        add("answer", letter.body)
        add("attempts", String(letter.attempts))
        add("failed", Timestamp.text(milliseconds: letter.firstFailedAt))
        add("state", state(entry))
        for header in letter.headers {
            add("header", "\(header.name): \(header.value.map(DeadLetterRow.text) ?? "(null)")")
        }
        return lines + valueLines(letter)
    }

    private func state(_ entry: DeadLetterBook.Entry) -> String {
        guard let mark = entry.mark else { return entry.stateName }
        let times = mark.redrives == 1 ? "redriven once" : "redriven \(mark.redrives) times"
        return "\(entry.stateName), \(times), last at \(Timestamp.text(milliseconds: mark.time))"
            + (mark.reason.map { ": \($0)" } ?? "")
    }

    private func valueLines(_ letter: DeadLetter) -> [String] {
        guard let value = letter.value else { return ["  value     (null, a tombstone)"] }
        let text = DeadLetterShowCommand.pretty(value)
        return ["  value"] + text.split(separator: "\n", omittingEmptySubsequences: false).map { "    \($0)" }
    }

    /// The value indented where it is JSON, as text where it is text, and otherwise in Base64.
    static func pretty(_ value: [UInt8]) -> String {
        let document = Document()
        let buffer = ByteBuffer(capacity: 1_024)
        let isJSON = value.withUnsafeBytes { bytes in
            guard let value = try? document.parse(bytes) else { return false }
            DocumentPrinter().write(value, to: buffer)
            return true
        }
        if isJSON { return buffer.text }
        return String(validating: value, as: UTF8.self) ?? "base64: " + Data(value).base64EncodedString()
    }

    // MARK: - JSON

    private func json(_ entry: DeadLetterBook.Entry) -> String {
        let letter = entry.letter
        let object = JSONObject()
        object.add("flow", letter.flow)
        object.add("letter", letter.place.description)
        object.add("reason", entry.reason)
        object.add("stage", letter.stage)
        if let step = letter.step { object.add("step", step) }
        object.add("message", letter.message)
        if let status = letter.status { object.add("status", status) }
        if let body = letter.body { object.add("answer", body) }
        object.add("attempts", letter.attempts)
        object.add("first_failed_at", Timestamp.text(milliseconds: letter.firstFailedAt))
        object.add("state", entry.stateName)
        object.add("redrives", entry.redrives)
        if let mark = entry.mark { object.add("marked_at", Timestamp.text(milliseconds: mark.time)) }
        if let reason = entry.mark?.reason { object.add("mark_reason", reason) }
        object.add("record", json: record(letter))
        return object.text
    }

    /// The record as `tail` prints it, at its own place.
    private func record(_ letter: DeadLetter) -> String {
        RecordText.json(
            TopicReader.Record(
                partition: TopicPartition(topic: letter.topic, partition: letter.place.partition),
                offset: letter.place.offset, timestamp: nil, key: letter.key, value: letter.value,
                headers: letter.headers.map { ($0.name, $0.value) }))
    }
}
