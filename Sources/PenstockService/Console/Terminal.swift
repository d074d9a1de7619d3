import Foundation

/// Where a command writes: standard output for results, standard error for what happens meanwhile.
///
/// Colours and moving pictures appear only on a terminal, and never when `NO_COLOR` is set.
public struct Terminal: Sendable {
    /// The ways to print a result.
    public enum Output: String, Sendable, CaseIterable {
        case table, json
    }

    /// Text styles by their ANSI codes.
    public enum Style: String, Sendable {
        case bold = "1"
        case dim = "2"
        case red = "31"
        case green = "32"
        case yellow = "33"
        case cyan = "36"
    }

    public let output: Output
    /// Whether standard error is a terminal, on which a line may be drawn again.
    public let isInteractive: Bool
    /// Whether standard output is a terminal that shows colours, and the user wants them.
    public let hasColour: Bool

    public init(output: Output = .table, environment: [String: String]) {
        self.output = output
        let dumb = environment["TERM"] == "dumb"
        isInteractive = isatty(STDERR_FILENO) == 1 && !dumb
        hasColour = isatty(STDOUT_FILENO) == 1 && !dumb && (environment["NO_COLOR"] ?? "").isEmpty
    }

    /// The text in a style, or as it is where there is no colour.
    public func styled(_ text: String, _ style: Style) -> String {
        hasColour ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
    }

    /// Writes a line of a result to standard output.
    public func print(_ line: String) {
        StandardStream.output(line + "\n")
    }

    /// Writes a line about the course of things to standard error.
    public func note(_ line: String) {
        StandardStream.error(line + "\n")
    }

    /// Draws a line again in place; only on a terminal.
    public func redraw(_ line: String) {
        guard isInteractive else { return }
        StandardStream.error("\r\u{1B}[2K\(line)")
    }

    /// Removes the line that was drawn in place.
    public func clearDrawing() {
        redraw("")
    }
}
