import Foundation
import SimulatedSystems
import TestKit
import Testing

/// `penstock run` as real processes, ended as an orchestrator or an accident would end them.
@Suite("The service as processes")
struct ServiceTests {
    @Test("kill -9 under load: another process takes over; nothing lost, order per key kept, no duplicate effect")
    func killed() async throws {
        try await Site.run(partitions: 4) { site in
            let events = customerEvents(3_000, customers: 150)
            // Slow enough that both are in the middle of it.
            site.erp.faults.replace(with: [FaultRule(.latency(.fixed(.milliseconds(5))), path: "/v2/*")])
            try await site.produce(Array(events.prefix(1_500)))
            let processes = [try site.start("run"), try site.start("run")]
            defer { for process in processes { process.end() } }
            #expect(await eventually { processes.allSatisfy { $0.errorText.contains("partitions assigned") } })
            try await site.produce(Array(events.dropFirst(1_500)))
            #expect(await eventually { site.erp.currentSummary.effects > 500 })
            processes[0].signal(SIGKILL)
            let killed = try await processes[0].ending()
            #expect(killed.status == -SIGKILL)
            #expect(site.erp.currentSummary.effects < 3_000, "it was killed on the way")
            #expect(await eventually(within: .seconds(60)) { site.erp.currentSummary.effects == 3_000 })
            processes[1].signal(SIGTERM)
            let ending = try await processes[1].ending(within: .seconds(20))
            #expect(ending.status == 0, "\(ending.errors)")
            let account = site.account(events)
            #expect(account.isBalanced, "\(account)")
            #expect(account.applied == 3_000)
            #expect(try await site.committedCount() == 3_000)
        }
    }

    @Test(
        "D11: SIGTERM drains, commits and exits with 0 in time; the next process repeats nothing",
        arguments: [SIGTERM, SIGINT])
    func terminated(signal: Int32) async throws {
        try await Site.run { site in
            let events = customerEvents(800)
            site.erp.faults.replace(with: [FaultRule(.latency(.fixed(.milliseconds(10))), path: "/v2/*")])
            try await site.produce(events)
            // The mock cluster refuses commits while a rebalance goes on, as Kafka does not: there a worker that stops
            // beside another one, whose leaving starts a rebalance, cannot commit its last events.
            let first = try site.start("run", "--workers", BrokerAccess.isReal ? "2" : "1")
            defer { first.end() }
            #expect(await eventually { site.erp.currentSummary.effects > 50 }, "\(first.errorText)")
            first.signal(signal)
            let begin = ContinuousClock.now
            let ending = try await first.ending(within: .seconds(20))
            #expect(ending.status == 0, "\(ending.errors)")
            #expect(ContinuousClock.now - begin < .seconds(8))
            let effects = site.erp.currentSummary.effects
            #expect(effects < 800, "it was stopped on the way")
            let second = try site.start("run")
            defer { second.end() }
            #expect(await eventually { site.erp.currentSummary.effects == 800 }, "\(second.errorText)")
            second.signal(SIGTERM)
            #expect(try await second.ending(within: .seconds(20)).status == 0)
            #expect(site.erp.currentSummary.duplicatesSuppressed == 0, "what was settled was committed")
            let account = site.account(events)
            #expect(account.isBalanced, "\(account)")
            #expect(try await site.committedCount() == 800)
        }
    }

    @Test("log lines are one JSON object each, and tell neither payloads nor secrets")
    func logs() async throws {
        try await Site.run { site in
            let events = customerEvents(20, defects: [.refusedByERP], share: 0.3)
            try await site.produce(events)
            let service = try site.start("run", "--log-level", "debug")
            defer { service.end() }
            // Later events of a refused customer are parked without a call (D9).
            let deadline = ContinuousClock.now + .seconds(60)
            while try await site.committedCount() < 20, ContinuousClock.now < deadline {
                try await Task.sleep(for: .milliseconds(100))
            }
            #expect(try await site.committedCount() == 20, "\(service.errorText)")
            service.signal(SIGTERM)
            let ending = try await service.ending()
            #expect(ending.status == 0)
            let lines = ending.errors.split(separator: "\n")
            #expect(lines.count > 5)
            for line in lines {
                let object = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
                #expect(object?["level"] is String && object?["message"] is String, "\(line)")
            }
            #expect(!ending.errors.contains("penstock-secret"))
            #expect(!ending.errors.contains("@"), "no customer's e-mail address")
        }
    }

    @Test("penstock demo ends in an account that balances")
    func demo() async throws {
        let folder = try Workspace()
        let ending = try await Program.run(
            [
                "demo", "--events", "600", "--config", Repository.path("examples/crm-to-erp/penstock.yaml"), "--parked",
                folder.path + "/parked.ndjson",
            ], in: folder, within: .seconds(90))
        #expect(ending.status == 0, "\(ending.output)\n\(ending.errors)")
        let last = ending.lines.last ?? ""
        #expect(last.hasPrefix("balanced: events=600 applied="), "\(last)")
        #expect(last.hasSuffix(" lost=0 duplicated=0 out_of_order=0"), "\(last)")
    }

    @Test("penstock broker and penstock simulate erp serve other processes, and end on SIGTERM with 0")
    func standIns() async throws {
        let folder = try Workspace()
        let broker = try Program(["broker", "--topic", "orders:3"], in: folder)
        defer { broker.end() }
        let erp = try Program(["simulate", "erp", "--port", "0"], in: folder)
        defer { erp.end() }
        let servers = try await broker.firstLine()
        #expect(try await erp.firstLine().hasPrefix("http://127.0.0.1:"))
        let produced = try await Program.run(
            ["produce", "--bootstrap-servers", servers, "--topic", "orders", "--key", ".id"],
            input: #"{"id":"1"}"# + "\n" + #"{"id":"2"}"# + "\n", in: folder)
        #expect(produced.status == 0, "\(produced.errors)")
        let tail = try await Program.run(
            ["tail", "--bootstrap-servers", servers, "orders", "--from", "beginning", "--no-follow"], in: folder)
        #expect(tail.lines.count == 2)
        for program in [broker, erp] {
            program.signal(SIGTERM)
            #expect(try await program.ending(within: .seconds(10)).status == 0)
        }
        #expect(broker.errorText.contains("not Apache Kafka"))
    }
}
