import Delivery
import HTTPCalls

extension Core {
    /// Honours a limit that the system says is used up, whatever else it answered. Systems have the same numbers in the
    /// core as in the caller.
    mutating func honourLimit(of completion: borrowing Completion, now: Instant) {
        guard let seconds = completion.limitResetSeconds else { return }
        holdBack(SystemID(UInt16(completion.system.rawValue)), by: .seconds(seconds), now: now)
    }
}
