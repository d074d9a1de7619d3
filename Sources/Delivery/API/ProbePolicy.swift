/// A step whose system can be asked whether a call took effect, and is asked before such a call is repeated (D4).
public struct ProbePolicy: Equatable, Sendable {
    /// How long after a call that ended without a certain answer, and after an assignment, its effect may still
    /// come. No probe is sent earlier: it would say "no" to what is about to happen.
    public var settleAfter: Duration

    public init(settleAfter: Duration) {
        self.settleAfter = settleAfter
    }
}

/// The answer to `Action.probe`.
public enum ProbeOutcome: Equatable, Sendable {
    /// The call has taken effect: as good as its success.
    case hit
    /// It has not: the call may be sent.
    case miss
    /// No answer that can be judged; the outcome as of a call. Of the answers that speak of the event, 404 is a miss
    /// and the others park it; everything else is a target fault: the probe is repeated, the call is not sent.
    case failed(Outcome)
    /// The step's condition failed on an answer: park the event.
    case fault(ParkReason)
}
