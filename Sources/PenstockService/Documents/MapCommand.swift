import Flows
import JQ
import JSON

/// Runs one mapping over documents, as `jq` would.
public struct MapCommand {
    public struct Options: Sendable {
        /// The program's text, and what to call it in messages: a file's path, or `<expression>`.
        public var program: String
        public var programName: String
        /// `-` is standard input.
        public var files: [String]
        /// Strings are printed without quotes.
        public var raw: Bool
        /// Indented output.
        public var pretty: Bool

        public init(program: String, programName: String, files: [String], raw: Bool, pretty: Bool) {
            self.program = program
            self.programName = programName
            self.files = files
            self.raw = raw
            self.pretty = pretty
        }
    }

    private let options: Options
    private let terminal: Terminal

    public init(_ options: Options, terminal: Terminal) {
        self.options = options
        self.terminal = terminal
    }

    public func run() throws -> ExitStatus {
        let program: Program
        do {
            program = try Program(options.program, name: options.programName, variables: ["event", "headers"])
        } catch {
            throw CommandFailure("\(error)", status: .usedWrongly)
        }
        var status = ExitStatus.done
        for file in options.files {
            for item in try DocumentSource(path: file).items where !run(program, on: item) { status = .foundProblems }
        }
        return status
    }

    /// - Returns: `false` when the document or the program failed on it; the message has been printed.
    private func run(_ program: Program, on item: DocumentSource.Item) -> Bool {
        let document = Document()
        return item.text.withUnsafeBytes { text in
            do {
                let input = try document.parse(text)
                let evaluator = Evaluator(arena: document.arena)
                evaluator.now = Double(Timestamp.now()) / 1_000
                try evaluator.all(program, input, variables: [attributes(of: input), .emptyObject]) { output in
                    print(output)
                    return true
                }
                return true
            } catch let error as ParseError {
                terminal.note("\(item.place): \(error)")
            } catch {
                terminal.note("\(item.place): \(error)")
            }
            return false
        }
    }

    /// What `$event` is in a flow is the event without its data; for a document at hand the whole of it serves.
    private func attributes(of input: Value) -> Value {
        input.kind == .object ? input : .emptyObject
    }

    private func print(_ value: Value) {
        if options.raw, let text = value.string { return terminal.print(text) }
        let buffer = ByteBuffer()
        buffer.write(value, style: options.pretty ? .indented() : .compact)
        terminal.print(buffer.text)
    }
}
