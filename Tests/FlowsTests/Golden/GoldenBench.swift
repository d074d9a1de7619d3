import Delivery
import Testing

@testable import Flows

/// Cases from text, run on a flow from text, in memory.
struct GoldenBench {
    static let event = #"{"specversion":"1.0","id":"e-1","source":"/crm","type":"t","data":{"id":"c-1","n":1.50}}"#

    let files: ConfigurationFiles
    let runner: GoldenRunner

    init(_ steps: StepDefinition..., retry: RetryPolicy? = nil, files: [String: String] = [:]) throws {
        var steps = steps
        if let retry { for index in steps.indices { steps[index].retry = retry } }
        try self.init(flow: .flow(steps), files: files)
    }

    init(flow: FlowDefinition, files: [String: String] = [:]) throws {
        self.files = .memory(files)
        runner = try GoldenRunner(flow)
    }

    /// A case of the event above.
    static func golden(_ text: String) throws -> GoldenCase {
        try load("event: \(event)\n" + text).cases[0]
    }

    static func load(_ text: String, _ name: String = "case.yaml", files: [String: String] = [:]) throws -> CaseFile {
        try CaseFile.load(name, files: .memory(files.merging([name: text]) { $1 }))
    }

    func run(_ text: String) throws -> GoldenRun { runner.run(try GoldenBench.golden(text), files: files) }

    /// All differences, each as `pointer expected -> actual`.
    func differences(_ text: String) throws -> [String] {
        runner.result(of: try GoldenBench.golden(text), files: files).differences.map {
            "\($0.pointer) \($0.expected ?? "nothing") -> \($0.actual ?? "nothing")"
        }
    }
}

/// What is wrong with a case file, a line each.
func problems(_ text: String, _ name: String = "case.yaml", files: [String: String] = [:]) -> [String] {
    do {
        _ = try GoldenBench.load(text, name, files: files)
        return []
    } catch let errors as ConfigurationErrors {
        return errors.errors.map(\.description)
    } catch {
        return ["\(error)"]
    }
}
