import ArgumentParser
import Foundation
import PenstockService

struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Finds everything that can be wrong before running.",
        discussion: """
            Example: penstock check examples/crm-to-erp/penstock.yaml --connect
                     penstock check --strict --output json

            Errors are what keeps a flow from running: in the configuration, schemas, mappings and value maps. \
            Warnings are what runs and can hardly be meant: value maps that nobody looks up, examples in schemas that \
            are not valid, a version of a schema that refuses what the one before it took.

            Exit codes: 0 fine, perhaps with warnings; 1 errors, or warnings with --strict; 2 the configuration \
            itself cannot be read; 3 a broker or system does not answer (--connect).
            """)

    @OptionGroup var configuration: ConfigurationArguments
    @OptionGroup var output: OutputOptions
    @OptionGroup var logging: LogOptions
    @Flag(help: "Also tries the brokers, the token endpoints and the systems.") var connect = false
    @Flag(help: "Warnings are problems, too.") var strict = false

    func run() throws {
        let terminal = output.terminal
        let project: Project
        do {
            project = try configuration.project()
        } catch let failure as CommandFailure where terminal.output == .json {
            let findings = failure.message.split(separator: "\n").map { Finding(.error, text: String($0)) }
            CheckReport(terminal: terminal, flowCount: nil).finish(findings, isFine: false)
            throw ExitCode(failure.status.rawValue)
        }
        let check = CheckCommand(project: project, terminal: terminal, logger: logging.logger(level: .critical))
        try check.run(connect: connect, isStrict: strict).finish()
    }
}
