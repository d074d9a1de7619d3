import ArgumentParser
import Flows
import Foundation
import PenstockService

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
