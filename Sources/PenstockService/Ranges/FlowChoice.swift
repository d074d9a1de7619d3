import Flows

extension Project {
    /// The flow of this name.
    /// - Throws: ``CommandFailure`` that tells the names that there are.
    public func flow(named name: String) throws(CommandFailure) -> FlowDefinition {
        guard let flow = flows.first(where: { $0.name == name }) else {
            throw CommandFailure(
                "the configuration has no flow \(name); its flows are: \(flows.map(\.name).joined(separator: ", "))",
                status: .usedWrongly)
        }
        return flow
    }
}
