import Flows
import Foundation

/// Runs the golden cases of flows: event in, answers given, calls and outcome compared.
public struct TestCommand {
    public struct Options: Sendable {
        /// The configuration: files or folders.
        public var configuration: [String]
        /// Case files or folders; without any, the folder `cases` beside each part of the configuration.
        public var cases: [String]
        /// Only cases whose file or name contains this, whatever the letters' case.
        public var filter: String?
        /// Write what the flows did into the case files.
        public var update: Bool
        /// Where to write the result as JUnit XML.
        public var junit: String?
        /// What no case reaches is a failure.
        public var requiresCoverage: Bool
        /// Passed cases are listed, too.
        public var isVerbose: Bool

        public init(
            configuration: [String], cases: [String] = [], filter: String? = nil, update: Bool = false,
            junit: String? = nil, requiresCoverage: Bool = false, isVerbose: Bool = false
        ) {
            self.configuration = configuration
            self.cases = cases
            self.filter = filter
            self.update = update
            self.junit = junit
            self.requiresCoverage = requiresCoverage
            self.isVerbose = isVerbose
        }
    }

    private let options: Options
    private let project: Project
    private let terminal: Terminal

    public init(_ options: Options, project: Project, terminal: Terminal) {
        self.options = options
        self.project = project
        self.terminal = terminal
    }

    /// - Throws: ``CommandFailure`` with everything that is wrong with the case files, each with its place.
    public func run() throws(CommandFailure) -> ExitStatus {
        let files = try CaseFiles(options, terminal: terminal).load()
        let bench = try TestBench(flows: project.flows, files: files.files, filter: options.filter)
        let outcome = bench.run()
        let report = TestReport(outcome: outcome, flows: project.flows, terminal: terminal)
        if let path = options.junit { try JUnitReport(outcome).write(to: path) }
        if options.update { return try update(outcome, report) }
        let isPartial = options.filter != nil || !options.cases.isEmpty
        report.print(isVerbose: options.isVerbose, showsCoverage: !isPartial)
        let isIncomplete = options.requiresCoverage && outcome.coverage.contains { !$0.misses.isEmpty }
        return outcome.failed.isEmpty && !isIncomplete ? .done : .foundProblems
    }

    private func update(_ outcome: TestOutcome, _ report: TestReport) throws(CommandFailure) -> ExitStatus {
        var status = ExitStatus.done
        var updated: [(path: String, cases: Int)] = []
        for (file, results) in outcome.byFile {
            let failed = results.filter { !$0.hasPassed }
            guard !failed.isEmpty else { continue }
            let (text, unchanged) = CaseFileUpdate.text(of: file, results: results)
            if text != file.text {
                try OutputFile.write(text, to: file.path)
                updated.append((file.path, failed.count - unchanged.count))
            }
            for golden in unchanged {
                terminal.note("\(golden.place): the text of ‘expect’ cannot be replaced in this form; edit it by hand")
                status = .foundProblems
            }
        }
        report.print(updated: updated)
        return status
    }
}

/// Files that commands write.
enum OutputFile {
    /// Replaces the file at once, so that nobody reads half of it.
    static func write(_ text: String, to path: String) throws(CommandFailure) {
        do {
            try Data(text.utf8).write(to: URL(filePath: path), options: .atomic)
        } catch {
            throw CommandFailure("\(path): cannot be written: \(TextFile.reason(error))", status: .couldNotReach)
        }
    }
}
