import Foundation
import JSON

/// The program `jq` of this machine, which many programs are given to at a time.
public struct JQPeer: Sendable {
    /// Why programs could not be run.
    public struct Failure: Error, CustomStringConvertible {
        public let description: String
    }

    public let executable: URL
    /// As it prints it: `jq-1.6`.
    public let version: String

    /// The `jq` that `PENSTOCK_FUZZ_JQ` names, or the first in the search path; `nil` if there is none.
    public init?(environment: [String: String] = ProcessInfo.processInfo.environment) {
        let folders = (environment["PATH"] ?? "").split(separator: ":").map { URL(filePath: String($0)) }
        let named = environment["PENSTOCK_FUZZ_JQ"].map { [URL(filePath: $0)] }
        let candidates = named ?? folders.map { $0.appending(path: "jq") }
        guard let found = candidates.first(where: { FileManager.default.isExecutableFile(atPath: $0.path) }),
            let output = try? Self.output(of: found, ["--version"], seconds: 10)
        else { return nil }
        executable = found
        version = String(decoding: output, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// The outcomes of each program for each document; `nil` for a program that jq does not survive, or not in time.
    public func run(_ programs: [String], on documents: [String]) -> [[ProgramOutcome]?] {
        if let outcomes = try? runTogether(programs, on: documents) { return outcomes }
        guard programs.count > 1 else { return [nil] }
        let middle = programs.count / 2
        return run(Array(programs[..<middle]), on: documents) + run(Array(programs[middle...]), on: documents)
    }

    /// Each program becomes a function. Its outputs are collected, each in an array, so that an error can be told from
    /// them; what is collected is printed at once, so that nothing fails behind a `try`.
    private func runTogether(_ programs: [String], on documents: [String]) throws -> [[ProgramOutcome]] {
        var text = ""
        for (position, program) in programs.enumerated() { text += "def p\(position): \(program)\n;\n" }
        let limit = OurSide.outputLimit
        text += programs.indices.map { position in
            "[.[] | [try (limit(\(limit); p\(position)) | [.]) catch {error: .}]]"
        }.joined(separator: ",\n")
        let folder = FileManager.default.temporaryDirectory.appending(path: "penstock-fuzz-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "programs.jq")
        try Data(text.utf8).write(to: file)
        let input = folder.appending(path: "documents.json")
        try Data("[\(documents.joined(separator: ","))]".utf8).write(to: input)
        let output = try Self.output(of: executable, ["-c", "-f", file.path, input.path], seconds: 10)
        let lines = output.split(separator: UInt8(ascii: "\n"))
        guard lines.count == programs.count else { throw Failure(description: "\(lines.count) lines") }
        return try lines.map { try Self.outcomes(Array($0)) }
    }

    private static func outcomes(_ line: [UInt8]) throws -> [ProgramOutcome] {
        let document = Document(limits: Limits(depth: 10_000))
        return try withExtendedLifetime(document) {
            try line.withUnsafeBytes { bytes in
                try document.parse(bytes).elements.map { collected in
                    var outcome = ProgramOutcome()
                    for entry in collected.elements {
                        if let output = entry[0] {
                            outcome.outputs.append(text(output))
                        } else {
                            outcome.hasFailed = true
                            outcome.message = entry["error"].map { $0.string ?? text($0) }
                        }
                    }
                    return outcome
                }
            }
        }
    }

    private static func text(_ value: Value) -> String {
        let buffer = ByteBuffer()
        buffer.write(value)
        return buffer.text
    }

    /// Runs `jq`, in UTC, and ends it after so many seconds.
    private static func output(of executable: URL, _ arguments: [String], seconds: Int) throws -> Data {
        let process = Process()
        process.executableURL = executable
        process.arguments = arguments
        process.environment = ["TZ": "UTC", "LC_ALL": "C.UTF-8"]
        let standardOutput = Pipe()
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = standardOutput
        process.standardError = FileHandle.nullDevice
        try process.run()
        let watchdog = DispatchWorkItem { process.terminate() }
        DispatchQueue.global().asyncAfter(deadline: .now() + .seconds(seconds), execute: watchdog)
        defer { watchdog.cancel() }
        let output = standardOutput.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationReason == .exit, process.terminationStatus == 0 else {
            throw Failure(description: "jq ended with \(process.terminationStatus)")
        }
        return output
    }
}
