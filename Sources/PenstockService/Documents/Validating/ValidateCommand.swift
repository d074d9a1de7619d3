import Flows
import Foundation
import JSON
import JSONSchema

/// Validates documents against a schema, with every reason when one is not valid, and where.
public struct ValidateCommand {
    public struct Options: Sendable {
        /// The schema's file.
        public var schema: String
        /// `-` is standard input.
        public var files: [String]
        public var assertsFormats: Bool
        /// The specification's output for each document; `nil`: our own.
        public var form: OutputForm?
        /// Whether nothing is printed.
        public var isQuiet: Bool

        public init(
            schema: String, files: [String], assertsFormats: Bool, form: OutputForm? = nil, isQuiet: Bool = false
        ) {
            self.schema = schema
            self.files = files
            self.assertsFormats = assertsFormats
            self.form = form
            self.isQuiet = isQuiet
        }
    }

    private let options: Options
    private let terminal: Terminal
    private let output = OutputBuffer()

    public init(_ options: Options, terminal: Terminal) {
        self.options = options
        self.terminal = terminal
    }

    /// - Throws: ``CommandFailure`` when the schema does not compile or an input cannot be read.
    public func run() throws -> ExitStatus {
        let schema = try SchemaFiles.compile(file: options.schema, assertsFormats: options.assertsFormats)
        for file in options.files where file != "-" { _ = try ByteStream(path: file) }
        var valid = 0
        var invalid = 0
        let document = Document(limits: MapInputs.limits, arena: Arena(byteLimit: .max >> 1))
        for file in options.files {
            try InputDocuments.forEach(in: file, stream: stream, document: document) { item in
                switch item {
                case .fault(let fault):
                    invalid += 1
                    report(fault)
                case .document(let found):
                    let failure = schema.validate(found.value)
                    if failure == nil { valid += 1 } else { invalid += 1 }
                    report(found, failure)
                }
            }
        }
        if terminal.output == .table, options.form == nil { line("\(valid) valid, \(invalid) not valid") }
        output.flush()
        return invalid == 0 ? .done : .foundProblems
    }

    private func stream(_ file: String) throws -> ByteStream {
        let stream = try ByteStream(path: file)
        stream.willRead = output.flush
        return stream
    }

    private func line(_ text: String) {
        guard !options.isQuiet else { return }
        output.buffer.append(text)
        output.buffer.append("\n")
        output.flushIfLarge()
    }

    // MARK: - Faults

    private func report(_ fault: InputFault) {
        if let form = options.form { return line(fault.unit(form)) }
        switch terminal.output {
        case .table:
            let text = "\(fault.name):\(fault.place.line):\(fault.place.column): not valid: \(fault.message)"
            line(([text] + fault.excerpt).joined(separator: "\n"))
        case .json:
            let object = JSONObject()
            object.add("document", "\(fault.name):\(fault.place.line)")
            object.add("file", fault.name)
            object.add("line", fault.place.line)
            object.add("valid", false)
            let error = JSONObject()
            error.add("line", fault.place.line)
            error.add("column", fault.place.column)
            error.add("error", fault.message)
            object.add("errors", [error])
            line(object.text)
        }
    }

    // MARK: - Verdicts

    private func report(_ document: InputDocument, _ failure: ValidationFailure?) {
        if let form = options.form { return line(failure?.json(form) ?? "{\"valid\":true}") }
        switch terminal.output {
        case .table:
            guard let failure else { return }
            line("\(document.place.description): not valid")
            for leaf in failure.leaves { line(text(leaf, document)) }
        case .json: line(object(document, failure).text)
        }
    }

    private func text(_ leaf: ValidationFailure, _ document: InputDocument) -> String {
        let found = (try? Pointer(leaf.instanceLocation)).flatMap { document.locate($0) }
        let place = found.map { "\(document.place.name):\($0.place.line):\($0.place.column)" }
        let what = leaf.instanceLocation.isEmpty ? "the document" : leaf.instanceLocation
        let text = "\(place ?? document.place.description): \(what) \(leaf.message) (\(leaf.absoluteKeywordLocation))"
        return ([text] + (found?.excerpt ?? [])).map { "  " + $0 }.joined(separator: "\n")
    }

    private func object(_ document: InputDocument, _ failure: ValidationFailure?) -> JSONObject {
        let object = JSONObject()
        object.add("document", document.place.description)
        object.add("file", document.place.name)
        object.add("line", document.place.line)
        object.add("valid", failure == nil)
        guard let failure else { return object }
        let errors = failure.leaves.map { leaf in
            let error = JSONObject()
            error.add("instanceLocation", leaf.instanceLocation)
            if let found = (try? Pointer(leaf.instanceLocation)).flatMap({ document.locate($0) }) {
                error.add("line", found.place.line)
                error.add("column", found.place.column)
            }
            error.add("keywordLocation", leaf.keywordLocation)
            error.add("absoluteKeywordLocation", leaf.absoluteKeywordLocation)
            error.add("error", leaf.message)
            return error
        }
        object.add("errors", errors)
        return object
    }
}

extension InputFault {
    /// What cannot be read in the specification's form: an error of the document as a whole.
    fileprivate func unit(_ form: OutputForm) -> String {
        let object = JSONObject()
        object.add("valid", false)
        guard form != .flag else { return object.text }
        let error = JSONObject()
        error.add("keywordLocation", "")
        error.add("instanceLocation", "")
        error.add("error", "\(name):\(place.line):\(place.column): \(message)")
        object.add("errors", [error])
        return object.text
    }
}
