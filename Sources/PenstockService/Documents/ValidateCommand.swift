import Flows
import Foundation
import JSON
import JSONSchema

/// Validates documents against a schema, with every reason when one is not valid.
public struct ValidateCommand {
    public struct Options: Sendable {
        /// The schema's file.
        public var schema: String
        /// `-` is standard input.
        public var files: [String]
        public var assertsFormats: Bool

        public init(schema: String, files: [String], assertsFormats: Bool) {
            self.schema = schema
            self.files = files
            self.assertsFormats = assertsFormats
        }
    }

    private let options: Options
    private let terminal: Terminal

    public init(_ options: Options, terminal: Terminal) {
        self.options = options
        self.terminal = terminal
    }

    public func run() throws -> ExitStatus {
        let schema = try SchemaFiles.compile(file: options.schema, assertsFormats: options.assertsFormats)
        var valid = 0
        var invalid = 0
        for file in options.files {
            for item in try DocumentSource(path: file).items {
                if validate(item, schema) { valid += 1 } else { invalid += 1 }
            }
        }
        if terminal.output == .table { terminal.print("\(valid) valid, \(invalid) not valid") }
        return invalid == 0 ? .done : .foundProblems
    }

    private func validate(_ item: DocumentSource.Item, _ schema: Schema) -> Bool {
        let document = Document()
        return item.text.withUnsafeBytes { text in
            do {
                let failure = schema.validate(try document.parse(text))
                report(item.place, valid: failure == nil, details: failure.map { "\($0)" })
                return failure == nil
            } catch {
                report(item.place, valid: false, details: "not JSON: \(error)")
                return false
            }
        }
    }

    private func report(_ place: String, valid: Bool, details: String?) {
        switch terminal.output {
        case .table:
            if let details { terminal.print("\(place): not valid: \(details)") }
        case .json:
            let line = ByteBuffer(capacity: 256)
            line.append("{\"document\":")
            line.writeString(place)
            line.append(valid ? ",\"valid\":true" : ",\"valid\":false")
            if let details {
                line.append(",\"error\":")
                line.writeString(details)
            }
            line.append("}")
            terminal.print(line.text)
        }
    }
}
