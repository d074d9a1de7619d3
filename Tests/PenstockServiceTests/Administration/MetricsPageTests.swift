import Delivery
import Flows
import HTTPServing
import Testing

@testable import PenstockService

@Suite("Metrics of the workers")
struct MetricsPageTests {
    private func lines(_ workers: [WorkerView], now: Instant = .zero) -> [String] {
        MetricsPage(workers, now: now).text.split(separator: "\n").map(String.init)
    }

    @Test("figures of a flow's workers are added up; partitions and systems have series of their own")
    func sums() {
        var first = WorkerView.well(1, partitions: [0])
        first.statistics.applied = 5
        first.statistics.bufferedBytes = 100
        first.statistics.callsInFlight = ["erp": 2]
        first.statistics.partitionFigures[0].lag = 17
        var second = WorkerView.well(2, partitions: [1])
        second.statistics.applied = 6
        second.statistics.parked = 1
        second.statistics.bufferedBytes = 11
        second.statistics.callsInFlight = ["erp": 3]
        second.statistics.circuits = ["erp": .open]
        let lines = lines([first, second, .well(1, flow: "other")])
        for line in [
            "penstock_events_settled_total{flow=\"orders\",outcome=\"applied\"} 11",
            "penstock_events_settled_total{flow=\"orders\",outcome=\"skipped\"} 0",
            "penstock_events_settled_total{flow=\"orders\",outcome=\"parked\"} 1",
            "penstock_events_settled_total{flow=\"other\",outcome=\"applied\"} 0",
            "penstock_consumer_lag{topic=\"shop.orders\",partition=\"0\",group=\"g-orders\"} 17",
            "penstock_buffered_bytes 111", "penstock_inflight_calls{system=\"erp\"} 5",
            "penstock_circuit_state{system=\"erp\"} 2",
        ] {
            #expect(lines.contains(line), "\(line)")
        }
        #expect(!lines.contains { $0.hasPrefix("penstock_consumer_lag{") && $0.contains("partition=\"1\"") })
        #expect(!lines.contains { $0.contains("penstock_parked_keys") }, "unknown is not nought")
    }

    @Test("parked keys are told once they are known")
    func parkedKeys() {
        var worker = WorkerView.well()
        worker.statistics.parkedKeys = 4
        #expect(lines([worker, .well(2)]).contains("penstock_parked_keys{flow=\"orders\"} 4"))
    }

    @Test("a stalled partition has a series for as long as it is stalled")
    func stalls() {
        var worker = WorkerView.well(partitions: [0, 7])
        worker.stall(1, since: Instant(nanoseconds: 5_000_000_000))
        let now = Instant(nanoseconds: 80_000_000_000)
        let line = "penstock_partition_stalled_seconds{flow=\"orders\",partition=\"7\",reason=\"backing_off\"} 75"
        #expect(lines([worker], now: now).filter { $0.hasPrefix("penstock_partition_stalled_seconds") } == [line])
    }

    @Test("durations of calls are one histogram for each system, step and status, over all workers")
    func durations() {
        var first = WorkerView.well(1)
        first.statistics.callDurations.add(step: 0, status: 201, nanoseconds: 3_000_000)
        first.statistics.callDurations.add(step: 1, status: 0, nanoseconds: 90_000_000_000)
        var second = WorkerView.well(2)
        second.statistics.callDurations.add(step: 0, status: 201, nanoseconds: 2_000_000_000)
        let lines = lines([first, second])
        let created = "system=\"erp\",step=\"create\",status=\"201\""
        for line in [
            "penstock_call_duration_seconds_bucket{\(created),le=\"0.005\"} 1",
            "penstock_call_duration_seconds_bucket{\(created),le=\"2.5\"} 2",
            "penstock_call_duration_seconds_bucket{\(created),le=\"+Inf\"} 2",
            "penstock_call_duration_seconds_sum{\(created)} 2.003",
            "penstock_call_duration_seconds_count{\(created)} 2",
            "penstock_call_duration_seconds_bucket{system=\"mail\",step=\"notify\",status=\"0\",le=\"60\"} 0",
            "penstock_call_duration_seconds_bucket{system=\"mail\",step=\"notify\",status=\"0\",le=\"+Inf\"} 1",
        ] {
            #expect(lines.contains(line), "\(line)")
        }
    }

    @Test("the port has three pages and no other")
    func pages() {
        #expect(AdministrationPort.page("/livez", [])?.status == 200)
        #expect(AdministrationPort.page("/readyz", [.well()])?.contentType == "application/json")
        #expect(AdministrationPort.page("/metrics", [])?.contentType == "text/plain; version=0.0.4; charset=utf-8")
        #expect(AdministrationPort.page("/", []) == nil)
        var worker = WorkerView.well()
        worker.statistics.isAssigned = false
        #expect(AdministrationPort.page("/readyz", [worker])?.status == 503)
    }
}
