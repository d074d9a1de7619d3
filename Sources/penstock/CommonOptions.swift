import ArgumentParser
import Flows
import Foundation
import Kafka
import Logging
import PenstockService

extension Terminal.Output: ExpressibleByArgument {}
extension LogOutput.Format: ExpressibleByArgument {}
extension Logger.Level: @retroactive ExpressibleByArgument {}

/// How a command prints.
struct OutputOptions: ParsableArguments {
    @Option(help: "How results are printed: table or json.")
    var output: Terminal.Output = .table

    var terminal: Terminal { Terminal(output: output, environment: ProcessInfo.processInfo.environment) }
}

/// What a command says while it works.
struct LogOptions: ParsableArguments {
    @Option(help: "The least level of log lines: trace, debug, info, notice, warning, error, critical.")
    var logLevel: Logger.Level?

    @Option(help: "How log lines look: json, or text. Text on a terminal, JSON elsewhere.")
    var logFormat: LogOutput.Format?

    /// - Parameter level: where nothing else is asked for.
    func logger(level: Logger.Level) -> Logger {
        .penstock(
            format: logFormat ?? (isatty(STDERR_FILENO) == 1 ? .text : .json), level: logLevel ?? level)
    }
}

/// Which configuration.
struct ConfigurationOptions: ParsableArguments {
    @Option(
        name: [.short, .long],
        help: "The configuration: a file or a folder; may be given several times. $PENSTOCK_CONFIG, then penstock.yaml."
    )
    var config: [String] = []

    var paths: [String] {
        if !config.isEmpty { return config }
        return [ProcessInfo.processInfo.environment["PENSTOCK_CONFIG"] ?? "penstock.yaml"]
    }

    func project() throws -> Project {
        try Project.load(paths, environment: ProcessInfo.processInfo.environment)
    }
}

/// Which configuration, for commands whose only arguments are its files: `penstock run penstock.yaml`.
struct ConfigurationArguments: ParsableArguments {
    @Argument(help: "The configuration: files or folders. Without any, $PENSTOCK_CONFIG, then penstock.yaml.")
    var files: [String] = []

    @OptionGroup var options: ConfigurationOptions

    var paths: [String] { files.isEmpty ? options.paths : files + options.config }

    func project(references: References = .required) throws -> Project {
        try Project.load(paths, environment: ProcessInfo.processInfo.environment, references: references)
    }
}

/// Which brokers: by the command line, else by a configuration.
struct BrokerOptions: ParsableArguments {
    @OptionGroup var configuration: ConfigurationOptions

    @Option(name: [.short, .long], help: "Brokers, host:port,…; without it those of the configuration.")
    var bootstrapServers: String?

    func client() throws -> ClientProperties {
        if let bootstrapServers { return ClientProperties(bootstrapServers: bootstrapServers) }
        return try configuration.project().client
    }
}
