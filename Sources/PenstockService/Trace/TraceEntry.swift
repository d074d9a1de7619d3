import Flows

/// One thing that happened to an event or a key, as a topic tells it.
struct TraceEntry {
    enum Kind: String {
        case produced, called, forgotten, undone, key, parked, redriven, discarded, failed, released, held, unheld
        case settled, unsettled
    }

    var kind: Kind
    /// Milliseconds since 1970; `nil`: it is so now.
    var time: Int64?
    var topic: String
    var position: DeadLetter.Place?
    /// The event in the flow's topic that it is about.
    var event: DeadLetter.Place?
    /// What is to be said of it, by name; texts.
    var details: [(name: String, text: String)]

    /// In the order of time; what is so now stands last.
    static func isBefore(_ left: TraceEntry, _ right: TraceEntry) -> Bool {
        let times = (left.time ?? .max, right.time ?? .max)
        if times.0 != times.1 { return times.0 < times.1 }
        // Of one millisecond: an event comes before what became of it.
        return left.kind == .produced && right.kind != .produced
    }

    var json: String {
        let object = JSONObject()
        object.add("time", json: time.map { "\"\(Timestamp.text(milliseconds: $0))\"" } ?? "null")
        object.add("what", kind.rawValue)
        object.add("topic", topic)
        if let position {
            object.add("partition", Int(position.partition))
            object.add("offset", Int(position.offset))
        }
        if let event { object.add("event", event.description) }
        for detail in details { object.add(detail.name, detail.text) }
        return object.text
    }

    /// The cells of a table's row: time, what, where, event, details.
    var cells: [String] {
        [
            time.map { Timestamp.text(milliseconds: $0) } ?? "now", kind.rawValue,
            topic + (position.map { " \($0)" } ?? ""), event?.description ?? "-",
            details.map { "\($0.name)=\($0.text)" }.joined(separator: " "),
        ]
    }
}
