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

    /// - Parameters:
    ///   - connect: whether brokers, token endpoints and systems are tried, too.
    ///   - isStrict: whether warnings count as problems.
    public func run(connect: Bool, isStrict: Bool = false) throws -> ExitStatus {
        let report = CheckReport(terminal: terminal, flowCount: project.flows.count)
        let errors = problems()
        guard errors.isEmpty else {
            report.finish(errors, isFine: false)
            return .foundProblems
        }
        let warnings = warnings()
        if connect {
            let unreachable = (brokerProblems() + systemProblems()).map { Finding(.error, text: $0) }
            guard unreachable.isEmpty else {
                report.finish(warnings + unreachable, isFine: false)
                return .couldNotReach
            }
        }
        let isFine = warnings.isEmpty || !isStrict
        if isFine, terminal.output == .table {
            for flow in project.flows {
                terminal.print("flow \(flow.name): \(flow.topic) -> \(flow.steps.map(\.name).joined(separator: ", "))")
            }
        }
        report.finish(warnings, isFine: isFine, remark: connect ? ", all reachable" : "")
        return isFine ? .done : .foundProblems
    }

    /// Whatever keeps the flows from running. Several flows may tell the same of what they share.
    private func problems() -> [Finding] {
        var told: Set<String> = []
        return project.flows.flatMap(FlowCheck.problems).filter { told.insert($0).inserted }
            .map { Finding(.error, text: $0) }
    }

    /// Whatever runs and can hardly be meant.
    private func warnings() -> [Finding] {
        staticWarnings()
            + FlowCheck.unusedValueMaps(project.flows).map { Finding(.warning, $0) }
            + (project.schemaFolder.map { SchemaCheck(folder: $0, texts: project.schemas).warnings() } ?? [])
    }

    /// What the programs do that the schemas exclude.
    private func staticWarnings() -> [Finding] {
        FlowCheck.warnings(project.flows).map { warning in
            Finding(
                .warning, file: warning.place.file, line: warning.place.line, column: warning.place.column,
                message: warning.message, schemas: warning.schemas)
        }
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
