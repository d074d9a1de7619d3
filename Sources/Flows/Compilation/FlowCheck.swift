import JSON

/// What can be wrong with a flow before it runs.
public enum FlowCheck {
    /// Everything that does not compile in the flow, each with its place; none when it is fit to run.
    public static func problems(_ flow: FlowDefinition) -> [String] {
        do {
            _ = try CompiledFlow(flow, document: Document())
        } catch {
            return error.problems
        }
        return CompiledReconciliation.problems(flow)
    }

    /// Value maps that no program of these flows looks up; all flows of the configuration must be given, and compile.
    public static func unusedValueMaps(_ flows: [FlowDefinition]) -> [ConfigurationError] {
        guard let maps = flows.first?.environment.valueMaps, !maps.maps.isEmpty else { return [] }
        var texts: [String] = []
        for flow in flows {
            guard let compiled = try? CompiledFlow(flow, document: Document()) else { return [] }
            texts += compiled.programTexts
        }
        return maps.unused(by: texts)
    }
}
