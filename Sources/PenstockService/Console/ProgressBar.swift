/// A line that shows how far long work is. Silent where nobody watches.
public struct ProgressBar: Sendable {
    private let terminal: Terminal
    private let label: String
    private let total: Int?
    private var drawn: ContinuousClock.Instant?
    private let start: ContinuousClock.Instant

    /// - Parameter total: how many there are, if known; without it only the count and the rate are shown.
    public init(_ label: String, total: Int?, terminal: Terminal) {
        self.label = label
        self.total = total
        self.terminal = terminal
        start = .now
    }

    /// Shows the count, at most ten times a second.
    public mutating func update(_ count: Int) {
        let now = ContinuousClock.now
        guard terminal.isInteractive, drawn.map({ now - $0 > .milliseconds(100) }) ?? true else { return }
        drawn = now
        terminal.redraw(ProgressBar.line(label: label, count: count, total: total, elapsed: now - start))
    }

    /// Removes the line.
    public func finish() {
        terminal.clearDrawing()
    }

    /// The line's text: `produce  [#####-----] 50 %  5000/10000  12000/s  0 s left`.
    static func line(label: String, count: Int, total: Int?, elapsed: Duration) -> String {
        let seconds = max(elapsed / .seconds(1), 0.001)
        let rate = Double(count) / seconds
        guard let total, total > 0 else { return "\(label)  \(count)  \(Int(rate))/s" }
        let fraction = min(Double(count) / Double(total), 1)
        let filled = Int(fraction * 24)
        let bar = String(repeating: "#", count: filled) + String(repeating: "-", count: 24 - filled)
        let left = rate > 0 ? Int((Double(max(total - count, 0)) / rate).rounded(.up)) : 0
        return "\(label)  [\(bar)] \(Int(fraction * 100)) %  \(count)/\(total)  \(Int(rate))/s  \(left) s left"
    }
}
