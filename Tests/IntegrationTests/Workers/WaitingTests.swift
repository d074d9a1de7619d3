import Flows
import Kafka
import PenstockService
import TestKit
import Testing

/// A worker that cannot do anything says so.
@Suite("Workers that wait")
struct WaitingTests {
    @Test("a worker that gets no partitions tells of it in its log, again and again, and still stops")
    func noGroup() async throws {
        try await Plant.run { plant in
            let pool = WorkerPool([
                WorkerSettings(
                    flow: plant.flow, number: 1, client: ClientProperties(bootstrapServers: "127.0.0.1:1"),
                    logger: plant.log.logger(), assignmentPatience: .milliseconds(200))
            ])
            let message = "waiting for partitions: the group rebalances, or its coordinator does not answer"
            #expect(await eventually { plant.log.lines(message).count >= 2 }, "\(plant.story)")
            #expect(plant.log.lines(message).allSatisfy { $0.level == .warning && $0.fields["worker"] == "1" })
            try await plant.stop(pool)
        }
    }
}
