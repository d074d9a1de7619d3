import ArgumentParser
import Foundation
import PenstockService

@main
struct Penstock: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "penstock",
        abstract: "Carries change events from Kafka topics into REST APIs: in order, once, with nothing lost.",
        discussion: """
            Exit codes: 0 done, 1 found problems, 2 used wrongly, 3 could not reach something.
            Try `penstock demo` first.
            """,
        subcommands: [
            DemoCommand.self, RunCommand.self, Check.self, Test.self, Map.self, Validate.self, SchemaGroup.self,
            Produce.self, Tail.self, Lag.self, DeadLetterGroup.self, OffsetGroup.self, Replay.self, Reconcile.self,
            Trace.self, Config.self, Broker.self, Simulate.self,
        ])

    /// ArgumentParser's own exit codes are mapped to ours: whatever it refuses was used wrongly.
    static func main() {
        // A socket or a log's reader that goes away must not end us in the middle of a drain.
        signal(SIGPIPE, SIG_IGN)
        do {
            let arguments = Array(CommandLine.arguments.dropFirst())
            let isMap = arguments.first == "map"
            var command = try parseAsRoot(isMap ? MapVariableOptions.joined(arguments) : arguments)
            try command.run()
        } catch let failure as CommandFailure {
            StandardStream.error("error: \(failure.message)\n")
            Foundation.exit(failure.status.rawValue)
        } catch let code as ExitCode {
            Foundation.exit(code.rawValue)
        } catch {
            let text = fullMessage(for: error)
            let isHelp = exitCode(for: error).isSuccess
            if isHelp { StandardStream.output(text + "\n") } else { StandardStream.error(text + "\n") }
            Foundation.exit(isHelp ? ExitStatus.done.rawValue : ExitStatus.usedWrongly.rawValue)
        }
    }
}

extension ExitStatus {
    /// Ends the command with this status.
    func finish() throws {
        if self != .done { throw ExitCode(rawValue) }
    }
}
