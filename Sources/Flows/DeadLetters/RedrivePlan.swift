/// Which keys are to be redriven, and each key's open letters in their order.
///
/// A selection chooses keys: if one letter of a key is chosen, all open ones of the key are redriven, in order. An event
/// never overtakes an earlier one of its key that is parked (D9).
public struct RedrivePlan: Sendable {
    /// The letters of one key.
    public struct Line: Sendable {
        public let key: OrderKey
        /// The open letters, by offset.
        public let letters: [DeadLetterBook.Entry]
        public var progress: KeyProgress
    }

    /// In the order of their first letters.
    public let lines: [Line]

    public init(_ book: DeadLetterBook, _ filter: DeadLetterFilter) {
        let all = book.all
        let chosen = Set(all.lazy.filter { $0.isOpen && $0.matches(filter) }.map(\.key))
        self.init(all.filter { chosen.contains($0.key) })
    }

    /// The open letters of these keys, such as those that were parked behind them meanwhile.
    public init(_ book: DeadLetterBook, keys: Set<OrderKey>) {
        let all = book.all
        let open = Set(all.lazy.filter { $0.isOpen && keys.contains($0.key) }.map(\.key))
        self.init(all.filter { open.contains($0.key) })
    }

    private init(_ entries: [DeadLetterBook.Entry]) {
        lines = Dictionary(grouping: entries, by: \.key)
            .map { key, entries in
                Line(key: key, letters: entries.filter(\.isOpen), progress: KeyProgress(entries))
            }
            .sorted { $0.letters[0].letter.place < $1.letters[0].letter.place }
    }

    /// Letters over all keys.
    public var letterCount: Int { lines.reduce(0) { $0 + $1.letters.count } }
}

/// How far a key's letters are done: what ``KeyRedriven/through`` may say.
public struct KeyProgress: Sendable {
    private var places: [(offset: Int64, isDone: Bool)]

    /// - Parameter entries: all letters of the key that are known, open or not.
    public init(_ entries: [DeadLetterBook.Entry]) {
        places = entries.map { ($0.letter.place.offset, !$0.isOpen) }.sorted { $0.0 < $1.0 }
    }

    /// The letter is redriven or discarded.
    public mutating func finish(_ offset: Int64) {
        for index in places.indices where places[index].offset == offset { places[index].isDone = true }
    }

    /// The offset up to which every letter is done; `nil` while the first is open.
    public var through: Int64? { places.prefix { $0.isDone }.last?.offset }

    /// Whether no letter is left.
    public var isDone: Bool { places.allSatisfy(\.isDone) }
}
