/// A system behind an HTTP API, as far as the server needs to know it.
protocol SimulatedSystem: Sendable {
    /// The external identifier of the client or customer that a request is about, for faults that strike some only.
    func subject(of request: SimulatedRequest) -> String?

    /// Handles a request of the system's own API, with all its effects.
    func answer(_ request: SimulatedRequest) -> Answer

    /// Handles a request below `/_simulated/` that the server itself does not know; `nil` when it is unknown here too.
    /// - Parameter name: the segment after `/_simulated/`.
    func administer(_ name: String, _ request: SimulatedRequest) -> Answer?

    /// Counters of the system's own, for `GET /_simulated/summary`.
    var summary: [JSONTree.Member] { get }
}
