/// Says when something holds a run up, and again when that has lasted.
struct HoldUpTelling {
    private var told: String?
    private var next = ContinuousClock.now

    mutating func tell(_ text: String?, _ terminal: Terminal) {
        guard let text else { return told = nil }
        let now = ContinuousClock.now
        guard told == nil || now >= next else { return }
        told = text
        next = now + .seconds(10)
        terminal.clearDrawing()
        terminal.note("waiting: \(text)")
    }
}
