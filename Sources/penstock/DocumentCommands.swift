import ArgumentParser
import Flows
import Foundation
import PenstockService

struct Map: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Runs a mapping on files or standard input, like jq.",
        discussion: """
            Example: penstock map mappings/customer-to-client.jq events/customer-updated.json
                     echo '{"a":1}' | penstock map -e '.a + 1'
            """)

    @Option(name: [.customShort("e"), .long], help: "The program itself, instead of a file.") var expression: String?
    @Flag(name: [.short, .long], help: "Print strings without quotes.") var raw = false
    @Flag(name: [.short, .long], help: "One line for each output.") var compact = false
    @Argument(help: "The mapping's file (unless -e is given), then the documents; - or none is standard input.")
    var files: [String] = []

    func run() throws {
        var files = files
        var program = expression ?? ""
        var name = "<expression>"
        if expression == nil {
            guard let file = files.first else { throw ValidationError("give a mapping's file, or -e EXPRESSION") }
            guard let text = try? String(contentsOfFile: file, encoding: .utf8) else {
                throw CommandFailure("\(file): cannot be read", status: .usedWrongly)
            }
            files.removeFirst()
            program = text
            name = file
        }
        let options = MapCommand.Options(
            program: program, programName: name, files: files.isEmpty ? ["-"] : files, raw: raw, pretty: !compact)
        let terminal = Terminal(environment: ProcessInfo.processInfo.environment)
        try MapCommand(options, terminal: terminal).run().finish()
    }
}

struct Validate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Validates documents against a JSON Schema.",
        discussion: "Example: penstock validate Schemas/crm/customer-event.v1.json events.ndjson")

    @OptionGroup var output: OutputOptions
    @Flag(inversion: .prefixedNo, help: "Whether format, such as email, is checked.") var formats = true
    @Argument(help: "The schema's file.") var schema: String
    @Argument(help: "The documents; - or none is standard input.") var files: [String] = []

    func run() throws {
        let options = ValidateCommand.Options(
            schema: schema, files: files.isEmpty ? ["-"] : files, assertsFormats: formats)
        try ValidateCommand(options, terminal: output.terminal).run().finish()
    }
}

struct Config: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "What can be configured.", subcommands: [ConfigSchema.self, ConfigReference.self])
}

struct ConfigSchema: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema", abstract: "Prints the JSON Schema of penstock.yaml, for editors.",
        discussion: "Example: penstock config schema > penstock.schema.json")

    func run() throws {
        let terminal = Terminal(environment: ProcessInfo.processInfo.environment)
        terminal.print(try Configuration.schemaText().trimmingCharacters(in: .newlines))
    }
}

struct ConfigReference: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reference", abstract: "Prints every key with its meaning, as Markdown.",
        discussion: "Example: penstock config reference | less")

    func run() throws {
        let terminal = Terminal(environment: ProcessInfo.processInfo.environment)
        terminal.print(Configuration.referenceText().trimmingCharacters(in: .newlines))
    }
}
