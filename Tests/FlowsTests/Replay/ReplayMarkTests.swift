import Testing

@testable import Flows

/// What a replay remembers of itself.
@Suite("Names and marks of replays")
struct ReplayMarkTests {
    @Test("what is written is read; the text stays as it is documented")
    func roundTrip() throws {
        let mark = ReplayMark(range: 3..<4711, choice: "9c1f", isDone: false)
        #expect(mark.text == #"penstock-replay/1 {"from":3,"to":4711,"of":"9c1f","done":false}"#)
        #expect(ReplayMark(mark.text) == mark)
        let done = ReplayMark(range: 3..<3, choice: "a", isDone: true)
        #expect(ReplayMark(done.text) == done)
    }

    @Test(
        "what others wrote is none",
        arguments: [
            "", "penstock/1 abc", "penstock-replay/1 ", "penstock-replay/1 {}",
            #"penstock-replay/1 {"from":5,"to":4,"of":"a","done":false}"#, "penstock-replay/2 {}",
        ])
    func foreign(text: String) {
        #expect(ReplayMark(text) == nil)
    }

    @Test("the same range and filters have one name, others another")
    func names() {
        let name = ReplayName.derived(from: ["beginning", "now", nil, "a"])
        #expect(name == ReplayName.derived(from: ["beginning", "now", nil, "a"]))
        let others = [
            ["beginning", "now", "a", nil], ["beginning", "now", nil, "b"], ["beginningnow", "", nil, "a"],
        ]
        #expect(Set(others.map { ReplayName.derived(from: $0) } + [name]).count == 4)
        #expect(ReplayName.isValid(name) && ReplayName.isValid("mend-1.b_C"))
        for wrong in ["", "a/b", "a b", "ä", String(repeating: "a", count: 65)] { #expect(!ReplayName.isValid(wrong)) }
    }
}
