import Flows
import HTTPCalls
import Kafka
import Logging

/// Everything that can be wrong before running: the configuration was read already, schemas and mappings compile, and
/// on request brokers, token endpoints and systems can be reached.
public struct CheckCommand {
    private let project: Project
    private let terminal: Terminal
    private let logger: Logger

    public init(project: Project, terminal: Terminal, logger: Logger) {
        self.project = project
        self.terminal = terminal
        self.logger = logger
    }

    public func run(connect: Bool) throws -> ExitStatus {
        let problems = project.flows.flatMap(FlowCheck.problems)
        for problem in problems { terminal.print(problem) }
        guard problems.isEmpty else { return .foundProblems }
        var unreachable: [String] = []
        if connect { unreachable = brokerProblems() + systemProblems() }
        for problem in unreachable { terminal.print(problem) }
        guard unreachable.isEmpty else { return .couldNotReach }
        summarise(connect: connect)
        return .done
    }

    private func summarise(connect: Bool) {
        guard terminal.output == .table else {
            return terminal.print("{\"ok\":true,\"flows\":\(project.flows.count)}")
        }
        for flow in project.flows {
            terminal.print("flow \(flow.name): \(flow.topic) -> \(flow.steps.map(\.name).joined(separator: ", "))")
        }
        terminal.print(
            "ok: \(project.flows.count) flow\(project.flows.count == 1 ? "" : "s")" + (connect ? ", all reachable" : "")
        )
    }

    // MARK: - Reaching

    private func brokerProblems() -> [String] {
        do {
            return try Reaching.kafka(project.client) { () throws(KafkaError) in
                let admin = try Admin(properties: project.client, logger: logger)
                var problems: [String] = []
                for flow in project.flows where try !admin.topicExists(flow.topic, within: .seconds(10)) {
                    problems.append("flows.\(flow.name).topic: the brokers have no topic \(flow.topic)")
                }
                return problems
            }
        } catch {
            return [error.message]
        }
    }

    /// A harmless request to each system: any answer but a refusal proves address, TLS and credentials.
    private func systemProblems() -> [String] {
        var systems: [String: SystemDefinition] = [:]
        for flow in project.flows {
            for system in flow.systems { systems[system.name] = system }
        }
        return systems.values.sorted { $0.name < $1.name }.compactMap(problem)
    }

    private func problem(_ system: SystemDefinition) -> String? {
        let place = "systems.\(system.name)"
        do {
            let caller = try HTTPCaller(logger: logger)
            let index = try caller.add(system.endpoint)
            let none = UnsafeRawBufferPointer(start: nil, count: 0)
            try caller.start(Request(system: index, method: .get, path: none), tag: 0)
            var outcome: CallOutcome?
            while outcome == nil {
                _ = caller.poll(timeoutMilliseconds: 1_000, also: [])
                caller.collect { outcome = $0.outcome }
            }
            switch outcome {
            case .answered(let status) where status == 401 || status == 403:
                return "\(place): \(system.endpoint.baseURL) refuses us with status \(status); check auth"
            case .notSent(let fault) where fault.kind == .token: return "\(place).auth: \(fault)"
            case .notSent(let fault), .sentNoAnswer(let fault):
                return "\(place): \(system.endpoint.baseURL) does not answer: \(fault)"
            default: return nil
            }
        } catch {
            return "\(place): \(error)"
        }
    }
}
