import Dispatch
import Flows
import Foundation
import Synchronization

/// What became of the cases.
struct TestOutcome: Sendable {
    /// A case's result with the file and the flow that it belongs to, in the order of the files.
    struct Entry: Sendable {
        let file: Int
        let flow: String
        let result: GoldenResult
    }

    let files: [CaseFile]
    let entries: [Entry]
    /// Of each flow that has cases.
    let coverage: [FlowCoverage]
    let duration: Duration

    var failed: [Entry] { entries.filter { !$0.result.hasPassed } }

    var byFile: [(file: CaseFile, results: [GoldenResult])] {
        files.indices.map { index in (files[index], entries.filter { $0.file == index }.map(\.result)) }
    }
}

/// Runs cases on as many threads as the machine has cores, each with its own compiled flows.
final class TestBench: Sendable {
    private struct Work: Sendable {
        let file: Int
        let flow: Int
        let golden: GoldenCase
    }

    private struct State {
        var next = 0
        var results: [Int: GoldenResult] = [:]
        var coverage: [Int: FlowCoverage] = [:]
    }

    /// As deep as that of a worker.
    private static let stackByteCount = 64 << 20

    private let flows: [FlowDefinition]
    private let files: [CaseFile]
    private let work: [Work]
    private let state = Mutex(State())

    /// - Throws: ``CommandFailure`` for cases that name what does not exist, and for flows that do not compile.
    init(flows: [FlowDefinition], files: [CaseFile], filter: String?) throws(CommandFailure) {
        self.flows = flows
        self.files = files
        var work: [Work] = []
        var problems = flows.flatMap(FlowCheck.problems)
        let runners = problems.isEmpty ? flows.compactMap { try? GoldenRunner($0) } : []
        for (index, file) in files.enumerated() where problems.isEmpty || !runners.isEmpty {
            for golden in file.cases {
                switch TestBench.flow(of: golden, in: flows) {
                case .failure(let problem): problems.append(problem.message)
                case .success(let flow):
                    if flow < runners.count { problems += runners[flow].problems(of: golden).map(\.description) }
                    if TestBench.matches(golden, file, filter) {
                        work.append(Work(file: index, flow: flow, golden: golden))
                    }
                }
            }
        }
        guard problems.isEmpty else { throw CommandFailure(problems.joined(separator: "\n"), status: .usedWrongly) }
        if work.isEmpty, let filter {
            throw CommandFailure("no case's file or name contains ‘\(filter)’", status: .usedWrongly)
        }
        self.work = work
    }

    private static func matches(_ golden: GoldenCase, _ file: CaseFile, _ filter: String?) -> Bool {
        guard let filter = filter?.lowercased() else { return true }
        return file.path.lowercased().contains(filter) || golden.name?.lowercased().contains(filter) ?? false
    }

    private static func flow(
        of golden: GoldenCase, in flows: [FlowDefinition]
    ) -> Result<Int, CommandFailure> {
        if let name = golden.flow {
            if let index = flows.firstIndex(where: { $0.name == name }) { return .success(index) }
            let names = flows.map(\.name).joined(separator: ", ")
            let message = "\(golden.place): flow: there is no flow ‘\(name)’; there are: \(names)"
            return .failure(CommandFailure(message, status: .usedWrongly))
        }
        if flows.count == 1 { return .success(0) }
        let message = "\(golden.place): the key ‘flow’ is missing: the configuration has \(flows.count) flows"
        return .failure(CommandFailure(message, status: .usedWrongly))
    }

    func run() -> TestOutcome {
        let clock = ContinuousClock()
        let duration = clock.measure {
            let group = DispatchGroup()
            for _ in 0..<min(ProcessInfo.processInfo.activeProcessorCount, work.count) {
                group.enter()
                let thread = Thread { [self] in
                    runShare()
                    group.leave()
                }
                thread.stackSize = TestBench.stackByteCount
                thread.start()
            }
            group.wait()
        }
        let state = state.withLock { $0 }
        let entries = work.indices.compactMap { index in
            state.results[index].map {
                TestOutcome.Entry(file: work[index].file, flow: flows[work[index].flow].name, result: $0)
            }
        }
        return TestOutcome(
            files: files, entries: entries, coverage: state.coverage.sorted { $0.key < $1.key }.map(\.value),
            duration: duration)
    }

    /// One thread: takes case after case until there is none.
    private func runShare() {
        var runners: [Int: GoldenRunner] = [:]
        while let index = takeNext() {
            let work = work[index]
            // It compiled before.
            guard let runner = runners[work.flow] ?? (try? GoldenRunner(flows[work.flow])) else { continue }
            runners[work.flow] = runner
            let result = runner.result(of: work.golden)
            state.withLock { $0.results[index] = result }
        }
        for (flow, runner) in runners {
            let coverage = runner.coverage
            state.withLock {
                if $0.coverage[flow]?.add(coverage) == nil { $0.coverage[flow] = coverage }
            }
        }
    }

    private func takeNext() -> Int? {
        state.withLock {
            guard $0.next < work.count else { return nil }
            $0.next += 1
            return $0.next - 1
        }
    }
}
