import Flows
import SimulatedSystems

/// The demo's moving line.
struct DemoView {
    private let events: Int
    private let terminal: Terminal
    private var drawn: ContinuousClock.Instant?

    init(events: Int, terminal: Terminal) {
        self.events = events
        self.terminal = terminal
    }

    /// Shows how things stand, at most ten times a second on a terminal and every two seconds elsewhere.
    mutating func show(produced: Int, _ workers: WorkerStatistics, _ erp: SimulatedERP) {
        let now = ContinuousClock.now
        let interval: Duration = terminal.isInteractive ? .milliseconds(100) : .seconds(2)
        if let drawn, now - drawn < interval { return }
        drawn = now
        let line = text(produced: produced, workers)
        if terminal.isInteractive { terminal.redraw(line) } else { terminal.note(line) }
    }

    private func text(produced: Int, _ workers: WorkerStatistics) -> String {
        let settled = workers.applied + workers.skipped + workers.parked
        let filled = events == 0 ? 0 : settled * 30 / events
        let bar = String(repeating: "#", count: min(filled, 30)) + String(repeating: "-", count: max(30 - filled, 0))
        let circuits = workers.circuits.values.contains { $0 != .closed } ? "circuit open" : ""
        return "[\(bar)] in \(produced)  applied \(workers.applied)  skipped \(workers.skipped)  "
            + "parked \(workers.parked)  in flight \(workers.inFlight)  waiting \(workers.bufferedEvents)  "
            + "retrying \(workers.backingOff)  \(circuits)"
    }
}
