import Kafka
import Testing

@testable import PenstockService

@Suite("Compacted topics are created") struct CompactedTopicTests {
    // Kafka's numbers.
    private static let alreadyExists: Int32 = 36
    private static let invalidConfiguration: Int32 = 40
    private static let policyViolation: Int32 = 44
    private static let notAuthorized: Int32 = 29

    /// Creates a topic on a broker that answers in turn with these errors.
    private func create(_ answers: Int32?...) -> (asked: [[String]], error: Int32?) {
        var answers = answers
        var asked: [[String]] = []
        do {
            try CompactedTopic.create("t", partitions: 3) { topic in
                #expect(topic.name == "t" && topic.partitions == 3)
                #expect(topic.configuration["cleanup.policy"] == "compact")
                asked.append(topic.configuration.keys.sorted())
                return answers.removeFirst().map { KafkaError(code: $0, message: "no") }
            }
        } catch {
            return (asked, error.code)
        }
        return (asked, nil)
    }

    private let whole = ["cleanup.policy", "segment.bytes", "segment.index.bytes"]

    @Test("with small segments; one that is there already stays as it is")
    func created() {
        for answer in [nil, Self.alreadyExists] {
            let result = create(answer)
            #expect(result.asked == [whole] && result.error == nil)
        }
    }

    @Test("without their sizes, where a broker does not let its clients choose them")
    func refusedSizes() {
        for refusal in [Self.invalidConfiguration, Self.policyViolation] {
            let result = create(refusal, nil)
            #expect(result.asked == [whole, ["cleanup.policy"]] && result.error == nil)
            #expect(create(refusal, refusal).error == refusal)
        }
    }

    @Test("what else a broker has against it is told")
    func refused() {
        let result = create(Self.notAuthorized)
        #expect(result.asked == [whole] && result.error == Self.notAuthorized)
    }
}
