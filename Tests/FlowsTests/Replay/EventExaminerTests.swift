import JSON
import Receipts
import Testing

@testable import Flows

/// What a replay makes of an event, by what is recorded.
@Suite("How events stand to a replay")
struct EventExaminerTests {
    private let knowledge = RedriveKnowledge(partitions: [0])

    private func event(_ id: String, offset: Int64 = 10, type: String = "t", data: String = #"{"n":1}"#) -> DeadLetter {
        DeadLetter(
            event: .init(partition: 0, offset: offset), topic: "crm.customers", flow: "customers", time: 7,
            key: Array("K".utf8), value: Array(data.utf8),
            headers: [("ce_specversion", "1.0"), ("ce_id", id), ("ce_source", "/crm"), ("ce_type", type)]
                .map { .init($0.0, Array($0.1.utf8)) })
    }

    private func verdict(_ flow: FlowDefinition, _ event: DeadLetter) throws -> String {
        switch try EventExaminer(flow, knowledge).examine(event) {
        case .call: "call"
        case .recorded: "recorded"
        case .byRule: "by rule"
        case .keyParked: "key parked"
        case .fault(let fault): "fault \(fault.reason.name)"
        }
    }

    private func flow(_ steps: StepDefinition..., replay: String? = nil) -> FlowDefinition {
        var flow = FlowDefinition.flow(steps)
        flow.receipts = ReceiptSettings(topic: "g.receipts")
        flow.effectRound = replay
        return flow
    }

    private func record(_ step: String, _ id: String, replay: String? = nil) throws {
        let name = Array("/crm".utf8).withUnsafeBytes { source in
            Array(id.utf8).withUnsafeBytes { id in
                IdempotencyKey(flow: "customers", step: step, round: replay).text(source: source, id: id)
            }
        }
        try knowledge.store.note(
            Receipt(
                effect: try #require(EffectID(name)), step: step, status: 200, eventSource: "/crm", eventID: id, time: 1
            ),
            partition: 0)
    }

    @Test("called is what has an effect without a receipt; what needs no call is told apart")
    func verdicts() throws {
        let flow = flow(.step("a", when: ".type == \"t\""), .step("b", when: ".data.n == 1"))
        #expect(try verdict(flow, event("1")) == "call")
        try record("a", "1")
        #expect(try verdict(flow, event("1")) == "call", "one of two effects is missing")
        try record("b", "1")
        #expect(try verdict(flow, event("1")) == "recorded")
        #expect(try verdict(flow, event("2", type: "u", data: "{}")) == "by rule")
        #expect(try verdict(flow, event("3", data: "{")) == "fault malformed")
    }

    @Test("effects that are made anew have receipts of their own")
    func again() throws {
        try record("a", "1")
        #expect(try verdict(flow(.step("a")), event("1")) == "recorded")
        #expect(try verdict(flow(.step("a"), replay: "r"), event("1")) == "call")
        try record("a", "1", replay: "r")
        #expect(try verdict(flow(.step("a"), replay: "r"), event("1")) == "recorded")
        #expect(try verdict(flow(.step("a"), replay: "s"), event("1")) == "call")
    }

    @Test("D9: what would go behind parked events is left to the redrive; what lies before them may run")
    func parked() throws {
        try knowledge.store.set(
            KeyState(parked: ParkedMark(first: 20, last: 22, since: 1)), of: Array("K".utf8), partition: 0)
        #expect(try verdict(flow(.step("a")), event("1", offset: 10)) == "call")
        #expect(try verdict(flow(.step("a")), event("1", offset: 21)) == "key parked")
        #expect(try verdict(flow(.step("a")), event("1", offset: 30)) == "key parked")
    }

    @Test("a filter chooses by key, type and condition; what cannot be read is of no type")
    func filters() throws {
        func isChosen(_ filter: EventFilter, _ event: DeadLetter) throws -> Bool {
            try EventSelector(flow(.step("a")), filter).isChosen(event)
        }
        #expect(try isChosen(EventFilter(), event("1")))
        #expect(try isChosen(EventFilter(key: "K", type: "t", condition: ".data.n == 1"), event("1")))
        #expect(try !isChosen(EventFilter(key: "L"), event("1")))
        #expect(try !isChosen(EventFilter(type: "u"), event("1")))
        #expect(try !isChosen(EventFilter(condition: ".data.n > 1"), event("1")))
        #expect(try !isChosen(EventFilter(condition: ".data.n | error"), event("1")))
        #expect(try !isChosen(EventFilter(type: "t"), event("1", data: "{")))
        #expect(throws: (any Error).self) { try EventSelector(flow(.step("a")), EventFilter(condition: ".a |")) }
    }

    @Test("a key that is held waits from the held offset on; one that is parked already stays as it is")
    func held() throws {
        let hold = KeyHold(name: "r", through: 9, time: 5)
        #expect(KeyState().held(hold).parked == ParkedMark(first: 9, last: 9, since: 5))
        let parked = KeyState(parked: ParkedMark(first: 20, last: 22, since: 1))
        #expect(parked.held(hold) == parked)
        let released = try KeyState().held(hold).after(KeyRedriven(through: 9), merging: ReferenceMerger())
        #expect(released == KeyState())
        #expect(try parked.after(KeyRedriven(through: 9), merging: ReferenceMerger()) == parked)
    }

    @Test("what differs between two versions of a flow is told by member, positions aside")
    func differences() throws {
        let old = flow(.step("a", map: "{a: .data.n, b: [1, 2]}"), .step("gone", map: "1"))
        let new = flow(.step("a", map: "{a: .data.n, b: [1, 3], c: true}"), .step("new", map: "1"))
        let comparison = try CallComparison(old: old, new: new, knowledge: nil)
        let key = OrderKey(Array("K".utf8), of: .init(partition: 0, offset: 10))
        let (same, differences) = comparison.compare(event("1"), key: key)
        #expect(same == 0)
        #expect(differences.map(\.kind) == [.changed, .removed, .added])
        #expect(
            differences[0].members == [
                .init(name: "/b/1", old: "2", new: "3"), .init(name: "/c", old: nil, new: "true"),
            ])
        #expect(differences[0].group.members == ["/b/*", "/c"])
        let equal = try CallComparison(old: old, new: old, knowledge: nil).compare(event("1"), key: key)
        #expect(equal.same == 2 && equal.differences.isEmpty)
    }
}
