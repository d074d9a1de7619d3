import Foundation

/// Asks before something is done that cannot be undone.
public struct Confirmation: Sendable {
    /// `--yes`: nobody is asked.
    public var isGiven: Bool
    /// Whether there is somebody who can answer.
    public var canAsk: Bool

    public init(isGiven: Bool, canAsk: Bool = isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1) {
        self.isGiven = isGiven
        self.canAsk = canAsk
    }

    /// - Parameter question: what is about to be done, with its count: `discard 12 dead letters`.
    /// - Returns: whether to go on.
    /// - Throws: ``CommandFailure`` when nobody can be asked.
    func obtain(_ question: String, terminal: Terminal) throws(CommandFailure) -> Bool {
        if isGiven { return true }
        guard canAsk else {
            throw CommandFailure(
                "this would \(question); it is not done without --yes, since there is no terminal to ask on",
                status: .usedWrongly)
        }
        StandardStream.error("\(question)? [y/N] ")
        let answer = readLine()?.lowercased() ?? ""
        if ["y", "yes"].contains(answer) { return true }
        terminal.note("nothing was done")
        return false
    }
}
