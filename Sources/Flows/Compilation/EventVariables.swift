import JSON

/// The variables that conditions and mappings may use beside the event: `$event` and `$headers`.
///
/// They are made only when a program of the flow names them.
struct EventVariables {
    /// In the order in which programs are compiled with them.
    static let names = ["event", "headers"]

    let usesEvent: Bool
    let usesHeaders: Bool
    /// What is given where no program asks; kept, because an array is an allocation.
    private let none: [Value] = [.null, .null]

    init(programs: [String]) {
        usesEvent = programs.contains { $0.contains("$event") }
        usesHeaders = programs.contains { $0.contains("$headers") }
    }

    /// The values of the variables, in the order of ``names``.
    func values(event: Value, record: StoredRecord, arena: Arena) throws -> [Value] {
        guard usesEvent || usesHeaders else { return none }
        return [
            usesEvent ? try attributes(of: event, arena: arena) : .null,
            usesHeaders ? try headers(of: record, arena: arena) : .null,
        ]
    }

    /// The CloudEvents attributes: all members of the event but the data.
    private func attributes(of event: Value, arena: Arena) throws -> Value {
        let members = try arena.allocate(Member.self, count: event.members.count)
        var count = 0
        for member in event.members
        where !member.key.bytes.equals("data") && !member.key.bytes.equals("data_base64") {
            (members + count).initialize(to: member)
            count += 1
        }
        return try arena.object(UnsafeBufferPointer(start: members, count: count))
    }

    /// The record's headers whose name and value are text; of several with one name the last counts.
    private func headers(of record: StoredRecord, arena: Arena) throws -> Value {
        let members = try arena.allocate(Member.self, count: record.headerCount)
        var count = 0
        record.forEachHeader { name, value in
            guard let value, name.isUTF8, value.isUTF8 else { return }
            var index = 0
            while index < count, !members[index].key.bytes.elementsEqual(name) { index += 1 }
            (members + index).initialize(to: Member(key: .string(name), value: .string(value)))
            count = max(count, index + 1)
        }
        return try arena.object(UnsafeBufferPointer(start: members, count: count))
    }
}
