import Foundation
import TestKit
import Testing

/// The built `penstock` program, run as a process of its own and ended by its own number.
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

    private let process: ChildProcess
    private let output: String
    private let errors: String

    /// Beside the test bundle, or what `PENSTOCK_TEST_PROGRAM` names: long runs take one that is built for release.
    private static let path =
        ProcessInfo.processInfo.environment["PENSTOCK_TEST_PROGRAM"]
        ?? URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: "penstock").path

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
        var variables = environment
        for name in ["PATH", "HOME"] { variables[name] = ProcessInfo.processInfo.environment[name] }
        // `env` changes the folder and becomes the program: the process is the same.
        process = try ChildProcess(
            "/usr/bin/env", ["-C", folder.path, Program.path] + arguments, environment: variables,
            input: standardInput ?? "/dev/null", output: output, errors: errors)
    }

    /// Runs the program to its end.
    static func run(
        _ arguments: [String], environment: [String: String] = [:], input: String? = nil, in folder: Workspace,
        within limit: Duration = .seconds(60)
    ) async throws -> Ending {
        try await Program(arguments, environment: environment, input: input, in: folder).ending(within: limit)
    }

    func signal(_ number: Int32) { process.signal(number) }

    /// Waits for the end; past the limit the program is killed.
    func ending(within limit: Duration = .seconds(60)) async throws -> Ending {
        let deadline = ContinuousClock.now + limit
        while true {
            if let ending = process.ending() {
                let status: Int32
                switch ending {
                case .exited(let code): status = code
                case .killed(let signal): status = -signal
                }
                return Ending(status: status, output: outputText, errors: errorText)
            }
            if ContinuousClock.now > deadline {
                process.end()
                throw Failure(description: "did not end within \(limit): \(outputText)\n\(errorText)")
            }
            try? await Task.sleep(for: .milliseconds(10))
        }
    }

    /// Ends the program whatever it does; for the end of a test.
    func end() { process.end() }

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
