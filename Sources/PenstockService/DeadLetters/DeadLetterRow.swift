import Flows

/// A row of a list of dead letters, for a table and for JSON alike.
struct DeadLetterRow {
    struct Cell {
        let name: String
        /// `nil`: there is none, `-` in a table and `null` in JSON.
        let text: String?
        let isNumber: Bool

        init(_ name: String, _ text: String?) {
            self.name = name
            self.text = text
            isNumber = false
        }

        init(_ name: String, _ number: (some BinaryInteger)?) {
            self.name = name
            text = number.map { String($0) }
            isNumber = true
        }
    }

    let cells: [Cell]

    static func headings(_ view: DeadLetterListCommand.View) -> [String] {
        switch view {
        case .groups: ["flow", "reason", "step", "status", "state", "count", "keys", "oldest"]
        case .keys: ["flow", "key", "partition", "count", "first", "last", "reason", "redrives", "oldest"]
        case .letters: ["flow", "letter", "key", "reason", "step", "status", "state", "redrives", "oldest"]
        }
    }

    static func rows(
        _ entries: [DeadLetterBook.Entry], flow: String, view: DeadLetterListCommand.View
    ) -> [DeadLetterRow] {
        switch view {
        case .groups: groups(entries, flow)
        case .keys: keys(entries, flow)
        case .letters: entries.map { letter($0, flow) }
        }
    }

    var json: String {
        let object = JSONObject()
        for cell in cells {
            switch cell.text {
            case nil: object.add(cell.name, json: "null")
            case let text? where cell.isNumber: object.add(cell.name, json: text)
            case let text?: object.add(cell.name, text)
            }
        }
        return object.text
    }

    // MARK: - Views

    private struct Group: Hashable, Comparable {
        let reason: String
        let step: String?
        let status: Int?
        let state: String

        static func < (left: Group, right: Group) -> Bool {
            (left.reason, left.step ?? "", left.status ?? 0, left.state)
                < (right.reason, right.step ?? "", right.status ?? 0, right.state)
        }
    }

    private static func groups(_ entries: [DeadLetterBook.Entry], _ flow: String) -> [DeadLetterRow] {
        let groups = Dictionary(grouping: entries) {
            Group(reason: $0.reason, step: $0.letter.step, status: $0.letter.status, state: $0.stateName)
        }
        return groups.sorted { $0.key < $1.key }.map { group, entries in
            DeadLetterRow(cells: [
                Cell("flow", flow), Cell("reason", group.reason), Cell("step", group.step),
                Cell("status", group.status), Cell("state", group.state), Cell("count", entries.count),
                Cell("keys", Set(entries.map(\.key)).count), Cell("oldest", oldest(entries)),
            ])
        }
    }

    private static func keys(_ entries: [DeadLetterBook.Entry], _ flow: String) -> [DeadLetterRow] {
        let keys = Dictionary(grouping: entries, by: \.key).values.map { $0 }
        return keys.sorted { $0[0].letter.place < $1[0].letter.place }.map { entries in
            DeadLetterRow(cells: [
                Cell("flow", flow), Cell("key", entries[0].key.bytes.map(text)),
                Cell("partition", entries[0].key.partition), Cell("count", entries.count),
                Cell("first", entries[0].letter.place.offset),
                Cell("last", entries[entries.count - 1].letter.place.offset), Cell("reason", entries[0].reason),
                Cell("redrives", entries[0].redrives), Cell("oldest", oldest(entries)),
            ])
        }
    }

    private static func letter(_ entry: DeadLetterBook.Entry, _ flow: String) -> DeadLetterRow {
        DeadLetterRow(cells: [
            Cell("flow", flow), Cell("letter", entry.letter.place.description),
            Cell("key", entry.letter.key.map(text)), Cell("reason", entry.reason), Cell("step", entry.letter.step),
            Cell("status", entry.letter.status), Cell("state", entry.stateName), Cell("redrives", entry.redrives),
            Cell("oldest", oldest([entry])),
        ])
    }

    private static func oldest(_ entries: [DeadLetterBook.Entry]) -> String? {
        entries.map(\.letter.firstFailedAt).min().map(Timestamp.text)
    }

    /// A key as text, whatever its bytes are.
    static func text(_ key: [UInt8]) -> String { String(decoding: key, as: UTF8.self) }
}

extension DeadLetterBook.Entry {
    /// `parked`, or what its mark says.
    var stateName: String { mark?.state.rawValue ?? "parked" }
}
