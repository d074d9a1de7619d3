import Flows

/// What became of the events that a replay chose. It balances: each is in one of these.
struct ReplayAccount {
    var selected = 0
    /// Run, and every call was successful.
    var applied = 0
    /// All effects had receipts.
    var recorded = 0
    /// No step is for them, or they are stale.
    var byRule = 0
    /// Their keys are parked: `dead-letters redrive` is for these.
    var keyParked = 0
    /// At fault before any call, as when they were read first.
    var faulty = 0
    /// Refused by a system, or at fault between two calls. They are not parked: a replay runs what is settled.
    var failed = 0
    /// Not run, because an earlier event of the key failed.
    var behind = 0
    /// Not run, because the replay was stopped.
    var left = 0
    /// New events of keys under replay, which had to wait and were run after it.
    var heldBack = 0
    /// New events that are parked now, because the first of them failed.
    var heldBackLeft = 0

    init(_ counts: SurveyCounts) {
        selected = counts.selected
        recorded = counts.recorded
        byRule = counts.byRule
        keyParked = counts.keyParked
        faulty = counts.faulty
    }

    var isBalanced: Bool { selected == applied + recorded + byRule + keyParked + faulty + failed + behind + left }
    var isClean: Bool { failed == 0 && behind == 0 && left == 0 && heldBackLeft == 0 && isBalanced }

    func print(_ command: ReplayCommand) {
        switch command.terminal.output {
        case .table: command.terminal.print(text)
        case .json: command.terminal.print(json(command))
        }
    }

    private var text: String {
        var text =
            "selected: \(selected) = called: \(applied) + with receipts: \(recorded) + by rule: \(byRule) "
            + "+ keys parked: \(keyParked) + at fault: \(faulty) + failed: \(failed) + behind these: \(behind) "
            + "+ left: \(left)"
        if heldBack + heldBackLeft > 0 {
            text += "; new events that waited: \(heldBack) run after it, \(heldBackLeft) parked"
        }
        return isBalanced ? text : text + "; THIS DOES NOT BALANCE"
    }

    private func json(_ command: ReplayCommand) -> String {
        let object = JSONObject()
        object.add("flow", command.flow.name)
        object.add("replay", command.options.name)
        object.add("selected", selected)
        object.add("called", applied)
        object.add("with_receipts", recorded)
        object.add("by_rule", byRule)
        object.add("keys_parked", keyParked)
        object.add("at_fault", faulty)
        object.add("failed", failed)
        object.add("behind_failed", behind)
        object.add("left", left)
        object.add("held_back", heldBack)
        object.add("held_back_left", heldBackLeft)
        object.add("balanced", isBalanced)
        return object.text
    }
}
