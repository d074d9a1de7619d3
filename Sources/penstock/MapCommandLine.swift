import ArgumentParser
import Foundation
import PenstockService

struct Map: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Runs a mapping on files or standard input, like jq.",
        discussion: """
            Example: penstock map mappings/customer-to-client.jq events/customer-updated.json
                     penstock map -r '.data.email' events.ndjson
                     penstock map -c --arg since 2026 'select(.time >= $since)' < events.ndjson
                     penstock map --config penstock.yaml 'lookup("countries"; .country)' orders.ndjson

            The first argument is the program, unless it is a file or ends in .jq. Documents stand one after the other, \
            one to a line or several; .yaml, .yml, .csv and .tsv are understood, too. Most of jq's options mean the \
            same; -e is --expression here, and jq's -e is --exit-status.

            Value maps and modules are those of --config, or of the penstock.yaml beside the mapping or above it.

            Exit codes: 0 done; 1 a document is faulty, or the program failed on one; 2 used wrongly, such as a program \
            that does not compile or a file that is not there; 3 the output could not be written.
            """)

    @Option(name: [.customShort("e"), .long], help: "The program, whatever it looks like.") var expression: String?
    @Option(name: [.customShort("f"), .long], help: "The program's file.") var fromFile: String?
    @OptionGroup(title: "Input") var input: MapInputOptions
    @OptionGroup(title: "Variables") var variables: MapVariableOptions
    @OptionGroup(title: "Output") var output: MapOutputOptions
    @Argument(help: "The program or its file, then the documents; - or none is standard input.")
    var files: [String] = []

    func run() throws {
        var files = files
        let program = try MapProgram(expression: expression, file: fromFile, arguments: &files)
        if input.nullInput, !files.isEmpty {
            throw ValidationError("--null-input reads no file, \(files[0]) was given")
        }
        var options = MapOptions(
            program: program.text, programName: program.name, files: files.isEmpty ? ["-"] : files)
        input.apply(to: &options)
        output.apply(to: &options)
        options.variables = try variables.arguments()
        let environment = ProcessInfo.processInfo.environment
        try options.findProject(of: program.file, configuration: input.config, environment: environment)
        try MapCommand(options, terminal: Terminal(environment: environment), environment: environment).run().finish()
    }
}

/// The program of `penstock map`: given by an option, or by the first argument.
struct MapProgram {
    let text: String
    let name: String
    /// Its file, if it stands in one.
    let file: String?

    init(expression: String?, file: String?, arguments: inout [String]) throws {
        if let expression {
            guard file == nil else { throw ValidationError("give --expression or --from-file, not both") }
            (text, name, self.file) = (expression, "<expression>", nil)
            return
        }
        let first = file ?? (arguments.isEmpty ? nil : arguments.removeFirst())
        guard let first else {
            throw ValidationError("give a program or its file, such as: penstock map '.data' events.ndjson")
        }
        guard file != nil || first.hasSuffix(".jq") || MapProgram.isFile(first) else {
            (text, name, self.file) = (first, "<expression>", nil)
            return
        }
        if file == nil,
            let ending = [".json", ".ndjson", ".jsonl", ".csv", ".yaml", ".yml"].first(where: first.hasSuffix)
        {
            throw ValidationError(
                "\(first) looks like a document (\(ending)); the program comes first: penstock map . \(first)")
        }
        guard let bytes = FileManager.default.contents(atPath: first) else {
            throw CommandFailure("\(first): cannot be read", status: .usedWrongly)
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw CommandFailure("\(first): is not UTF-8", status: .usedWrongly)
        }
        (self.text, name, self.file) = (text, first, first)
    }

    private static func isFile(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && !isFolder.boolValue
    }
}

struct MapInputOptions: ParsableArguments {
    @Flag(name: [.short, .long], help: "All documents of all inputs become one array.") var slurp = false
    @Flag(name: [.customShort("n"), .long], help: "The program runs once, on null; nothing is read.")
    var nullInput = false
    @Flag(name: [.customShort("R"), .long], help: "Each line is a string; with --slurp all is one string.")
    var rawInput = false
    @Option(help: "The most steps for each document.") var steps: Int?
    @Option(name: [.long], help: "The configuration whose value maps lookup knows: a file or a folder.")
    var config: [String] = []

    func validate() throws {
        if let steps, steps < 1 { throw ValidationError("--steps must be at least 1") }
    }

    func apply(to options: inout MapOptions) {
        options.slurps = slurp
        options.readsNothing = nullInput
        options.readsText = rawInput
        // What a flow allows for one event would be too little for all documents at once.
        options.stepLimit = steps ?? (slurp || nullInput ? .max : options.stepLimit)
    }
}

