import Flows
import Foundation
import JQ
import JSON
import Kafka
import Logging

/// Prints the records of a topic as they come, decoded, one JSON object a line.
public struct TailCommand {
    public struct Options: Sendable {
        public var topic: String
        public var start: StartOffset
        /// Ends after so many records that were printed.
        public var limit: Int?
        /// Goes on when the end is reached.
        public var follows: Bool
        /// Only records for whose object this jq expression is true.
        public var filter: String?
        public var client: ClientProperties

        public init(
            topic: String, start: StartOffset, limit: Int? = nil, follows: Bool, filter: String? = nil,
            client: ClientProperties
        ) {
            self.topic = topic
            self.start = start
            self.limit = limit
            self.follows = follows
            self.filter = filter
            self.client = client
        }
    }

    private let options: Options
    private let terminal: Terminal
    private let logger: Logger

    public init(_ options: Options, terminal: Terminal, logger: Logger) {
        self.options = options
        self.terminal = terminal
        self.logger = logger
    }

    /// - Parameter isStopped: asked now and then; ends the command without an error.
    public func run(isStopped: () -> Bool) throws -> ExitStatus {
        let filter = try filterProgram()
        let reader = try Reaching.kafka(options.client) { () throws(KafkaError) in
            try TopicReader(
                topic: options.topic, from: options.start, client: options.client, timeout: .seconds(10),
                logger: logger)
        }
        defer { reader.close() }
        var printed = 0
        if !options.follows {
            for record in try read({ () throws(KafkaError) in try reader.readToEnd(within: .seconds(3_600)) }) {
                if printed == options.limit { break }
                if show(record, filter) { printed += 1 }
            }
            return .done
        }
        while !isStopped() {
            for record in try read({ () throws(KafkaError) in try reader.next(within: .milliseconds(300)) }) {
                if show(record, filter) { printed += 1 }
                if printed == options.limit { return .done }
            }
        }
        return .done
    }

    private func read(_ body: () throws(KafkaError) -> [TopicReader.Record]) throws -> [TopicReader.Record] {
        try Reaching.kafka(options.client, body)
    }

    private func filterProgram() throws -> Program? {
        do {
            return try options.filter.map { try Program($0, name: "--filter") }
        } catch {
            throw CommandFailure("\(error)", status: .usedWrongly)
        }
    }

    /// - Returns: whether the record passed the filter. One on which the filter fails does not, as in `select`.
    private func show(_ record: TopicReader.Record, _ filter: Program?) -> Bool {
        let text = RecordText.json(record)
        if let filter, !passes(text, filter) { return false }
        terminal.print(text)
        return true
    }

    private func passes(_ text: String, _ filter: Program) -> Bool {
        let document = Document()
        return Array(text.utf8).withUnsafeBytes { bytes in
            guard let value = try? document.parse(bytes) else { return false }
            return (try? Evaluator(arena: document.arena).truth(filter, value)) ?? false
        }
    }
}
