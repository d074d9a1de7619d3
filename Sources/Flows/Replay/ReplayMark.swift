import JSON

/// What a replay remembers of itself beside each offset that it commits in its own group: its whole range, so that it
/// goes on with the same one however late it is resumed, and what it chose by.
///
///     penstock-replay/1 {"from":0,"to":4711,"of":"9c1f…","done":false}
public struct ReplayMark: Equatable, Sendable {
    /// The offsets of this partition that the replay is about.
    public var range: Range<Int64>
    /// The derived name of range and filters: another replay of the same name has another.
    public var choice: String
    /// It came to its end; the next run of this name begins anew.
    public var isDone: Bool

    private static let prefix = "penstock-replay/1 "

    public init(range: Range<Int64>, choice: String, isDone: Bool) {
        self.range = range
        self.choice = choice
        self.isDone = isDone
    }

    public var text: String {
        ReplayMark.prefix
            + "{\"from\":\(range.lowerBound),\"to\":\(range.upperBound),\"of\":\"\(choice)\",\"done\":\(isDone)}"
    }

    /// `nil`: written by another program.
    public init?(_ text: String) {
        guard text.hasPrefix(ReplayMark.prefix) else { return nil }
        let document = Document()
        let read = Array(text.utf8.dropFirst(ReplayMark.prefix.utf8.count)).withUnsafeBytes { bytes in
            (try? document.parse(bytes)).flatMap(ReplayMark.init)
        }
        guard let read else { return nil }
        self = read
    }

    private init?(_ value: Value) {
        guard value.kind == .object, let from = value["from"]?.int, let to = value["to"]?.int, from <= to,
            let choice = value["of"]?.string, let done = value["done"]
        else { return nil }
        self.init(range: Int64(from)..<Int64(to), choice: choice, isDone: done.kind == .true)
    }
}
