import ArgumentParser
import Flows
import Foundation
import JSONSchema
import PenstockService

struct Validate: ParsableCommand {
    /// The output of the JSON Schema specification, section 12.
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case flag, basic, detailed

        var form: OutputForm {
            switch self {
            case .flag: .flag
            case .basic: .basic
            case .detailed: .detailed
            }
        }
    }

    static let configuration = CommandConfiguration(
        abstract: "Validates documents against a JSON Schema.",
        discussion: """
            Example: penstock validate Schemas/crm/customer-event.v1.json events.ndjson
                     penstock validate order.schema.json orders/*.json --output json
                     penstock validate order.schema.json --format basic < orders.ndjson

            Documents stand one after the other, one to a line or several; .yaml, .yml, .csv and .tsv are understood, \
            too. The draft is that of $schema, or 2020-12. References lead to files of the schema's folder, never to \
            the network.

            Exit codes: 0 all are valid; 1 one is not, or is no JSON; 2 used wrongly, such as a schema that does not \
            compile or a file that is not there.
            """)

    @OptionGroup var output: OutputOptions
    @Option(help: "Prints the specification's output for each document instead: flag, basic or detailed.")
    var format: Format?
    @Flag(name: [.short, .long], help: "Prints nothing.") var quiet = false
    @Flag(inversion: .prefixedNo, help: "Whether format, such as email, is checked.") var formats = true
    @Argument(help: "The schema's file.") var schema: String
    @Argument(help: "The documents; - or none is standard input.") var files: [String] = []

    func run() throws {
        let options = ValidateCommand.Options(
            schema: schema, files: files.isEmpty ? ["-"] : files, assertsFormats: formats, form: format?.form,
            isQuiet: quiet)
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
