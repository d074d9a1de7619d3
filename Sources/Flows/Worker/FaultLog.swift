import Delivery
import HTTPCalls
import Logging

/// Tells of calls that got no answer, one line a system and kind of fault in ten seconds: an outage fails thousands.
struct FaultLog {
    private struct Entry {
        var lastLogged: Instant
        var unsaid = 0
    }

    private struct Key: Hashable {
        let system: SystemIndex
        let kind: CallFault.Kind
    }

    private static let interval = Duration.seconds(10)
    private var entries: [Key: Entry] = [:]

    mutating func note(_ fault: CallFault, system: SystemIndex, name: String, now: Instant, logger: Logger) {
        let key = Key(system: system, kind: fault.kind)
        if var entry = entries[key], now < entry.lastLogged + FaultLog.interval {
            entry.unsaid += 1
            entries[key] = entry
            return
        }
        let unsaid = entries[key]?.unsaid ?? 0
        entries[key] = Entry(lastLogged: now)
        logger.warning(
            "call without an answer; trying again",
            metadata: [
                "system": "\(name)", "error.type": "\(fault.kind.rawValue)", "detail": "\(fault.detail)",
                "more": "\(unsaid)",
            ])
    }
}
