/// Counts what happens in journals, so that a simulation that no longer does something is noticed.
struct Coverage {
    private(set) var counts: [String: Int] = [:]

    /// What every few hundred seeds must contain.
    static let expected = [
        "records", "workers started", "workers crashed", "workers drained", "partitions assigned",
        "positions with metadata tampered with", "metadata ignored", "revocations", "losses", "acknowledgements",
        "records dropped as settled before", "calls", "calls not sent", "calls without an answer", "answers 2xx",
        "answers 401 or 403", "answers 3xx", "answers with Retry-After", "effects made again", "dead letters failed",
        "applied", "skipped", "parked", "let go", "commits", "commits with metadata", "commits failed",
        "probes", "probes that hit", "probes that miss", "probes without an answer",
        "partitions paused", "receipts", "keys marked as parked", "records failed", "joined parked events",
        "found parked", "stale", "failures recorded", "failures found", "compensations", "compensations that failed",
        "calls with several events", "calls with several events that failed as a whole",
        "events without a word in an answer", "events with an answer of their own", "events taken back",
        "circuits opened",
        "circuits closed", "alarms raised",
    ]

    mutating func add(_ journal: [Entry]) {
        for entry in journal {
            for name in Coverage.names(of: entry.what) { counts[name, default: 0] += 1 }
        }
    }

    private static func names(of what: Happening) -> [String] {
        switch what {
        case .produced: ["records"]
        case .started: ["workers started"]
        case .crashed: ["workers crashed"]
        case .drained: ["workers drained"]
        case .assigned(_, _, _, let tampered, _):
            tampered ? ["partitions assigned", "positions with metadata tampered with"] : ["partitions assigned"]
        case .metadataIgnored: ["metadata ignored"]
        case .revokeAsked(_, _, _, let lost): lost ? ["losses"] : ["revocations"]
        case .revokeAcknowledged: ["acknowledgements"]
        case .fetched(_, _, nil): ["records dropped as settled before"]
        case .takenBack: ["events taken back"]
        case .callEnded(_, _, _, let result): ["calls"] + names(of: result)
        case .batchStarted(_, let events, _): events.count > 1 ? ["calls with several events"] : []
        case .batchEnded(_, let events, _, .whole(let result)):
            ["calls"] + names(of: result)
                + (events.count > 1 && names(of: result) != ["answers 2xx"]
                    ? ["calls with several events that failed as a whole"] : [])
        case .batchEnded(_, _, _, .items(let results)):
            ["calls"]
                + results.map {
                    $0 == nil ? "events without a word in an answer" : "events with an answer of their own"
                }
        case .probeEnded(_, _, _, .hit): ["probes", "probes that hit"]
        case .probeEnded(_, _, _, .miss), .probeEnded(_, _, _, .failed(.status(404, _))):
            ["probes", "probes that miss"]
        case .probeEnded: ["probes", "probes without an answer"]
        case .effect(_, _, _, false): ["effects made again"]
        case .receipt(_, Plan.failure): ["failures recorded"]
        case .receipt(_, Plan.undo...): ["receipts", "compensations"]
        case .receipt: ["receipts"]
        case .prepared(_, _, .failed): ["failures found"]
        case .parkAsked(_, _, _, true): ["compensations that failed"]
        case .mark: ["keys marked as parked"]
        case .recordEnded(_, _, false): ["records failed"]
        case .prepared(_, _, .behindParked): ["joined parked events"]
        case .prepared(_, _, .alreadyParked): ["found parked"]
        case .prepared(_, _, .stale): ["stale"]
        case .parkEnded(_, _, false): ["dead letters failed"]
        case .released(_, _, let settled): [settled.map { "\($0)" } ?? "let go"]
        case .commitAsked(_, _, _, let length, _): length > 0 ? ["commits", "commits with metadata"] : ["commits"]
        case .commitEnded(_, _, false): ["commits failed"]
        case .paused: ["partitions paused"]
        case .circuit(_, _, .open): ["circuits opened"]
        case .circuit(_, _, .closed): ["circuits closed"]
        case .alarm(_, _, true): ["alarms raised"]
        default: []
        }
    }

    private static func names(of result: CallResult) -> [String] {
        switch result {
        case .notSent: ["calls not sent"]
        case .noAnswer: ["calls without an answer"]
        case .status(let status, let retryAfter):
            switch status {
            case 200..<300: ["answers 2xx"]
            case 401, 403: ["answers 401 or 403"]
            case 300..<400: ["answers 3xx"]
            default: retryAfter == nil ? [] : ["answers with Retry-After"]
            }
        }
    }
}
