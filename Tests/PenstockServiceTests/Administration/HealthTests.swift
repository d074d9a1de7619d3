import Delivery
import Flows
import Testing

@testable import PenstockService

@Suite("Health: /livez and /readyz")
struct HealthTests {
    @Test("workers that turn and have their partitions are live and ready, with details")
    func well() {
        let health = Health([.well(), .well(2, partitions: [])])
        #expect(health.live == (true, "{\"live\":true,\"reasons\":[]}\n"))
        #expect(health.ready.isGood)
        #expect(
            health.ready.body.hasPrefix(
                "{\"ready\":true,\"reasons\":[],\"workers\":[{\"flow\":\"orders\",\"worker\":1,\"partitions\":[0],"
                    + "\"settled\":0,\"buffered\":0,\"backing_off\":0,\"circuits\":{\"erp\":\"closed\"}},"))
    }

    @Test("a loop that does not turn is neither live nor ready; one that has ended is no matter of liveness")
    func hangs() {
        var worker = WorkerView.well()
        worker.sinceLastTurn = .seconds(31)
        #expect(Health([worker]).live.isGood == false)
        #expect(Health([worker]).live.body.contains("its loop has not turned for 31 s"))
        #expect(Health([worker]).hindrances.map(\.reason) == ["hangs"])
        worker.isRunning = false
        #expect(Health([worker]).live.isGood)
        #expect(Health([worker]).hindrances.map(\.reason) == ["stopped"])
    }

    @Test("what hinders a worker is told by one word each")
    func hindrances() {
        func reasons(_ change: (inout WorkerView) -> Void) -> [String] {
            var worker = WorkerView.well(partitions: [0, 4])
            change(&worker)
            return Health([worker]).hindrances.map(\.reason)
        }
        #expect(reasons { _ in } == [])
        #expect(reasons { $0.statistics.isAssigned = false } == ["unassigned"])
        #expect(reasons { $0.statistics.loading = 2 } == ["loading"])
        #expect(reasons { $0.statistics.isStopping = true } == ["stopping"])
        #expect(reasons { $0.stall(1) } == ["stalled"])
        #expect(reasons { $0.statistics.circuits = ["erp": .open] } == ["circuit_open"])
        #expect(reasons { $0.statistics.circuits = ["erp": .halfOpen] } == ["circuit_open"])
        #expect(reasons { $0.statistics.circuits = ["erp": .open, "mail": .closed] } == [])
    }

    @Test("a stalled partition is named with its reason")
    func stalled() {
        var worker = WorkerView.well(3, partitions: [0, 4])
        worker.stall(1)
        let ready = Health([.well(), worker]).ready
        #expect(!ready.isGood)
        #expect(
            ready.body.contains(
                "{\"flow\":\"orders\",\"worker\":3,\"partition\":4,\"reason\":\"stalled\","
                    + "\"detail\":\"offset 5: backing off from system erp\"}"))
    }

    @Test("an open circuit hinders a flow when no worker can call any of its systems; it is told once a flow")
    func circuits() {
        var first = WorkerView.well(1)
        var second = WorkerView.well(2)
        first.statistics.circuits = ["erp": .open]
        #expect(Health([first, second]).hindrances == [])
        second.statistics.circuits = ["erp": .open]
        #expect(Health([first, second, .well(1, flow: "other")]).hindrances.map(\.flow) == ["orders"])
    }
}
