import JSON
import Receipts

/// The variables that the programs of a flow may use beside the event:
///
/// - `$event`: the CloudEvents attributes of the event, without its data;
/// - `$headers`: the record's headers;
/// - `$reference`: what is remembered of the event's key;
/// - `$steps`: what systems answered to the earlier steps of this event, as `{ "step-name": { status, body } }`;
/// - `$idempotency_key`: the name of the effect that is being prepared; `null` in conditions.
/// - `$failure`: in a compensation, why the event failed, as `{ step, reason, status }`; elsewhere `null`.
///
/// Each is made only when a program of the flow names it.
public struct EventVariables {
    /// In the order in which programs are compiled with them.
    public static let names = ["event", "headers", "reference", "steps", "failure", "idempotency_key"]

    /// Where `$reference` stands among them.
    static let referencePosition = 2

    let usesEvent: Bool
    let usesHeaders: Bool
    let usesReference: Bool
    let usesSteps: Bool
    let usesIdempotencyKey: Bool
    let usesFailure: Bool
    private let stepNames: [String]
    /// What is given where no program asks; kept, because an array is an allocation.
    private let none: [Value] = [.null, .null, .emptyObject, .emptyObject, .null, .null]

    init(programs: [String], stepNames: [String]) {
        usesEvent = programs.contains { $0.contains("$event") }
        usesHeaders = programs.contains { $0.contains("$headers") }
        usesReference = programs.contains { $0.contains("$reference") }
        usesSteps = programs.contains(where: EventVariables.namesSteps)
        usesIdempotencyKey = programs.contains { $0.contains("$idempotency_key") }
        usesFailure = programs.contains { $0.contains("$failure") }
        self.stepNames = stepNames
    }

    /// Whether a program's text names `$steps`; where it only looks so, more is kept than needed.
    static func namesSteps(_ text: String) -> Bool { text.contains("$steps") }

    /// The values of the variables, in the order of ``names``.
    ///
    /// - Parameters:
    ///   - answers: of the event's earlier steps.
    ///   - reference: what is remembered of the event's key, an object as JSON; empty when there is nothing. It must
    ///     stay unchanged while the values are used.
    func values(
        event: Value, record: StoredRecord, answers: StepAnswers? = nil, reference: ByteBuffer? = nil,
        failure: EventFailure? = nil, arena: Arena
    ) throws -> [Value] {
        guard usesEvent || usesHeaders || usesReference || usesSteps || usesFailure else { return none }
        return [
            usesEvent ? try attributes(of: event, arena: arena) : .null,
            usesHeaders ? try headers(of: record, arena: arena) : .null,
            usesReference ? try reference.map { try Parser().parse($0.bytes, into: arena) } ?? .emptyObject : .null,
            usesSteps ? try answers?.value(names: stepNames, arena: arena) ?? .emptyObject : .null,
            usesFailure ? try failure.map { try value(of: $0, arena: arena) } ?? .null : .null, .null,
        ]
    }

    /// The same variables for the programs of a step, whose effect has a name.
    func naming(_ idempotencyKey: String, in variables: [Value], arena: Arena) throws -> [Value] {
        guard usesIdempotencyKey else { return variables }
        return variables.dropLast() + [try arena.string(idempotencyKey)]
    }

    private func value(of failure: EventFailure, arena: Arena) throws -> Value {
        let members = try arena.allocate(Member.self, count: 3)
        let step = try failure.step.map { try arena.string($0) } ?? .null
        let status = failure.status == 0 ? Value.null : .number(Double(failure.status))
        members.initialize(to: Member(key: try arena.string("step"), value: step))
        (members + 1).initialize(to: Member(key: try arena.string("reason"), value: try arena.string(failure.reason)))
        (members + 2).initialize(to: Member(key: try arena.string("status"), value: status))
        return try arena.object(UnsafeBufferPointer(start: members, count: 3))
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
