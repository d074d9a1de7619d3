import Foundation
import SimulatedSystems
import TestKit
import Testing

/// Parked events are found, sent again in order, or given up, by the commands that an operator has.
@Suite("Dead letters")
struct RedriveTests {
    /// Parks all these events, by an ERP that refuses everything.
    private func park(_ events: [CustomerEvent], at site: Site) async throws {
        site.erp.faults.replace(with: [FaultRule(.answer(status: 422), path: "/v2/*")])
        try await site.produce(events)
        let run = try await site.penstock("run", "--exit-when-idle", "1", "--log-level", "critical")
        #expect(run.status == 0, "\(run.errors)")
        #expect(try await site.committedCount() == events.count)
    }

    private func objects(_ ending: Program.Ending) throws -> [[String: Any]] {
        try ending.lines.map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any], "\($0)")
        }
    }

    private func sum(_ name: String, _ objects: [[String: Any]]) -> Int {
        objects.reduce(0) { $0 + ($1[name] as? Int ?? 0) }
    }

    @Test("D9: a redrive applies every key's events in order, once; the next one calls nothing")
    func redrive() async throws {
        try await Site.run { site in
            let events = customerEvents(40, customers: 5)
            try await park(events, at: site)
            let list = try await site.penstock("dead-letters", "list", "--flow", "customers", "--output", "json")
            #expect(list.status == 0, "\(list.errors)")
            #expect(sum("count", try objects(list)) == 40, "\(list.output)")
            let keys = try await site.penstock("dead-letters", "list", "--keys", "--output", "json")
            #expect(try objects(keys).count == Set(events.map(\.key)).count, "\(keys.output)")

            let requests = site.erp.currentSummary.requests
            let preview = try await site.penstock("dead-letters", "redrive", "--flow", "customers", "--dry-run")
            #expect(preview.status == 0, "\(preview.errors)")
            #expect(preview.output.contains("create-client: POST erp/clients"))
            #expect(preview.lines.last?.hasPrefix("would redrive 40 dead letters of") ?? false, "\(preview.output)")
            #expect(site.erp.currentSummary.requests == requests, "nothing is called")

            site.erp.faults.replace(with: [FaultRule(.answer(status: 503), path: "/v2/*", times: 3)])
            let redrive = try await site.penstock(
                "dead-letters", "redrive", "--flow", "customers", "--reason", "rejected", "--yes")
            #expect(redrive.status == 0, "\(redrive.errors)")
            #expect(
                redrive.output
                    == "redriven: 40 (applied: 40, skipped: 0), failed: 0, left: 0 letters of 0 keys\n")
            let account = site.account(events)
            #expect(account.isBalanced, "\(account)")

            let after = site.erp.currentSummary.requests
            let again = try await site.penstock("dead-letters", "redrive", "--yes", "--output", "json")
            #expect(again.status == 0, "\(again.errors)")
            #expect(sum("redriven", try objects(again)) == 0)
            #expect(site.erp.currentSummary.requests == after, "the second redrive calls nothing")
            let rest = try await site.penstock("dead-letters", "list")
            #expect(rest.output == "no dead letters\n")
            let all = try await site.penstock("dead-letters", "list", "--all", "--letters", "--output", "json")
            #expect(sum("redrives", try objects(all)) == 40)
        }
    }

    @Test("D5, D9: a key whose event fails again stops there, with count and reason; the others go on")
    func failsAgain() async throws {
        try await Site.run { site in
            let events = customerEvents(40, customers: 8)
            try await park(events, at: site)
            let share = 0.5
            let locked = events.filter { FaultRule.position(ofClient: $0.customer.id) < share }
            let lockedKeys = Set(locked.map(\.key)).count
            #expect(!locked.isEmpty && locked.count < 40)
            site.erp.faults.replace(with: [FaultRule(.answer(status: 409), path: "/v2/*", clientShare: share)])
            let first = try await site.penstock(
                "dead-letters", "redrive", "--flow", "customers", "--rate", "200/s", "--yes", "--output", "json")
            #expect(first.status == 1, "some failed: \(first.errors)")
            let account = try #require(try objects(first).first)
            #expect(account["redriven"] as? Int == 40 - locked.count)
            #expect(account["failed"] as? Int == lockedKeys, "one of each key, and then it stops")
            #expect(account["left"] as? Int == locked.count)
            #expect(first.errors.contains("failed again: "))
            let failed = try objects(
                try await site.penstock("dead-letters", "list", "--letters", "--output", "json")
            ).filter { $0["state"] as? String == "failed" }
            #expect(failed.count == lockedKeys)
            #expect(failed.allSatisfy { $0["redrives"] as? Int == 1 })

            site.erp.faults.clear()
            let second = try await site.penstock("dead-letters", "redrive", "--flow", "customers", "--yes")
            #expect(second.status == 0, "\(second.errors)")
            #expect(site.account(events).isBalanced, "\(site.account(events))")
        }
    }

    @Test("discard gives up what is chosen and nothing else, and asks first")
    func discard() async throws {
        try await Site.run { site in
            let events = customerEvents(20, customers: 4)
            try await park(events, at: site)
            let key = try #require(events.first?.key)
            let count = events.filter { $0.key == key }.count
            let selection = ["dead-letters", "discard", "--flow", "customers", "--key", key]
            let dry = try await Program.run(
                selection + ["--dry-run"], environment: site.environment, in: site.folder)
            #expect(dry.lines.first?.hasPrefix("\(counted(count)) of 1 key would be") ?? false, "\(dry.output)")
            let refused = try await Program.run(selection, environment: site.environment, in: site.folder)
            #expect(refused.status == 2, "piped, there is nobody to ask")
            #expect(refused.errors.contains("--yes"))
            let list = try await site.penstock("dead-letters", "list", "--output", "json")
            #expect(sum("count", try objects(list)) == 20, "nothing was done")
            let done = try await Program.run(selection + ["--yes"], environment: site.environment, in: site.folder)
            #expect(done.status == 0, "\(done.errors)")
            #expect(done.output == "\(counted(count)) of 1 key discarded\n")
            site.erp.faults.clear()
            let redrive = try await site.penstock("dead-letters", "redrive", "--yes", "--output", "json")
            #expect(sum("redriven", try objects(redrive)) == 20 - count, "\(redrive.output)\(redrive.errors)")
            #expect(!site.erp.journal.entries.contains { $0.clientIdentifier == key })
        }
    }

    private func counted(_ count: Int) -> String { count == 1 ? "1 dead letter" : "\(count) dead letters" }

    @Test("show tells everything of a letter: why, the system's answer, and the event")
    func show() async throws {
        try await Site.run { site in
            try await park(customerEvents(3, customers: 1), at: site)
            let letters = try objects(
                try await site.penstock("dead-letters", "list", "--letters", "--output", "json"))
            let place = try #require(letters.first?["letter"] as? String)
            let text = try await site.penstock("dead-letters", "show", "--letter", place)
            #expect(text.status == 0, "\(text.errors)")
            for part in ["customers \(place)", "rejected (TASK_PUT)", "status    422", "\"specversion\": \"1.0\""] {
                #expect(text.output.contains(part), "\(part) in \(text.output)")
            }
            let json = try objects(
                try await site.penstock("dead-letters", "show", "--letter", place, "--output", "json"))
            let record = try #require(json.first?["record"] as? [String: Any])
            #expect(record["value"] is [String: Any])
            #expect((record["headers"] as? [String: Any])?.keys.contains { $0.hasPrefix("penstock.") } == false)
            let missing = try await site.penstock("dead-letters", "show", "--letter", "0/999")
            #expect(missing.status == 1)
            #expect(missing.errors.contains("0/999"))
        }
    }

    @Test(
        "wrong selections are told with what would be right, with 2",
        arguments: [
            (["list", "--flow", "nobody"], "customers"), (["list", "--step", "nothing"], "create-client"),
            (["show", "--letter", "7"], "PARTITION/OFFSET"), (["list", "--since", "yesterday"], "90m"),
            (["redrive", "--rate", "fast"], "50/s"), (["list", "--keys", "--letters"], "not both"),
            (["redrive"], "--yes"),
        ])
    func wrongUse(arguments: [String], hint: String) async throws {
        try await Site.run(partitions: 1) { site in
            if arguments == ["redrive"] { try await park(customerEvents(1), at: site) }
            let ending = try await Program.run(
                ["dead-letters"] + arguments, environment: site.environment, in: site.folder)
            #expect(ending.status == 2, "\(ending)")
            #expect(ending.errors.contains(hint), "\(ending.errors)")
        }
    }

    @Test("a broker that does not answer is named, with 3")
    func deadBroker() async throws {
        try await Site.run(partitions: 1) { site in
            try await withThrowingTaskGroup(of: Program.Ending.self) { group in
                for command in ["list", "show", "redrive", "discard"] {
                    group.addTask {
                        try await site.penstock(
                            "dead-letters", command, environment: ["KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1"])
                    }
                }
                for try await ending in group {
                    #expect(ending.status == 3, "\(ending)")
                    #expect(ending.errors.contains("127.0.0.1:1"))
                }
            }
        }
    }
}
