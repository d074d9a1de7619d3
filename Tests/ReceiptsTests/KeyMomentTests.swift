import JSON
import Receipts
import Testing

/// D9, D13: what a former owner of a partition writes of a key does not count against what is known.
@Suite("Moments of key states")
struct KeyMomentTests {
    private let store = ReceiptStore(folder: nil)
    private let key = Array("K".utf8)

    init() { store.begin(0) }

    private func apply(_ state: KeyState) throws -> ReceiptStore.Applied {
        let (name, value) = (ByteBuffer(), ByteBuffer())
        StateRecord.encode(state, of: key, key: name, value: value)
        return try store.apply(key: name.bytes, value: value.bytes, timestamp: 1, partition: 0)
    }

    private var mark: KeyState { KeyState(parked: ParkedMark(first: 7, last: 7, since: 1)).written(at: .parked(7)) }

    @Test("a state that was written behind less is left out, and told so that the known one is written again")
    func outdated() throws {
        #expect(try apply(mark) == .keyState)
        let late = KeyState(references: Array(#"{"a":1}"#.utf8)).written(at: .applied(7, step: 1))
        #expect(try apply(late) == .outdatedKeyState(key: key))
        #expect(try store.keyState(of: key, partition: 0) == mark)
        #expect(try store.isParked(key, partition: 0))
    }

    @Test("a state behind the same or more is taken, and one of an earlier version too")
    func later() throws {
        _ = try apply(mark)
        #expect(try apply(mark) == .keyState)
        let released = KeyState(version: .number(literal: "3")).written(at: .released(through: 7))
        #expect(try apply(released) == .keyState)
        #expect(try apply(KeyState(version: .number(literal: "4"))) == .keyState)
        #expect(try store.keyState(of: key, partition: 0) == KeyState(version: .number(literal: "4")))
    }

    @Test("an event's steps come in turn, then what undoes them, last first, its mark, and its release")
    func order() {
        let moments: [KeyMoment] = [
            .released(through: 6), .applied(7, step: 0), .applied(7, step: 63), .undone(7, step: 63),
            .undone(7, step: 0), .parked(7), .released(through: 7), .applied(8, step: 0),
        ]
        #expect(moments == moments.sorted())
        #expect(zip(moments, moments.dropFirst()).allSatisfy { $0 < $1 })
    }

    @Test("what is written never goes back behind what was")
    func monotone() {
        #expect(mark.written(at: .applied(3, step: 0)).moment == .parked(7))
    }

    @Test("a late receipt of an earlier event changes nothing that a later one told the key")
    func lateReceipt() throws {
        _ = try apply(KeyState(references: Array(#"{"id":"new"}"#.utf8)).written(at: .applied(9, step: 0)))
        let (name, value) = (ByteBuffer(), ByteBuffer())
        let receipt = Receipt(
            effect: try #require(EffectID("f308992e-f1df-5f73-b693-bb75985985ea")), step: "create", status: 201,
            eventSource: "/crm", eventID: "1", key: key, time: 1, offset: 4, remembered: Array(#"{"id":"old"}"#.utf8))
        StateRecord.encode(receipt, key: name, value: value)
        #expect(try store.apply(key: name.bytes, value: value.bytes, timestamp: 1, partition: 0) == .receipt)
        #expect(try store.keyState(of: key, partition: 0)?.references == Array(#"{"id":"new"}"#.utf8))
    }
}
