/// All dead letters of a flow and what became of them, put together from the dead-letter topic and the topic of redrives.
///
/// An event that was parked twice, because a worker died between parking and committing, counts once.
public struct DeadLetterBook: Sendable {
    /// A letter with its key and its last mark.
    public struct Entry: Sendable {
        public var letter: DeadLetter
        public var key: OrderKey
        public var mark: DeadLetterMark?

        /// Whether it waits for a redrive still.
        public var isOpen: Bool { mark.map { $0.state == .failed } ?? true }
        /// How often it was redriven.
        public var redrives: Int { mark?.redrives ?? 0 }
        /// Why it is parked now: a redrive that failed may have found another reason.
        public var reason: String { mark?.state == .failed ? mark?.reason ?? letter.reason : letter.reason }
    }

    private var entries: [DeadLetter.Place: Entry] = [:]
    private var marks: [DeadLetter.Place: DeadLetterMark] = [:]

    public init() {}

    /// Takes a letter; of several of one event the newest counts.
    public mutating func add(_ letter: DeadLetter, key: OrderKey) {
        if let known = entries[letter.place], known.letter.parkedAt > letter.parkedAt { return }
        entries[letter.place] = Entry(letter: letter, key: key, mark: mark(of: letter))
    }

    /// Takes what became of a letter; the newest mark of one counts.
    public mutating func add(_ mark: DeadLetterMark, of place: DeadLetter.Place) {
        marks[place] = mark
        guard var entry = entries[place] else { return }
        entry.mark = self.mark(of: entry.letter)
        entries[place] = entry
    }

    private func mark(of letter: DeadLetter) -> DeadLetterMark? {
        guard let mark = marks[letter.place], mark.concerns(letter) else { return nil }
        return mark
    }

    /// Whether the letter is known to be done, so that its content need not be kept.
    public func isDone(_ letter: DeadLetter) -> Bool {
        mark(of: letter).map { $0.state != .failed } ?? false
    }

    /// All letters by partition and offset of the source.
    public var all: [Entry] { entries.values.sorted { $0.letter.place < $1.letter.place } }

    /// The letters that a filter chooses, in order.
    public func entries(_ filter: DeadLetterFilter, openOnly: Bool = true) -> [Entry] {
        all.filter { (!openOnly || $0.isOpen) && $0.matches(filter) }
    }
}

extension DeadLetterBook.Entry {
    /// Whether the filter chooses it; the reason is that which counts now.
    func matches(_ filter: DeadLetterFilter) -> Bool {
        var filter = filter
        if let wanted = filter.reason, wanted != reason { return false }
        filter.reason = nil
        return filter.matches(letter)
    }
}
