import Receipts
import Testing

@testable import Flows

@Suite struct KeyStateParkingTests {
    @Test("Each event that joins a parked key widens its mark, and the first one's time stays (D9)")
    func widening() {
        let once = KeyState().parking(5, at: 100)
        #expect(once.parked == ParkedMark(first: 5, last: 5, since: 100))
        #expect(once.parking(9, at: 200).parked == ParkedMark(first: 5, last: 9, since: 100))
        // What is taken up again by another owner is parked once more.
        #expect(once.parking(9, at: 200).parking(7, at: 300).parked == ParkedMark(first: 5, last: 9, since: 100))
    }

    @Test("What else is known of the key stays when it is parked")
    func rest() {
        let known = KeyState(references: Array("{}".utf8), version: .text("3"))
        #expect(known.parking(5, at: 100).references == known.references)
        #expect(known.parking(5, at: 100).version == known.version)
    }

    @Test("A mark that was under way while a redrive moved the key's mark, or took it away, is written again (D9)")
    func overtaken() {
        let before = KeyState().parking(5, at: 100)
        let written = before.parking(9, at: 200)
        let moved = KeyState(parked: ParkedMark(first: 7, last: 7, since: 100))
        #expect(written.isOvertaken(by: moved, parking: 9))
        #expect(written.isOvertaken(by: KeyState(), parking: 9))
    }

    @Test("A mark under way is not written again when nothing has changed, or only other events were parked")
    func standing() {
        let before = KeyState().parking(5, at: 100)
        let written = before.parking(9, at: 200)
        #expect(!written.isOvertaken(by: before, parking: 9))
        #expect(!written.isOvertaken(by: written, parking: 9))
        #expect(!written.isOvertaken(by: before.parking(12, at: 300), parking: 9))
        // The first event of a key, of which nothing is known.
        #expect(!before.isOvertaken(by: KeyState(), parking: 5))
    }
}
