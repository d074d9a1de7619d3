/// What stands above the findings in a report.
public struct ReportSummary: Sendable {
    /// One line of the head: what it is, and its value.
    public struct Fact: Sendable {
        public var name: String
        public var value: String

        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    public var title: String
    public var facts: [Fact]
    public var tally: Tally

    public init(title: String, facts: [Fact], tally: Tally) {
        self.title = title
        self.facts = facts
        self.tally = tally
    }
}
