import Testing

@testable import Delivery

/// What the answer to a call with several events says of each and of their system.
@Suite("Answers to batches")
struct BatchAnswerTests {
    private func answer(_ statuses: [Int?]) -> BatchAnswer {
        BatchAnswer(
            .items(statuses.map { $0.map { .answered(status: $0, retryAfter: nil) } }), count: statuses.count,
            policy: nil)
    }

    @Test(
        "a system is as well as its best answer",
        arguments: [
            ([503, 422, 200], Verdict.success), ([503, 422], .eventFault(status: 422)), ([503, 429], .targetFault),
            ([403, 403], .refused(status: 403)), ([nil, nil], .targetFault),
        ] as [([Int?], Verdict)])
    func health(statuses: [Int?], expected: Verdict) {
        #expect(answer(statuses).health.verdict == expected)
    }

    @Test("answers for each event are never a reason for smaller batches")
    func items() {
        #expect(answer([422, 500, nil]).splitLimit == nil)
        #expect(!answer([422, 422]).isSplitAtOnce)
    }

    @Test(
        "what a whole answer says of the batch's size",
        arguments: [(413, 3), (422, 3), (500, 3), (504, 3), (408, 3), (200, nil), (429, nil), (503, nil), (401, nil)]
            as [(Int, UInt16?)])
    func whole(status: Int, limit: UInt16?) {
        let outcome = BatchOutcome.whole(.answered(status: status, retryAfter: nil))
        #expect(BatchAnswer(outcome, count: 7, policy: nil).splitLimit == limit)
        #expect(BatchAnswer(outcome, count: 1, policy: nil).splitLimit == nil)
    }
}
