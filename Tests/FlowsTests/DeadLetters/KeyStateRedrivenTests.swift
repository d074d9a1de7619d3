import Receipts
import Testing

@testable import Flows

/// What a worker makes of a redrive (D9).
@Suite("A key's state after a redrive")
struct KeyStateRedrivenTests {
    private let merger = ReferenceMerger()

    private func state(_ first: Int64, _ last: Int64) -> KeyState {
        KeyState(parked: ParkedMark(first: first, last: last, since: 1))
    }

    @Test("the mark goes with the last parked event, and begins behind what is done before")
    func through() throws {
        #expect(try state(5, 9).after(KeyRedriven(through: 9), merging: merger) == KeyState())
        #expect(try state(5, 9).after(KeyRedriven(through: 12), merging: merger) == KeyState())
        #expect(try state(5, 9).after(KeyRedriven(through: 5), merging: merger) == state(6, 9))
        #expect(try state(5, 9).after(KeyRedriven(through: 8), merging: merger) == state(9, 9))
    }

    @Test("an earlier redrive, told again by the topic, does not touch what was parked since")
    func again() throws {
        #expect(try state(20, 22).after(KeyRedriven(through: 12), merging: merger) == state(20, 22))
        let once = try state(5, 9).after(KeyRedriven(through: 6), merging: merger)
        #expect(try once.after(KeyRedriven(through: 6), merging: merger) == once)
        #expect(try KeyState().after(KeyRedriven(through: 6), merging: merger) == KeyState())
    }

    @Test("what the redrive learned is known to later events, and an older version never wins (D13)")
    func learned() throws {
        var parked = state(5, 5)
        parked.references = Array(#"{"a":1,"b":2}"#.utf8)
        parked.version = .number(literal: "3")
        let redriven = KeyRedriven(through: 5, references: #"{"b":3}"#, version: "4")
        let state = try parked.after(redriven, merging: merger)
        #expect(state.parked == nil)
        #expect(state.references.map { String(decoding: $0, as: UTF8.self) } == #"{"a":1,"b":3}"#)
        #expect(state.version == .number(literal: "4"))
        let older = try parked.after(KeyRedriven(through: 5, version: "2"), merging: merger)
        #expect(older.version == .number(literal: "3"))
    }
}
