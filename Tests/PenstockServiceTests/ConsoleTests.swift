import Testing

@testable import PenstockService

/// What a person or a script sees of a command.
@Suite("Output of commands")
struct ConsoleTests {
    @Test("a table aligns numbers to the right and text to the left, without blanks at the line's end")
    func table() {
        var table = Table(["topic", "lag", "group"])
        table.add(["orders", "7", "g"])
        table.add(["é", "12345", ""])
        #expect(table.lines == ["topic   lag    group", "orders      7  g", "é       12345"])
    }

    @Test("a progress bar tells share, count, rate and the time that is left; without a total count and rate")
    func progress() {
        let half = ProgressBar.line(label: "produce", count: 50, total: 100, elapsed: .seconds(5))
        #expect(half == "produce  [############------------] 50 %  50/100  10/s  5 s left")
        let over = ProgressBar.line(label: "p", count: 120, total: 100, elapsed: .seconds(1))
        #expect(over.contains("100 %"))
        #expect(over.hasSuffix(" 0 s left"))
        #expect(ProgressBar.line(label: "tail", count: 30, total: nil, elapsed: .seconds(3)) == "tail  30  10/s")
        #expect(ProgressBar.line(label: "p", count: 0, total: 100, elapsed: .zero).contains("0 %  0/100  0/s"))
    }

    @Test("what is not a terminal gets neither colours nor redrawn lines")
    func plain() {
        let terminal = Terminal(environment: ["TERM": "dumb"])
        #expect(!terminal.isInteractive)
        #expect(terminal.styled("text", .red) == "text")
    }
}
