import JSON
import Kafka
import Logging
import Receipts
import Testing

@testable import Flows

/// What a repair takes for known of a key before it sends the key's event again.
@Suite("What a repair knows of its keys")
struct RepairKnowledgeTests {
    private let knowledge = RedriveKnowledge(partitions: [0])
    private let key = OrderKey(Array("K".utf8), of: .init(partition: 0, offset: 10))

    private func repair() -> (Repair, FlowDefinition) {
        var flow = FlowDefinition.flow([.step("create")])
        flow.receipts = ReceiptSettings(topic: "g.receipts")
        let client = ClientProperties(bootstrapServers: "127.0.0.1:1")
        let repair = Repair(
            flow, run: "r1", knowledge: knowledge, client: client,
            logger: Logger(label: "test") { _ in
                SwiftLogNoOpLogHandler()
            })
        flow.effectRound = ReplayName.repair("r1")
        return (repair, flow)
    }

    private func batch(_ flow: FlowDefinition, isMissing: Bool) -> Repair.Batch {
        let event = DeadLetter(
            event: .init(partition: 0, offset: 10), topic: "crm.customers", flow: "customers", time: 7,
            key: Array("K".utf8), value: Array("{}".utf8),
            headers: [("ce_specversion", "1.0"), ("ce_id", "1"), ("ce_source", "/crm"), ("ce_type", "t")]
                .map { .init($0.0, Array($0.1.utf8)) })
        let entries = [DeadLetterBook.Entry(letter: event, key: key, mark: nil)]
        let line = RedrivePlan.Line(key: key, letters: entries, progress: KeyProgress(entries))
        return Repair.Batch(flow: flow, lines: [line], missing: isMissing ? [key] : [])
    }

    private func state() throws -> KeyState {
        var state = KeyState(
            references: Array(#"{"id":"old"}"#.utf8), parked: ParkedMark(first: 10, last: 10, since: 1))
        let document = Document()
        try Array("7".utf8).withUnsafeBytes { state.version = EventVersion(try document.parse($0)) }
        return state
    }

    private func receipt(round: String) throws -> Receipt {
        let name = Array("/crm".utf8).withUnsafeBytes { source in
            Array("1".utf8).withUnsafeBytes { id in
                IdempotencyKey(flow: "customers", step: "create", round: round).text(source: source, id: id)
            }
        }
        return Receipt(
            effect: try #require(EffectID(name)), step: "create", status: 201, eventSource: "/crm", eventID: "1",
            key: key.bytes, time: 1, remembered: Array(#"{"id":"new"}"#.utf8))
    }

    @Test("D13: a key that is different keeps its references; neither its version nor a hold stops its event")
    func different() throws {
        let (repair, flow) = repair()
        try knowledge.store.set(try state(), of: Array("K".utf8), partition: 0)
        try repair.prepare(batch(flow, isMissing: false))
        let known = try #require(try knowledge.store.keyState(of: Array("K".utf8), partition: 0))
        #expect(known == KeyState(references: Array(#"{"id":"old"}"#.utf8)))
    }

    @Test("a key that is missing has no references but what this repair was answered: not those of another one")
    func missing() throws {
        let (repair, flow) = repair()
        try knowledge.store.set(try state(), of: Array("K".utf8), partition: 0)
        try knowledge.store.note(try receipt(round: "reconcile/r0"), partition: 0)
        try repair.prepare(batch(flow, isMissing: true))
        #expect(try knowledge.store.keyState(of: Array("K".utf8), partition: 0) == nil)
        #expect(knowledge.learned(of: key) == nil)
        try knowledge.store.note(try receipt(round: "reconcile/r1"), partition: 0)
        try repair.prepare(batch(flow, isMissing: true))
        #expect(knowledge.learned(of: key) == .init(references: #"{"id":"new"}"#, version: nil))
    }

    @Test("no replay can have the name of a repair")
    func names() {
        #expect(ReplayName.isRepair(ReplayName.repair("r1")))
        #expect(!ReplayName.isValid(ReplayName.repair("r1")))
        #expect(!ReplayName.isRepair("reconcile"))
    }
}
