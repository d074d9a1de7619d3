import Foundation
import SimulatedSystems
import TestKit
import Testing

/// The administration port of a `penstock run` process, asked with `curl` as the documents say.
@Suite("Health and metrics")
struct AdministrationTests {
    /// What `curl` got.
    private struct Answer {
        let status: String
        let body: String
    }

    private func curl(_ url: String, in folder: Workspace) async throws -> Answer {
        let output = folder.uniquePath()
        let process = try ChildProcess(
            "/usr/bin/env", ["curl", "--silent", "--max-time", "10", "--write-out", "\n%{http_code}", url],
            output: output)
        defer { process.end() }
        guard await eventually({ process.ending() != nil }) else { return Answer(status: "", body: "") }
        let text = try String(contentsOfFile: output, encoding: .utf8)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        return Answer(status: String(lines.last ?? ""), body: lines.dropLast().joined(separator: "\n"))
    }

    /// Asks until the answer is as wanted; every answer of `/livez` meanwhile must be good.
    private func eventuallyGets(
        _ url: String, in folder: Workspace, _ isWanted: (Answer) -> Bool
    ) async throws -> Answer {
        let deadline = ContinuousClock.now + .seconds(40)
        while true {
            let live = try await curl(url + "/livez", in: folder)
            #expect(live.status == "200", "\(live)")
            let answer = try await curl(url + "/readyz", in: folder)
            if isWanted(answer) || ContinuousClock.now > deadline { return answer }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    private func url(of service: Program) async throws -> String {
        let found = await eventually { service.errorText.contains("\"health and metrics\"") }
        try #require(found, "\(service.errorText)")
        let line = service.errorText.split(separator: "\n").first { $0.contains("\"health and metrics\"") } ?? ""
        let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
        return try #require(object?["url"] as? String)
    }

    @Test(
        "an ERP that answers 503 makes the service unready, with the reason, and stalls its partitions; then it heals")
    func outage() async throws {
        try await Site.run(partitions: 1) { site in
            let file = site.folder.path + "/penstock.yaml"
            let yaml = try String(contentsOfFile: file, encoding: .utf8)
            try site.folder.write(
                "penstock.yaml",
                yaml.replacing("commit_interval: 200ms", with: "commit_interval: 200ms\n    stall_after: 1s")
                    .replacing(
                        "concurrency: 8", with: "concurrency: 8\n    circuit: { open_for: 100ms, open_for_max: 1s }"))
            site.erp.faults.replace(with: [FaultRule(.answer(status: 503), path: "/v2/*")])
            let events = customerEvents(50)
            try await site.produce(events)
            let service = try site.start("run", "--workers", "1", "--administration-port", "0")
            defer { service.end() }
            let url = try await url(of: service)

            let stalled = try await eventuallyGets(url, in: site.folder) { $0.body.contains("\"stalled\"") }
            #expect(stalled.status == "503", "\(stalled)")
            #expect(stalled.body.contains("offset 0: "), "\(stalled)")
            #expect(stalled.body.contains("system erp"), "\(stalled)")
            var during = ""
            let patience = ContinuousClock.now + .seconds(40)
            while !during.contains("status=\"503\""), ContinuousClock.now < patience {
                during = try await curl(url + "/metrics", in: site.folder).body
            }
            #expect(during.contains("penstock_partition_stalled_seconds{flow=\"customers\",partition=\"0\",reason="))
            #expect(during.contains("status=\"503\""), "\(during)")
            #expect(during.contains("penstock_consumer_lag{topic=\"\(site.topic)\",partition=\"0\""), "\(during)")
            #expect(service.errorText.contains("partition makes no progress"))

            site.erp.faults.clear()
            let ready = try await eventuallyGets(url, in: site.folder) { $0.status == "200" }
            #expect(ready.body.hasPrefix("{\"ready\":true"), "\(ready)")
            #expect(await eventually { site.erp.currentSummary.effects == 50 })
            let settled = "penstock_events_settled_total{flow=\"customers\",outcome=\"applied\"} 50"
            let deadline = ContinuousClock.now + .seconds(20)
            var after = ""
            repeat {
                after = try await curl(url + "/metrics", in: site.folder).body
            } while !after.contains(settled) && ContinuousClock.now < deadline
            #expect(after.contains(settled), "\(after)")
            #expect(!after.contains("penstock_partition_stalled_seconds{"))
            #expect(try await curl(url + "/nothing", in: site.folder).status == "404")

            service.signal(SIGTERM)
            let ending = try await service.ending(within: .seconds(20))
            #expect(ending.status == 0, "\(ending.errors)")
        }
    }

    @Test("a port that is taken ends the program with 3, before it takes anything")
    func taken() async throws {
        try await Site.run(partitions: 1) { site in
            let service = try site.start("run", "--administration-port", String(site.server.port))
            defer { service.end() }
            let ending = try await service.ending(within: .seconds(20))
            #expect(ending.status == 3, "\(ending.errors)")
            #expect(ending.errors.contains("the administration port: cannot listen on"), "\(ending.errors)")
        }
    }
}
