import JSON

/// That an event failed after some of its steps had an effect, and what of that is to be undone.
///
/// Written before the first compensation is called. From then on none of the event's steps is called in this round,
/// whoever owns it: what is not undone yet is undone, and the event is parked.
public struct EventFailure: Equatable, Sendable {
    /// The event's name among failures, which is the key of the record.
    public var event: EffectID
    /// How often the event has begun anew behind a failure. A part of the names of its effects, so that those that are
    /// undone do not count as made, nor are answered from a system's memory of the ones before.
    public var round: Int
    /// A later round has succeeded: nothing is left to do for the event.
    public var isApplied: Bool
    /// The step that failed.
    public var step: String?
    /// As in the dead letter: `rejected`, `mapping`, …
    public var reason: String
    /// As in the dead letter.
    public var stage: String
    public var message: String
    /// What the system answered that refused the event; 0: none did.
    public var status: Int
    /// An excerpt of that answer.
    public var answer: String
    /// Calls of the step that failed.
    public var attempts: Int
    /// The steps to undo, in this order.
    public var undo: [String]
    /// Those among them that are undone, as far as is known here; each has a receipt besides.
    public var undone: [String]
    /// Whether nothing stays of the event when they are undone.
    public var isWhole: Bool
    /// What systems answered to the event's steps, by name, a JSON object, where its compensations ask for that.
    public var answers: [UInt8]?
    /// The event's CloudEvents `source` and `id`.
    public var eventSource: String
    public var eventID: String
    /// In milliseconds since 1970.
    public var time: Int64

    public init(event: EffectID, round: Int = 0, eventSource: String = "", eventID: String = "", time: Int64) {
        self.event = event
        self.round = round
        self.eventSource = eventSource
        self.eventID = eventID
        self.time = time
        isApplied = false
        reason = ""
        stage = ""
        message = ""
        status = 0
        answer = ""
        attempts = 0
        undo = []
        undone = []
        isWhole = false
    }

    /// Whether this tells of the event what the other does not know yet. The records of two topics are put together by
    /// it, in whatever order they come.
    public func isNewer(than other: EventFailure) -> Bool {
        (round, isApplied ? 1 : 0, undone.count) > (other.round, other.isApplied ? 1 : 0, other.undone.count)
    }
}

extension EventFailure {
    static let keyPrefix: StaticString = "failure:"

    /// Appends the key of the failure's record.
    public func writeKey(to buffer: ByteBuffer) {
        buffer.append(EventFailure.keyPrefix)
        event.write(to: buffer)
    }

    /// Appends the value of the failure's record.
    public func write(to buffer: ByteBuffer) {
        buffer.append("{\"round\":\(round),\"applied\":\(isApplied)")
        if let step { member("step", step, buffer) }
        for (name, text) in [("reason", reason), ("stage", stage), ("message", message)] { member(name, text, buffer) }
        buffer.append(",\"status\":\(status)")
        member("answer", answer, buffer)
        buffer.append(",\"attempts\":\(attempts),\"undo\":")
        write(undo, buffer)
        buffer.append(",\"undone\":")
        write(undone, buffer)
        buffer.append(",\"whole\":\(isWhole)")
        if let answers {
            buffer.append(",\"answers\":")
            answers.withUnsafeBytes { buffer.append($0) }
        }
        member("source", eventSource, buffer)
        member("id", eventID, buffer)
        buffer.append(",\"time\":\(time)}")
    }

    private func member(_ name: String, _ text: String, _ buffer: ByteBuffer) {
        buffer.append(",\"\(name)\":")
        buffer.writeString(text)
    }

    private func write(_ names: [String], _ buffer: ByteBuffer) {
        buffer.append("[")
        for (index, name) in names.enumerated() {
            if index > 0 { buffer.append(",") }
            buffer.writeString(name)
        }
        buffer.append("]")
    }

    /// Reads the value of a failure's record.
    public init(event: EffectID, _ bytes: UnsafeRawBufferPointer) throws(StateRecordError) {
        let document = Document()
        let value: Value
        do {
            value = try document.parse(bytes)
        } catch {
            throw StateRecordError(reason: "the failure is no JSON")
        }
        guard value.kind == .object, let round = value["round"]?.int else {
            throw StateRecordError(reason: "the failure has no `round`")
        }
        self.init(event: event, round: round, time: Int64(value["time"]?.int ?? 0))
        isApplied = value["applied"]?.kind == .true
        step = value["step"]?.string
        reason = value["reason"]?.string ?? ""
        stage = value["stage"]?.string ?? ""
        message = value["message"]?.string ?? ""
        status = value["status"]?.int ?? 0
        answer = value["answer"]?.string ?? ""
        attempts = value["attempts"]?.int ?? 0
        undo = EventFailure.names(value["undo"])
        undone = EventFailure.names(value["undone"])
        isWhole = value["whole"]?.kind == .true
        if let answers = value["answers"] { self.answers = try StateRecordDecoder.bytes(answers, "answers") }
        eventSource = value["source"]?.string ?? ""
        eventID = value["id"]?.string ?? ""
        withExtendedLifetime(document) {}
    }

    private static func names(_ value: Value?) -> [String] {
        guard let value, value.kind == .array else { return [] }
        return value.elements.compactMap(\.string)
    }
}
