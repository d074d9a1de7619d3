import Flows
import JSON

/// The global variables of a program that is run by hand: those that flows have, those of the command line, and jq's
/// `$ARGS`.
struct MapVariables {
    let names: [String]
    private let given: [Value?]

    /// - Parameter arena: where the values live.
    /// - Throws: ``CommandFailure`` naming the option whose value is no JSON.
    init(_ options: MapOptions, arena: Arena) throws {
        var values: [(name: String, value: Value?)] = EventVariables.names.map { ($0, nil) }
        var named: [Member] = []
        for (name, argument) in options.variables {
            let value = try MapVariables.value(argument, name, arena)
            if let position = values.firstIndex(where: { $0.name == name }) {
                values[position].value = value
            } else {
                values.append((name, value))
            }
            let isNew = !named.contains { $0.key.string == name }
            if isNew, !EventVariables.names.contains(name) {
                named.append(Member(key: try arena.string(name), value: value))
            }
        }
        if !values.contains(where: { $0.name == "ARGS" }) {
            let arguments = [
                Member(key: try arena.string("positional"), value: .emptyArray),
                Member(key: try arena.string("named"), value: try arena.object(named)),
            ]
            values.append(("ARGS", try arena.object(arguments)))
        }
        names = values.map(\.name)
        given = values.map(\.value)
    }

    /// In the order of ``names``. Without an event of its own, `$event` is the document itself.
    func values(for input: Value) -> [Value] {
        given.enumerated().map { index, value in
            value ?? (index == 0 && input.kind == .object ? input : .emptyObject)
        }
    }

    private static func value(_ argument: MapOptions.Argument, _ name: String, _ arena: Arena) throws -> Value {
        switch argument {
        case .text(let text): return try arena.string(text)
        case .file(let path):
            return try arena.string(String(decoding: try TextFile.read(path), as: UTF8.self))
        case .json(let text):
            do {
                return try Parser().parse(text, into: arena)
            } catch {
                let excerpt = text.utf8.withContiguousStorageIfAvailable {
                    SourceExcerpt.lines(of: UnsafeRawBufferPointer($0), at: error.offset..<error.offset + 1)
                }
                let lines = ["the value of $\(name) is no JSON: \(error.message)"] + (excerpt ?? [])
                throw CommandFailure(lines.joined(separator: "\n"), status: .usedWrongly)
            }
        case .documents(let path):
            var values: [Value] = []
            let document = Document(limits: MapInputs.limits, arena: Arena(byteLimit: .max >> 1))
            let stream = DocumentStream(try ByteStream(path: path), isLines: false)
            while let item = try stream.next(into: document) {
                switch item {
                case .document(_, _, let value): values.append(try arena.copy(value))
                case .fault(let fault): throw CommandFailure(fault.description, status: .usedWrongly)
                }
            }
            return try arena.array(values)
        }
    }
}
