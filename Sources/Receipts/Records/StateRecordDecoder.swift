import JSON

/// Reads records of the state topic. Keeps its memory from one record to the next; not thread-safe.
public final class StateRecordDecoder {
    private let document = Document()

    public init() {}

    /// Reads a record.
    ///
    /// - Parameters:
    ///   - key: the record's key.
    ///   - value: the record's value; `nil` for a tombstone.
    ///   - timestamp: the record's time in milliseconds since 1970, for a receipt that has none.
    public func decode(
        key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer?, timestamp: Int64 = 0
    ) throws(StateRecordError) -> StateRecord {
        switch StateRecordKey(key) {
        case .effect(let effect):
            guard let value else { return .forgottenEffect(effect) }
            return .receipt(try receipt(of: effect, value, timestamp: timestamp).receipt())
        case .badEffect: throw StateRecordError(reason: "the record's key names no UUID")
        case .state(let key):
            guard let value else { return .forgottenKey(Array(key)) }
            return .keyState(try keyState(value), key: Array(key))
        case .failure(let event):
            guard let value else { return .forgottenFailure(event) }
            return .failure(try EventFailure(event: event, value))
        case .unknown: return .unknown
        }
    }

    /// Reads the value of a receipt's record. The fields are valid until the next record is read.
    func receipt(
        of effect: EffectID, _ value: UnsafeRawBufferPointer, timestamp: Int64
    ) throws(StateRecordError) -> ReceiptFields {
        try ReceiptFields(effect: effect, try object(value, "the receipt"), timestamp: timestamp)
    }

    /// Reads the value of the record of a key's state.
    func keyState(_ value: UnsafeRawBufferPointer) throws(StateRecordError) -> KeyState {
        let object = try object(value, "the key's state")
        var state = KeyState()
        if let references = object.present("references") { state.references = try Self.bytes(references, "references") }
        if let version = object.present("version") { state.version = try Self.version(version) }
        if let parked = object.present("parked") { state.parked = try Self.parked(parked) }
        if let before = object.present("before") { state.before = try KeyBefore(before) }
        if let moment = object.present("moment") { state.moment = try Self.moment(moment) }
        return state
    }

    private func object(_ bytes: UnsafeRawBufferPointer, _ what: String) throws(StateRecordError) -> Value {
        let value: Value
        do {
            value = try document.parse(bytes)
        } catch {
            throw StateRecordError(reason: "\(what) is no JSON")
        }
        guard value.kind == .object else { throw StateRecordError(reason: "\(what) is no JSON object") }
        return value
    }

    /// A JSON object as compact bytes.
    static func bytes(_ value: Value, _ name: String) throws(StateRecordError) -> [UInt8] {
        guard value.kind == .object else { throw StateRecordError(reason: "`\(name)` is no JSON object") }
        let buffer = ByteBuffer(capacity: 64)
        buffer.write(value)
        return Array(buffer.bytes)
    }

    static func version(_ value: Value) throws(StateRecordError) -> EventVersion {
        guard let version = EventVersion(value) else {
            throw StateRecordError(reason: "`version` is neither a string nor a number")
        }
        return version
    }

    private static func moment(_ value: Value) throws(StateRecordError) -> KeyMoment {
        let numbers = value.kind == .array ? value.elements.compactMap(\.int) : []
        guard numbers.count == 2 else { throw StateRecordError(reason: "`moment` is not an offset and a stage") }
        return KeyMoment(offset: Int64(numbers[0]), stage: numbers[1])
    }

    private static func parked(_ value: Value) throws(StateRecordError) -> ParkedMark {
        guard let first = value.member("first")?.int, let last = value.member("last")?.int,
            let since = value.member("since")?.int
        else { throw StateRecordError(reason: "`parked` is not `first`, `last` and `since`") }
        return ParkedMark(first: Int64(first), last: Int64(last), since: Int64(since))
    }
}

/// The kinds of a record's key.
enum StateRecordKey {
    case effect(EffectID)
    /// Meant to be an effect, but not a UUID.
    case badEffect
    case state(UnsafeRawBufferPointer)
    case failure(EffectID)
    case unknown

    init(_ key: UnsafeRawBufferPointer) {
        if let text = Self.rest(of: key, after: StateRecord.effectPrefix) {
            self = EffectID(text).map { .effect($0) } ?? .badEffect
        } else if let text = Self.rest(of: key, after: StateRecord.keyPrefix) {
            self = .state(text)
        } else if let text = Self.rest(of: key, after: EventFailure.keyPrefix) {
            self = EffectID(text).map { .failure($0) } ?? .badEffect
        } else {
            self = .unknown
        }
    }

    private static func rest(of key: UnsafeRawBufferPointer, after prefix: StaticString) -> UnsafeRawBufferPointer? {
        let count = prefix.utf8CodeUnitCount
        guard key.count >= count, prefix.withUTF8Buffer({ $0.elementsEqual(key.prefix(count)) }) else { return nil }
        return UnsafeRawBufferPointer(rebasing: key[count...])
    }
}

/// The fields of a receipt's record, checked but not copied, because a load looks at few of them.
struct ReceiptFields {
    let effect: EffectID
    let step: Value
    let status: Int
    let source: Value
    let id: Value
    let key: Value?
    let version: Value?
    let time: Int64
    let offset: Int64?
    let remembered: Value?

    init(effect: EffectID, _ object: Value, timestamp: Int64) throws(StateRecordError) {
        self.effect = effect
        step = try Self.string(object, "step")
        source = try Self.string(object, "source")
        id = try Self.string(object, "id")
        guard let status = object.member("status")?.int else {
            throw StateRecordError(reason: "`status` is no whole number")
        }
        self.status = status
        key = object.present("key")
        version = object.present("version")
        remembered = object.present("remembered")
        offset = object.present("offset").flatMap { $0.int.map(Int64.init) }
        if let value = object.present("time") {
            guard let time = value.int else { throw StateRecordError(reason: "`time` is no whole number") }
            self.time = Int64(time)
        } else {
            time = timestamp
        }
    }

    private static func string(_ object: Value, _ name: String) throws(StateRecordError) -> Value {
        guard let value = object[name], value.kind == .string else {
            throw StateRecordError(reason: "`\(name)` is no string")
        }
        return value
    }

    func orderKey() throws(StateRecordError) -> [UInt8]? {
        guard let key else { return nil }
        guard let bytes = OrderKeyText.read(key) else { throw StateRecordError(reason: "`key` is no key") }
        return bytes
    }

    func eventVersion() throws(StateRecordError) -> EventVersion? {
        guard let version else { return nil }
        return try StateRecordDecoder.version(version)
    }

    func rememberedMembers() throws(StateRecordError) -> [UInt8]? {
        guard let remembered else { return nil }
        return try StateRecordDecoder.bytes(remembered, "remembered")
    }

    func receipt() throws(StateRecordError) -> Receipt {
        Receipt(
            effect: effect, step: Self.text(step), status: status, eventSource: Self.text(source),
            eventID: Self.text(id), key: try orderKey(), version: try eventVersion(), time: time,
            offset: offset, remembered: try rememberedMembers())
    }

    private static func text(_ value: Value) -> String { String(decoding: value.bytes, as: UTF8.self) }
}

extension Value {
    /// The member with this name, unless it is `null`.
    fileprivate func present(_ name: StaticString) -> Value? {
        guard let value = member(name), value.kind != .null else { return nil }
        return value
    }
}
