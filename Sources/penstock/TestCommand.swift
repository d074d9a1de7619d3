import ArgumentParser
import Foundation
import PenstockService

struct Test: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Runs golden cases of flows: event in, answers given, calls and outcome compared.",
        discussion: """
            Example: penstock test examples/crm-to-erp
                     penstock test --update --filter created
            """)

    @OptionGroup var configuration: ConfigurationArguments
    @OptionGroup var output: OutputOptions
    @Option(help: "Case files, or folders of them; without it, the folder cases beside the configuration.")
    var cases: [String] = []
    @Option(help: "Only cases whose file or name contains this.") var filter: String?
    @Flag(help: "Write what the flows do into the case files.") var update = false
    @Option(help: "Writes the result as JUnit XML to this file, too.") var junit: String?
    @Flag(help: "Fail when a step is never called, or a condition or branch never goes one of its ways.")
    var requireCoverage = false
    @Flag(name: .shortAndLong, help: "List the cases that passed, too.") var verbose = false

    func run() throws {
        let options = PenstockService.TestCommand.Options(
            configuration: configuration.paths, cases: cases, filter: filter, update: update, junit: junit,
            requiresCoverage: requireCoverage, isVerbose: verbose)
        let command = PenstockService.TestCommand(
            options, project: try configuration.project(references: .optional), terminal: output.terminal)
        try command.run().finish()
    }
}
