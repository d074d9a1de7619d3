import Delivery

extension RedrivePlan.Line {
    /// The events of a replay as they run: those of one line one after the other, lines beside each other, as the flow
    /// orders its events (D2).
    ///
    /// - Parameter events: in the order of their offsets in each partition.
    public static func replaying(
        _ events: [(key: OrderKey, event: DeadLetter)], order: Order
    ) -> [RedrivePlan.Line] {
        var positions: [OrderKey: Int] = [:]
        var lines: [(key: OrderKey, entries: [DeadLetterBook.Entry])] = []
        for (key, event) in events {
            let group = OrderKey(ordering: key, event.place, order)
            let entry = DeadLetterBook.Entry(letter: event, key: key, mark: nil)
            if let group, let position = positions[group] {
                lines[position].entries.append(entry)
            } else {
                if let group { positions[group] = lines.count }
                lines.append((key, [entry]))
            }
        }
        return lines.map { key, entries in
            RedrivePlan.Line(key: key, letters: entries, progress: KeyProgress(entries))
        }
    }
}

extension OrderKey {
    /// What orders an event; `nil`: nothing does.
    fileprivate init?(ordering key: OrderKey, _ place: DeadLetter.Place, _ order: Order) {
        switch order {
        case .key: self = key
        case .partition: self.init([], of: place)
        case .none: return nil
        }
    }
}
