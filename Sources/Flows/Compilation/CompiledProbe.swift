import JQ

/// How a system is asked whether a step's call took effect already (D4), not yet compiled.
public struct ProbeDefinition: Sendable {
    /// The path behind the system's base URL, with expressions in braces.
    public var path: [TemplatePart]
    /// Over `{ status, body }` of an answer with 2xx.
    public var hit: Expression
    /// How long the effect of a call may still come after its time-out, and after an assignment.
    public var wait: Duration

    /// - Parameter hit: `nil`: ``contentRule``.
    public init(path: [TemplatePart], hit: Expression? = nil, wait: Duration) {
        self.path = path
        self.hit = hit ?? ProbeDefinition.contentRule
        self.wait = wait
    }

    /// A record is a hit, and so is a list that is not empty. An object with an empty list in it may be the record or
    /// the answer "none": to guess could repeat an effect or lose one, so it is an error.
    public static let contentRule = Expression(
        """
        .body
        | if . == null or . == "" or . == [] or . == {} then false
          elif type == "object" and any(.[]; . == []) then error("the answer has an empty list; `hit` must tell")
          else true end
        """, file: "probe")
}

/// A probe whose parts are compiled.
struct CompiledProbe {
    let path: CompiledTemplate
    let hit: Program?
    /// As an operator knows it: `GET erp/clients?external_id={.data.id}`.
    let call: String

    init(_ probe: ProbeDefinition, system: String, compiler: inout FlowCompiler) {
        path = compiler.template(probe.path, name: "probe")
        hit = compiler.program(probe.hit)
        call = "GET \(system)" + probe.path.map(\.description).joined()
    }
}
