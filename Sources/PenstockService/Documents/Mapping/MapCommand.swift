import Flows
import Foundation
import JQ
import JSON

/// Runs one program over documents, as `jq` would.
public struct MapCommand {
    private let options: MapOptions
    private let terminal: Terminal
    private let printer: DocumentPrinter
    private let output = OutputBuffer()

    public init(_ options: MapOptions, terminal: Terminal, environment: [String: String] = [:]) {
        self.options = options
        self.terminal = terminal
        let isColoured = options.colours ?? terminal.hasColour
        printer = DocumentPrinter(
            layout: options.layout, sortsKeys: options.sortsKeys,
            palette: isColoured ? DocumentPrinter.Palette(changes: environment["JQ_COLORS"]) : nil)
    }

    /// - Throws: ``CommandFailure`` when the program does not compile or an input cannot be read.
    public func run() throws -> ExitStatus {
        let constants = Arena(byteLimit: .max >> 1)
        return try withExtendedLifetime(constants) {
            let variables = try MapVariables(options, arena: constants)
            let program = try compile(variables.names)
            let inputs = MapInputs(options, flush: output.flush)
            try inputs.checkFiles()
            var status = ExitStatus.done
            var last: Value.Kind?
            var evaluator: Evaluator?
            try inputs.forEach { item in
                switch item {
                case .fault(let text):
                    note(text)
                    status = .foundProblems
                case .document(let place, let value, let arena):
                    let current = evaluator ?? makeEvaluator(arena)
                    evaluator = current
                    if !run(program, on: value, variables, current, place, last: &last) { status = .foundProblems }
                }
            }
            output.flush()
            guard options.setsExitStatus, status == .done else { return status }
            return last.map { $0 > .false } ?? false ? .done : .foundProblems
        }
    }

    private func compile(_ variables: [String]) throws -> Program {
        do {
            return try Program(
                options.program, name: options.programName, variables: variables, environment: options.environment)
        } catch {
            let isAboutMaps = options.environment.valueMaps.isEmpty && error.message.contains("value map")
            let hint = isAboutMaps ? "\n" + (options.mapHint ?? "") : ""
            throw CommandFailure("\(error)\(hint)", status: .usedWrongly)
        }
    }

    private func makeEvaluator(_ arena: Arena) -> Evaluator {
        Evaluator(arena: arena, limits: Evaluator.Limits(steps: options.stepLimit))
    }

    /// - Returns: `false` when the program failed; the message has been printed.
    private func run(
        _ program: Program, on input: Value, _ variables: MapVariables, _ evaluator: Evaluator, _ place: String,
        last: inout Value.Kind?
    ) -> Bool {
        evaluator.now = Double(Timestamp.now()) / 1_000
        var kind = last
        defer { last = kind }
        do {
            try evaluator.all(program, input, variables: variables.values(for: input)) { value in
                kind = value.kind
                print(value)
                return true
            }
            return true
        } catch {
            note("\(place): \(error)")
            return false
        }
    }

    private func note(_ text: String) {
        output.flush()
        terminal.note(text)
    }

    private func print(_ value: Value) {
        if options.isRaw, value.kind == .string {
            output.buffer.append(value.bytes)
        } else {
            printer.write(value, to: output.buffer)
        }
        if !options.joinsOutput { output.buffer.append("\n") }
        output.flushIfLarge()
    }
}

/// What is printed, written in large pieces: all of it before more input is waited for.
final class OutputBuffer {
    let buffer = ByteBuffer(capacity: 64 << 10)

    func flushIfLarge() {
        if buffer.count > 60 << 10 { flush() }
    }

    func flush() {
        guard buffer.count > 0 else { return }
        StandardStream.output(buffer.bytes)
        buffer.removeAll()
    }
}
