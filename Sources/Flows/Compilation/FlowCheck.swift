import JSON

/// What can be wrong with a flow before it runs.
public enum FlowCheck {
    /// Everything that does not compile in the flow, each with its place; none when it is fit to run.
    public static func problems(_ flow: FlowDefinition) -> [String] {
        do {
            _ = try CompiledFlow(flow, document: Document())
            return []
        } catch {
            return error.problems
        }
    }
}
