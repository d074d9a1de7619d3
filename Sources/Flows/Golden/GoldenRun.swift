/// What a flow did with the event of a case.
struct GoldenRun: Sendable {
    /// In the order in which they were made.
    var calls: [Call] = []
    var outcome = GoldenCase.Outcome.waiting
    /// Why the event was parked.
    var fault: EventFault?
    /// What the system answered that refused the event; 0: none did.
    var status = 0
    /// Answers that were given and never asked for: step and position.
    var unusedAnswers: [(step: String, position: Int)] = []

    /// One call, as it would have been sent.
    struct Call: Sendable {
        let step: String
        let method: String
        let path: String
        let headers: [(name: String, value: String)]
        let body: [UInt8]?
        /// Since the answer before.
        let wait: Duration
    }
}
