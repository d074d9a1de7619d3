import Delivery

/// Says in words why a partition stands.
struct StallText {
    /// Names of the flow's systems, by their numbers.
    let systems: [String]
    /// Until when calls to each of them are held back; `nil`: they are not.
    let blockedUntil: [Instant?]
    let now: Instant

    func text(_ stall: Stall) -> String {
        var text = "offset \(stall.offset): \(cause(stall)), for \(seconds(now - stall.since)) s"
        if stall.isMetadataFull { text += "; nothing new starts in the partition until then" }
        return text
    }

    private func cause(_ stall: Stall) -> String {
        switch stall.cause {
        case .system(let system, let waiting): self.waiting(waiting, for: system, stall.attempts)
        case .deadLetter: "a dead letter cannot be written" + tries(stall.attempts, "time")
        case .record: "a receipt cannot be written" + tries(stall.attempts, "time")
        case .commit: "what is settled below cannot be committed"
        case .worker(let state): "the event is \(state) and waits for nothing outside; this is a fault of the worker"
        }
    }

    private func waiting(_ waiting: Stall.Waiting, for system: SystemID, _ attempts: Int) -> String {
        let name = systems[Int(system.index)]
        let text =
            switch waiting {
            case .slot: "waiting for a free call of system \(name)"
            case .answer: "waiting for an answer of system \(name)"
            case .nextTry: "backing off from system \(name)"
            }
        guard let until = blockedUntil[Int(system.index)], until > now else {
            return text + tries(attempts, "failed call")
        }
        return text + tries(attempts, "failed call") + ", its calls are held back for \(seconds(until - now)) s more"
    }

    private func tries(_ count: Int, _ noun: String) -> String {
        count == 0 ? "" : " after \(count) \(noun)\(count == 1 ? "" : "s") in a row"
    }

    /// Whole seconds, upwards: nought would be no time at all.
    private func seconds(_ duration: Duration) -> Int64 {
        let (seconds, rest) = duration.components
        return rest > 0 ? seconds + 1 : seconds
    }
}
