import Testing

@testable import SimulatedSystems

@Suite("The account of a journal")
struct JournalAccountTests {
    /// Three events of one client and one of another, with the names of their effects.
    private let produced = [
        JournalAccount.ProducedEvent(id: "a1", client: "A", version: 1, idempotencyKeys: ["ka1"]),
        JournalAccount.ProducedEvent(id: "a2", client: "A", version: 2, idempotencyKeys: ["ka2"]),
        JournalAccount.ProducedEvent(id: "a3", client: "A", version: 3, idempotencyKeys: ["ka3"]),
        JournalAccount.ProducedEvent(id: "b1", client: "B", version: 1, idempotencyKeys: ["kb1"]),
    ]

    private func journal(_ keys: String..., suppressed: Set<Int> = []) -> [JournalEntry] {
        keys.enumerated().map { index, key in
            JournalEntry(
                sequence: index + 1, kind: suppressed.contains(index) ? .suppressed : .applied, method: "PUT",
                clientIdentifier: key.contains("a") ? "A" : "B", idempotencyKey: key)
        }
    }

    @Test("every event once and in order balances")
    func everyEventOnceAndInOrderBalances() {
        let account = JournalAccount(produced: produced, journal: journal("ka1", "kb1", "ka2", "ka3"))
        #expect(account.isBalanced)
        #expect(
            account.description
                == "balanced: events=4 applied=4 skipped=0 parked=0 lost=0 duplicated=0 out_of_order=0")
    }

    @Test("skipped and parked events need no effect")
    func skippedAndParkedEventsNeedNoEffect() {
        let account = JournalAccount(
            produced: produced, journal: journal("ka1", "ka3"), skipped: ["b1"], parked: ["a2"])
        #expect(account.isBalanced)
        #expect((account.applied, account.skipped, account.parked) == (2, 1, 1))
    }

    @Test("an event without a trace is lost")
    func anEventWithoutATraceIsLost() {
        let account = JournalAccount(produced: produced, journal: journal("ka1", "ka3", "kb1"))
        #expect(account.lost == ["a2"])
        #expect(account.description.hasPrefix("NOT balanced: events=4 applied=3"))
    }

    @Test("an effect that happens again is a duplicate, a suppressed repeat is not")
    func anEffectThatHappensAgainIsADuplicateASuppressedRepeatIsNot() {
        let again = JournalAccount(produced: produced, journal: journal("ka1", "kb1", "kb1", "ka2", "ka3"))
        #expect(again.duplicated.map(\.sequence) == [3])
        #expect(again.outOfOrder.isEmpty && !again.isBalanced)
        let suppressed = JournalAccount(
            produced: produced, journal: journal("ka1", "kb1", "kb1", "ka2", "ka3", suppressed: [2]))
        #expect(suppressed.isBalanced && suppressed.suppressed == 1)
    }

    @Test("an older version after a newer one is out of order, also when it is a duplicate")
    func anOlderVersionAfterANewerOneIsOutOfOrderAlsoWhenItIsADuplicate() {
        let swapped = JournalAccount(produced: produced, journal: journal("kb1", "ka2", "ka1", "ka3"))
        #expect(swapped.outOfOrder.map(\.sequence) == [3])
        #expect(swapped.duplicated.isEmpty && !swapped.isBalanced)
        let undone = JournalAccount(produced: produced, journal: journal("kb1", "ka1", "ka2", "ka1", "ka3"))
        #expect(undone.outOfOrder.map(\.sequence) == [4] && undone.duplicated.map(\.sequence) == [4])
    }

    @Test("an effect of nobody is unexplained")
    func anEffectOfNobodyIsUnexplained() {
        let account = JournalAccount(produced: produced, journal: journal("ka1", "ka2", "ka3", "kb1", "kb9"))
        #expect(account.unexplained.map(\.sequence) == [5])
        #expect(!account.isBalanced && account.description.hasSuffix("unexplained=1"))
    }

    @Test("an event said to be skipped must have no effect")
    func anEventSaidToBeSkippedMustHaveNoEffect() {
        let account = JournalAccount(
            produced: produced, journal: journal("ka1", "ka2", "ka3", "kb1"), skipped: ["b1"])
        #expect(account.contradictory == ["b1"] && !account.isBalanced)
    }

    @Test("without known keys, effects are recognised by event or by client and version")
    func withoutKnownKeysEffectsAreRecognisedByEventOrByClientAndVersion() {
        let produced = produced.map { JournalAccount.ProducedEvent(id: $0.id, client: $0.client, version: $0.version) }
        let journal = [
            JournalEntry(sequence: 1, method: "PUT", clientIdentifier: "A", idempotencyKey: "x", version: 1),
            JournalEntry(sequence: 2, method: "PUT", clientIdentifier: "A", idempotencyKey: "y", eventID: "a2"),
            // The same event under another name: the promise D3 is broken.
            JournalEntry(sequence: 3, method: "PUT", clientIdentifier: "A", idempotencyKey: "z", version: 2),
            JournalEntry(sequence: 4, method: "PUT", clientIdentifier: "A", version: 3),
            JournalEntry(sequence: 5, method: "PUT", clientIdentifier: "B", version: 1),
        ]
        let account = JournalAccount(produced: produced, journal: journal)
        #expect(account.duplicated.map(\.sequence) == [3])
        #expect(account.applied == 4)
    }

    @Test("an event of two steps has two effects")
    func anEventOfTwoStepsHasTwoEffects() {
        let event = JournalAccount.ProducedEvent(id: "a1", client: "A", version: 1, idempotencyKeys: ["ka1", "ka1b"])
        #expect(JournalAccount(produced: [event], journal: journal("ka1", "ka1b")).isBalanced)
        #expect(JournalAccount(produced: [event], journal: journal("ka1", "ka1b", "ka1")).duplicated.count == 1)
    }
}
