import Flows
import Kafka
import Logging

/// Whose dead letters a command is about, and which of them.
public struct DeadLetterSelection: Sendable {
    public var flows: [FlowDefinition]
    public var filter: DeadLetterFilter
    public var client: ClientProperties

    /// - Parameters:
    ///   - project: the configuration.
    ///   - flow: the flow's name; without it all flows are meant.
    /// - Throws: ``CommandFailure`` when there is no such flow, or the filter can choose nothing of it.
    public init(_ project: Project, flow name: String?, filter: DeadLetterFilter) throws(CommandFailure) {
        if let name {
            guard let flow = project.flows.first(where: { $0.name == name }) else {
                let names = project.flows.map(\.name).joined(separator: ", ")
                throw CommandFailure(
                    "--flow: the configuration has no flow \(name); its flows are: \(names)", status: .usedWrongly)
            }
            flows = [flow]
        } else {
            flows = project.flows
        }
        self.filter = filter
        client = project.client
        try checkStep()
    }

    private func checkStep() throws(CommandFailure) {
        guard let step = filter.step else { return }
        let steps = flows.flatMap(\.steps).map(\.name)
        guard !steps.contains(step) else { return }
        throw CommandFailure(
            "--step: there is no step \(step); the steps are: \(steps.joined(separator: ", "))", status: .usedWrongly)
    }

    /// The only flow that is meant.
    /// - Throws: ``CommandFailure`` when the configuration has several and none was named.
    func onlyFlow() throws(CommandFailure) -> FlowDefinition {
        guard flows.count == 1, let flow = flows.first else {
            let names = flows.map(\.name).joined(separator: ", ")
            throw CommandFailure(
                "the configuration has several flows; name one with --flow: \(names)", status: .usedWrongly)
        }
        return flow
    }
}