struct MapVariableOptions: ParsableArguments {
    @Option(help: ArgumentHelp("$event; without it the document itself.", valueName: "json")) var event: String?
    @Option(help: ArgumentHelp("$headers, such as '{\"tenant\":\"emea\"}'.", valueName: "json")) var headers: String?
    @Option(help: ArgumentHelp("$reference: what is remembered of the key.", valueName: "json")) var reference: String?
    @Option(
        name: .customLong("step-answers"),
        help: ArgumentHelp("$steps, such as '{\"create\":{\"status\":201,\"body\":{}}}'.", valueName: "json"))
    var stepAnswers: String?
    @Option(help: ArgumentHelp("NAME VALUE: $NAME is a string.", valueName: "name value")) var arg: [String] = []
    @Option(help: ArgumentHelp("NAME JSON: $NAME is a value.", valueName: "name json")) var argjson: [String] = []
    @Option(help: ArgumentHelp("NAME FILE: $NAME is an array of a file's documents.", valueName: "name file"))
    var slurpfile: [String] = []
    @Option(help: ArgumentHelp("NAME FILE: $NAME is a file's text.", valueName: "name file")) var rawfile: [String] = []

    func arguments() throws -> [(name: String, value: MapOptions.Argument)] {
        var arguments: [(name: String, value: MapOptions.Argument)] = []
        let flow = [("event", event), ("headers", headers), ("reference", reference), ("steps", stepAnswers)]
        for case (let name, let text?) in flow {
            arguments.append((name, text.hasPrefix("@") ? .file(path: String(text.dropFirst())) : .json(text)))
        }
        for pair in arg { arguments.append(try MapVariableOptions.split(pair, "--arg") { .text($0) }) }
        for pair in argjson { arguments.append(try MapVariableOptions.split(pair, "--argjson") { .json($0) }) }
        for pair in slurpfile {
            arguments.append(try MapVariableOptions.split(pair, "--slurpfile") { .documents(path: $0) })
        }
        for pair in rawfile { arguments.append(try MapVariableOptions.split(pair, "--rawfile") { .file(path: $0) }) }
        return arguments
    }

    private static func split(
        _ pair: String, _ option: String, _ make: (String) -> MapOptions.Argument
    ) throws -> (name: String, value: MapOptions.Argument) {
        guard let sign = pair.firstIndex(of: "=") else { throw ValidationError("\(option) takes a name and a value") }
        let name = String(pair[..<sign])
        guard isName(name) else { throw ValidationError("\(option): ‘\(name)’ is not the name of a variable") }
        return (name, make(String(pair[pair.index(after: sign)...])))
    }

    static func isName(_ name: String) -> Bool {
        guard let first = name.unicodeScalars.first, !("0"..."9").contains(first) else { return false }
        return name.unicodeScalars.allSatisfy {
            $0 == "_" || ("a"..."z").contains($0) || ("A"..."Z").contains($0) || ("0"..."9").contains($0)
        }
    }

    /// The options that take two words, as in jq: `--arg name value`. Each pair is made one word for the parser,
    /// `--arg name=value`, which may be written, too.
    static func joined(_ arguments: [String]) -> [String] {
        let pairs: Set = ["--arg", "--argjson", "--slurpfile", "--rawfile"]
        var result: [String] = []
        var index = 0
        while index < arguments.count {
            let word = arguments[index]
            if word == "--" { return result + arguments[index...] }
            result.append(word)
            index += 1
            guard pairs.contains(word), index < arguments.count else { continue }
            let name = arguments[index]
            if isName(name), index + 1 < arguments.count {
                result.append(name + "=" + arguments[index + 1])
                index += 2
            }
        }
        return result
    }
}

struct MapOutputOptions: ParsableArguments {
    @Flag(
        name: [.customShort("r"), .customLong("raw"), .customLong("raw-output")], help: "Print strings without quotes.")
    var raw = false
    @Flag(name: [.customShort("j"), .long], help: "As --raw, without a line feed after each output.")
    var joinOutput = false
    @Flag(
        name: [.customShort("c"), .customLong("compact"), .customLong("compact-output")],
        help: "One line for each output.")
    var compact = false
    @Flag(name: [.customShort("S"), .long], help: "Sort the members of objects by name.") var sortKeys = false
    @Flag(help: "Indent by tabs.") var tab = false
    @Option(help: "Indent by this many spaces, 0 to 8.") var indent: Int?
    @Flag(name: [.customShort("C"), .long], help: "Colours, also where there is no terminal; $JQ_COLORS names them.")
    var colorOutput = false
    @Flag(name: [.customShort("M"), .long], help: "No colours.") var monochromeOutput = false
    @Flag(help: "Exit with 1 if the last output is false or null, or there is none.") var exitStatus = false

    func validate() throws {
        if let indent, !(0...8).contains(indent) { throw ValidationError("--indent takes 0 to 8") }
        if [compact, tab, indent != nil].count(where: { $0 }) > 1 {
            throw ValidationError("give one of --compact, --tab and --indent")
        }
        if colorOutput, monochromeOutput { throw ValidationError("give one of --color-output and --monochrome-output") }
    }

    func apply(to options: inout MapOptions) {
        options.isRaw = raw || joinOutput
        options.joinsOutput = joinOutput
        options.sortsKeys = sortKeys
        options.setsExitStatus = exitStatus
        if tab { options.indentByTabs() } else { options.indent(spaces: compact ? 0 : indent ?? 2) }
        if colorOutput { options.colours = true }
        if monochromeOutput { options.colours = false }
    }
}
