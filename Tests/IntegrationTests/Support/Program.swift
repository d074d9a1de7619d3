import Foundation
import TestKit
import Testing

/// The built `penstock` program, run as a process of its own and ended by its own number.
///
/// Foundation's `Process` cannot set the child's signal mask, and tests may run on threads that block signals: the
/// child would not hear of SIGTERM.
final class Program: Sendable {
    struct Failure: Error, CustomStringConvertible { let description: String }

    /// What a program that has ended leaves behind.
    struct Ending: Sendable {
        /// The exit code, or the negative number of the signal that ended it.
        let status: Int32
        let output: String
        let errors: String

        /// Lines of standard output.
        var lines: [String] { output.split(separator: "\n").map(String.init) }
    }

    let identifier: pid_t
    private let output: String
    private let errors: String

    /// Beside the test bundle.
    private static let path = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
        .appending(path: "penstock").path

    /// Starts `penstock` with these arguments. Of this process's environment it gets only `PATH` and `HOME`.
    init(
        _ arguments: [String], environment: [String: String] = [:], input: String? = nil, in folder: Workspace
    ) throws {
        let name = folder.uniquePath()
        output = name + ".out"
        errors = name + ".err"
        let standardInput = try input.map { text in
            try text.write(toFile: name + ".in", atomically: false, encoding: .utf8)
            return name + ".in"
        }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, standardInput ?? "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, errors, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var variables = environment
        for name in ["PATH", "HOME"] { variables[name] = ProcessInfo.processInfo.environment[name] }
        // `env` changes the folder and becomes the program: the process is the same.
        let command = "/usr/bin/env"
        var words = ([command, "-C", folder.path, Program.path] + arguments).map { strdup($0) } + [nil]
        var assignments = variables.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for word in words + assignments { free(word) } }
        var identifier: pid_t = 0
        let code = posix_spawn(&identifier, command, &actions, &attributes, &words, &assignments)
        guard code == 0 else { throw Failure(description: "\(Program.path): \(String(cString: strerror(code)))") }
        self.identifier = identifier
    }

    /// Runs the program to its end.
    static func run(
        _ arguments: [String], environment: [String: String] = [:], input: String? = nil, in folder: Workspace,
        within limit: Duration = .seconds(60)
    ) async throws -> Ending {
        try await Program(arguments, environment: environment, input: input, in: folder).ending(within: limit)
    }

    func signal(_ number: Int32) { kill(identifier, number) }

    /// Waits for the end; past the limit the program is killed.
    func ending(within limit: Duration = .seconds(60)) async throws -> Ending {
        let deadline = ContinuousClock.now + limit
        while true {
            var status: Int32 = 0
            if waitpid(identifier, &status, WNOHANG) == identifier {
                let ended = status & 0x7f
                return Ending(
                    status: ended == 0 ? status >> 8 & 0xff : -ended, output: outputText, errors: errorText)
            }
            if ContinuousClock.now > deadline {
                kill(identifier, SIGKILL)
                waitpid(identifier, &status, 0)
                throw Failure(description: "did not end within \(limit): \(outputText)\n\(errorText)")
            }
            try? await Task.sleep(for: .milliseconds(10))
        }
    }

    /// Ends the program whatever it does; for the end of a test.
    func end() {
        guard kill(identifier, SIGKILL) == 0 else { return }
        var status: Int32 = 0
        waitpid(identifier, &status, 0)
    }

    var outputText: String { (try? String(contentsOfFile: output, encoding: .utf8)) ?? "" }
    var errorText: String { (try? String(contentsOfFile: errors, encoding: .utf8)) ?? "" }

    /// Waits for the first line of standard output.
    func firstLine() async throws -> String {
        guard await eventually({ outputText.contains("\n") }) else {
            throw Failure(description: "no line came: \(errorText)")
        }
        return outputText.split(separator: "\n").first.map(String.init) ?? ""
    }
}

/// A folder of a test's own, gone with it.
final class Workspace: Sendable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "penstock-test-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Writes a file, and the folders that it needs.
    @discardableResult
    func write(_ name: String, _ text: String) throws -> String {
        let file = URL(filePath: path).appending(path: name)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try text.write(to: file, atomically: false, encoding: .utf8)
        return file.path
    }

    func uniquePath() -> String { path + "/." + UUID().uuidString }
}
