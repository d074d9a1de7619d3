import JSON
import Receipts

/// A record of the topic of redrives, `<group>.redrives`, by which the command tells the workers and later commands.
public enum RedriveRecord: Sendable, Equatable {
    case key([UInt8], KeyRedriven)
    case letter(DeadLetter.Place, DeadLetterMark)
    /// What a redrive found out about an event that failed behind a step with an effect.
    case failure(EventFailure)
    /// New events of a key wait for a replay; `nil` withdraws that: a tombstone.
    case hold([UInt8], KeyHold?)

    /// Why a record of the topic says nothing.
    public enum Unreadable: Error, Equatable, Sendable {
        /// Its key has a prefix that this version does not know.
        case foreign
        case damaged
    }

    private static let keyPrefix = Array("redriven:".utf8)
    private static let failurePrefix = Array("failure:".utf8)
    private static let letterPrefix = Array("dead-letter:".utf8)
    private static let holdPrefix = Array("replaying:".utf8)

    /// The topic of a consumer group's redrives.
    public static func topic(group: String) -> String { group + ".redrives" }

    // MARK: - Writing

    /// The key of the record, by which compaction keeps the newest.
    public var recordKey: [UInt8] {
        switch self {
        case .key(let key, _): RedriveRecord.keyPrefix + key
        case .letter(let place, _): RedriveRecord.letterPrefix + Array(place.description.utf8)
        case .failure(let failure): RedriveRecord.failurePrefix + Array(failure.event.description.utf8)
        case .hold(let key, _): RedriveRecord.holdPrefix + key
        }
    }

    /// `nil` is a tombstone.
    public var value: [UInt8]? {
        let text = ByteBuffer(capacity: 128)
        switch self {
        case .key(_, let redriven): redriven.write(to: text)
        case .letter(_, let mark): mark.write(to: text)
        case .failure(let failure): failure.write(to: text)
        case .hold(_, let hold):
            guard let hold else { return nil }
            hold.write(to: text)
        }
        return Array(text.bytes)
    }

    // MARK: - Reading

    /// - Throws: ``Unreadable``; such a record is passed over.
    public init(key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) throws(Unreadable) {
        if key.starts(with: RedriveRecord.keyPrefix) {
            let document = Document()
            guard let redriven = (try? document.parse(value)).flatMap(KeyRedriven.init) else { throw .damaged }
            self = .key(Array(key.dropFirst(RedriveRecord.keyPrefix.count)), redriven)
        } else if key.starts(with: RedriveRecord.letterPrefix) {
            let document = Document()
            let name = String(decoding: key.dropFirst(RedriveRecord.letterPrefix.count), as: UTF8.self)
            guard let place = DeadLetter.Place(name),
                let mark = (try? document.parse(value)).flatMap(DeadLetterMark.init)
            else { throw .damaged }
            self = .letter(place, mark)
        } else if key.starts(with: RedriveRecord.failurePrefix) {
            let name = UnsafeRawBufferPointer(rebasing: key.dropFirst(RedriveRecord.failurePrefix.count))
            guard let event = EffectID(name), let failure = try? EventFailure(event: event, value) else {
                throw .damaged
            }
            self = .failure(failure)
        } else if key.starts(with: RedriveRecord.holdPrefix) {
            let document = Document()
            guard let hold = (try? document.parse(value)).flatMap(KeyHold.init) else { throw .damaged }
            self = .hold(Array(key.dropFirst(RedriveRecord.holdPrefix.count)), hold)
        } else {
            throw .foreign
        }
    }
}

extension KeyRedriven {
    fileprivate func write(to text: ByteBuffer) {
        text.append("{\"through\":\(through)")
        if let references { text.append(",\"references\":\(references)") }
        if let version { text.append(",\"version\":\(version)") }
        if !receipts.isEmpty { text.append(",\"receipts\":[\(receipts.joined(separator: ","))]") }
        text.append("}")
    }

    fileprivate init?(_ value: Value) {
        guard value.kind == .object, let through = value["through"]?.int else { return nil }
        let receipts = value["receipts"].map { $0.kind == .array ? $0.elements.map(\.compactText) : [] }
        self.init(
            through: Int64(through), references: value["references"]?.compactText,
            version: value["version"]?.compactText, receipts: receipts ?? [])
    }
}

extension DeadLetterMark {
    fileprivate func write(to text: ByteBuffer) {
        text.append("{\"state\":\"\(state.rawValue)\",\"redrives\":\(redrives),\"time\":\(time)")
        if let reason {
            text.append(",\"reason\":")
            text.writeString(reason)
        }
        if let letter { text.append(",\"letter\":\"\(letter)\"") }
        text.append("}")
    }

    fileprivate init?(_ value: Value) {
        guard value.kind == .object, let state = value["state"]?.string.flatMap(State.init),
            let redrives = value["redrives"]?.int, let time = value["time"]?.int
        else { return nil }
        self.init(
            state: state, redrives: redrives, time: Int64(time), reason: value["reason"]?.string,
            letter: value["letter"]?.string.flatMap { DeadLetter.Place($0) })
    }
}

extension Value {
    /// The value as JSON on one line.
    var compactText: String {
        let buffer = ByteBuffer(capacity: 64)
        buffer.write(self)
        return buffer.text
    }
}
