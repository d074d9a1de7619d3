/// That an effect was made: what is written after a system acknowledged it, and found again when its event comes again.
public struct Receipt: Equatable, Sendable {
    /// The effect's name, which is the key of the record.
    public var effect: EffectID
    /// The step that made it.
    public var step: String
    /// The HTTP status of the answer.
    public var status: Int
    /// The event's CloudEvents `source`.
    public var eventSource: String
    /// The event's CloudEvents `id`.
    public var eventID: String
    /// The event's order key; `nil` for an event that has none.
    public var key: [UInt8]?
    /// The event's version, where the flow names one.
    public var version: EventVersion?
    /// When the answer came, in milliseconds since 1970.
    public var time: Int64
    /// The event's source offset; `nil` in records of earlier versions, and of what is newer than all events of the key.
    public var offset: Int64?
    /// What the step remembers of the answer: a JSON object.
    public var remembered: [UInt8]?

    public init(
        effect: EffectID, step: String, status: Int, eventSource: String, eventID: String, key: [UInt8]? = nil,
        version: EventVersion? = nil, time: Int64, offset: Int64? = nil, remembered: [UInt8]? = nil
    ) {
        self.effect = effect
        self.step = step
        self.status = status
        self.eventSource = eventSource
        self.eventID = eventID
        self.key = key
        self.version = version
        self.time = time
        self.offset = offset
        self.remembered = remembered
    }
}

/// What the store knows of an effect: enough to skip it, and to go on with what it gave.
public struct KnownEffect: Equatable, Sendable {
    public let effect: EffectID
    /// When the answer came, in milliseconds since 1970.
    public let time: Int64
    /// What the step remembered of the answer: a JSON object; `nil` if it remembered nothing.
    public let remembered: [UInt8]?
}

/// An effect whose receipt is written and tells nothing of its key.
public struct NotedEffect: Equatable, Sendable, BitwiseCopyable {
    public let effect: EffectID
    /// When the answer came, in milliseconds since 1970.
    public let time: Int64

    public init(_ effect: EffectID, time: Int64) {
        self.effect = effect
        self.time = time
    }
}
