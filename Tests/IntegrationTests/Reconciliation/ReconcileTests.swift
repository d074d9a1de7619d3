import Foundation
import SimulatedSystems
import TestKit
import Testing

/// What the ERP holds is compared with what the topic says, and mended, by the command that an operator has.
@Suite("Reconcile", .serialized)
struct ReconcileTests {
    /// How many clients the ERP has: 100,000 in the long run.
    private static let keyCount =
        ProcessInfo.processInfo.environment["PENSTOCK_RECONCILE_KEYS"].flatMap { Int($0) } ?? 2_000

    private static let entity = """
            timeout: 10s
            entities:
              clients:
                list: GET erp/clients?limit={limit}&offset={offset}
                get: GET erp/clients/{key}
                key: .clientIdentifier
        """

    /// The example's configuration with an entity that is compared.
    static func withEntity(_ yaml: String) -> String {
        yaml.replacing("    timeout: 10s", with: Self.entity)
            .replacing(
                "    topic: ",
                with:
                    "    reconcile: { entity: erp/clients, repair: { different: update-client } }\n    topic: ")
    }

    private func objects(_ ending: Program.Ending) throws -> [[String: Any]] {
        try ending.lines.filter { !$0.isEmpty }.map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any], "\($0)")
        }
    }

    /// The keys with this verdict.
    private func keys(_ verdict: String, _ objects: [[String: Any]]) -> Set<String> {
        Set(objects.filter { $0["verdict"] as? String == verdict }.compactMap { $0["key"] as? String })
    }

    private func summary(_ objects: [[String: Any]]) throws -> [String: Any] {
        try #require(objects.lazy.compactMap { $0["summary"] as? [String: Any] }.first)
    }

    /// Brings these events into the ERP.
    private func deliver(_ events: [CustomerEvent], at site: Site) async throws {
        try await site.produce(events)
        let run = try await Program.run(
            ["run", "--exit-when-idle", "2", "--log-level", "critical"], environment: site.environment,
            in: site.folder, within: .seconds(900))
        #expect(run.status == 0, "\(run.errors)")
        #expect(try await site.committedCount() == events.count)
    }

    private func reconcile(
        _ arguments: String..., at site: Site, environment: [String: String] = [:]
    ) async throws -> Program.Ending {
        try await Program.run(
            ["reconcile", "customers", "--work", "work"] + arguments,
            environment: site.environment.merging(environment) { $1 }, in: site.folder, within: .seconds(600))
    }

    @Test("known drift is found exactly, repaired to equal, and a second repair calls nothing")
    func drift() async throws {
        try await Site.run(partitions: 4, change: Self.withEntity) { site in
            let events = customerEvents(3 * Self.keyCount, customers: Self.keyCount)
            let keys = Set(events.map(\.key))
            try await deliver(events, at: site)
            let clean = try await reconcile("--output", "json", at: site)
            #expect(clean.status == 0, "\(clean.errors)\(clean.output)")
            #expect(try summary(try objects(clean))["equal"] as? Int == keys.count)

            let drift = site.erp.drift(ClientDrift(missing: 13, altered: 29, extra: 7, stale: 17))
            #expect(drift.missing.count == 13 && drift.altered.count == 29)
            #expect(drift.extra.count == 7 && drift.stale.count == 17)
            let found = try await reconcile("--output", "json", "--report", "drift.html", at: site)
            #expect(found.status == 1, "\(found.errors)")
            let findings = try objects(found)
            #expect(self.keys("missing", findings) == drift.missing)
            #expect(self.keys("different", findings) == drift.altered.union(drift.stale))
            #expect(self.keys("unknown", findings) == drift.extra)
            let summary = try summary(findings)
            #expect(summary["equal"] as? Int == keys.count - 13 - 29 - 17)
            #expect(summary["not_comparable"] as? Int == 0 && summary["in_motion"] as? Int == 0)
            let altered = try #require(findings.first { drift.altered.contains($0["key"] as? String ?? "") })
            let pointers = (altered["differences"] as? [[String: Any]])?.compactMap { $0["pointer"] as? String }
            #expect(pointers == ["/clientName", "/clientAddress/city"])
            let report = try String(contentsOfFile: site.folder.path + "/drift.html", encoding: .utf8)
            #expect(drift.missing.allSatisfy(report.contains))
            try await expectUsable(site.folder.path + "/drift.html", in: site.folder)

            try await expectRepair(drift, at: site)
        }
    }

    /// Opens a report in a browser and uses it, where there is a browser.
    private func expectUsable(_ report: String, in folder: Workspace) async throws {
        let browser = ["/usr/bin/chromium", "/usr/bin/chromium-browser"].first(
            where: FileManager.default.isExecutableFile(atPath:))
        guard let browser else { return }
        let output = folder.uniquePath()
        let process = try ChildProcess(
            Repository.path("Tests/Report/check.py"), [report, "--browser", browser], output: output)
        defer { process.end() }
        #expect(await eventually(within: .seconds(120)) { process.ending() != nil })
        let text = try String(contentsOfFile: output, encoding: .utf8)
        #expect(text.contains("ok   an arc for each verdict") && text.hasSuffix("end\n"), "\(text)")
        #expect(!text.contains("FAIL"), "\(text)")
    }

    private func expectRepair(_ drift: ClientDrift.Account, at site: Site) async throws {
        let count = drift.missing.count + drift.altered.count + drift.stale.count
        let effects = site.erp.currentSummary.effects
        let refused = try await reconcile("--repair", at: site)
        #expect(refused.status == 2 && refused.errors.contains("--yes"), "\(refused)")
        let preview = try await reconcile("--repair", "--dry-run", at: site)
        #expect(preview.lines.last == "would send \(count) keys again; nothing was called", "\(preview)")
        #expect(site.erp.currentSummary.effects == effects, "nothing is called")

        let repair = try await reconcile("--repair", "--yes", at: site)
        #expect(repair.status == 1, "what is unknown here is left: \(repair)")
        #expect(
            repair.lines.last == "repaired: \(count), verified: \(count), failed: 0, in motion: 0", "\(repair)")
        #expect(site.erp.currentSummary.effects == effects + count)
        #expect(site.erp.currentSummary.duplicatesSuppressed == 0)

        let second = try await reconcile("--repair", "--yes", at: site)
        #expect(second.lines.last == "nothing to repair", "\(second)")
        #expect(site.erp.currentSummary.effects == effects + count, "a second repair calls nothing")
        let after = try objects(try await reconcile("--output", "json", at: site))
        #expect(try summary(after)["unknown"] as? Int == drift.extra.count)
        #expect(try summary(after)["different"] as? Int == 0 && summary(after)["missing"] as? Int == 0)
    }

    @Test("record by record the same is found but what is unknown here; memory and listing do not matter")
    func byItem() async throws {
        try await Site.run(change: Self.withEntity) { site in
            let events = customerEvents(600, customers: 200)
            try await deliver(events, at: site)
            let drift = site.erp.drift(ClientDrift(missing: 3, altered: 4, extra: 2, stale: 5))
            let found = try await reconcile("--by-item", "--output", "csv", at: site)
            #expect(found.status == 1, "\(found.errors)")
            let rows = found.lines.dropFirst().map { $0.split(separator: ",", omittingEmptySubsequences: false) }
            #expect(Set(rows.filter { $0[1] == "missing" }.map { String($0[0]) }) == drift.missing)
            let different = Set(rows.filter { $0[1] == "different" }.map { String($0[0]) })
            #expect(different == drift.altered.union(drift.stale))
            #expect(!rows.contains { $0[1] == "unknown" })
        }
    }

    @Test("D2: keys in motion are not taken for different, while workers run behind events that flow")
    func motion() async throws {
        try await Site.run(change: Self.withEntity) { site in
            let events = customerEvents(3_000, customers: 150)
            site.erp.faults.replace(with: [
                FaultRule(.latency(.uniform(from: .milliseconds(1), to: .milliseconds(30))))
            ])
            let workers = try site.start("run", "--log-level", "critical")
            defer { workers.end() }
            try await site.produce(Array(events[..<600]))
            let deadline = ContinuousClock.now + .seconds(60)
            while try await site.committedCount() < 600, ContinuousClock.now < deadline {
                try await Task.sleep(for: .milliseconds(50))
            }
            let flowing = Task {
                for start in stride(from: 600, to: 3_000, by: 40) {
                    try await site.produce(Array(events[start..<min(start + 40, 3_000)]))
                    try await Task.sleep(for: .milliseconds(150))
                }
            }
            for arguments in [[], ["--by-item"], []] {
                let ending = try await Program.run(
                    ["reconcile", "customers", "--work", "work", "--output", "json", "--settle", "5"] + arguments,
                    environment: site.environment, in: site.folder, within: .seconds(120))
                let figures = try summary(try objects(ending))
                #expect(figures["different"] as? Int == 0, "\(ending)")
                #expect(figures["missing"] as? Int == 0 && figures["unknown"] as? Int == 0, "\(ending)")
                #expect(figures["equal"] as? Int ?? 0 > 0, "\(ending)")
            }
            try await flowing.value
        }
    }

    @Test("Ctrl-C keeps what was read, and the same command goes on from there")
    func stopped() async throws {
        try await Site.run(change: Self.withEntity) { site in
            let events = customerEvents(3_000, customers: 1_000)
            let keys = Set(events.map(\.key)).count
            try await deliver(events, at: site)
            _ = site.erp.drift(ClientDrift(missing: 2))
            // The second page does not come.
            site.erp.faults.replace(with: [FaultRule(.latency(.fixed(.seconds(3))), method: "GET", path: "/v2/clients")]
            )
            let first = try site.start("reconcile", "customers", "--work", "work", "--output", "json")
            defer { first.end() }
            let manifest = site.folder.path + "/work/manifest.json"
            #expect(
                await eventually(within: .seconds(30)) {
                    let text = (try? String(contentsOfFile: manifest, encoding: .utf8)) ?? ""
                    return text.contains("\"committed\"")
                })
            first.signal(SIGINT)
            let ending = try await first.ending()
            #expect(ending.status == 1, "\(ending)")
            #expect(ending.errors.contains("the same command goes on"), "\(ending)")
            site.erp.faults.clear()
            let second = try await reconcile(at: site)
            #expect(second.status == 1)
            #expect(second.output.contains("gone on with"), "\(second)")
            #expect(second.output.contains("customers: \(keys) keys of"), "\(second)")
        }
    }

    @Test("what is parked, or cannot be mapped, is not comparable, with its reason")
    func notComparable() async throws {
        try await Site.run(change: Self.withEntity) { site in
            site.erp.faults.replace(with: [FaultRule(.answer(status: 422), path: "/v2/*", clientShare: 0.3)])
            let events = customerEvents(200, customers: 50)
            try await deliver(events, at: site)
            site.erp.faults.clear()
            let parked = Set(events.map(\.key).filter { FaultRule.position(ofClient: $0) < 0.3 })
            let ending = try await reconcile("--output", "json", at: site)
            let findings = try objects(ending)
            #expect(keys("not_comparable", findings) == parked, "\(ending)")
            #expect(findings.allSatisfy { ($0["reason"] as? String)?.hasPrefix("parked") ?? true })
            #expect(try summary(findings)["equal"] as? Int == Set(events.map(\.key)).count - parked.count)
        }
    }

    @Test("a broker or a system that does not answer is named, with 3; wrong use is told with 2")
    func wrongUse() async throws {
        try await Site.run(partitions: 1, change: Self.withEntity) { site in
            try await deliver(customerEvents(5, customers: 2), at: site)
            let broker = try await reconcile(at: site, environment: ["KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1"])
            #expect(broker.status == 3 && broker.errors.contains("127.0.0.1:1"), "\(broker)")
            let system = try await reconcile(
                "--patience", "1", at: site, environment: ["ERP_URL": "http://127.0.0.1:1"])
            #expect(system.status == 3, "\(system)")
            #expect(system.errors.contains("erp gives no answer"), "\(system)")
            let flow = try await site.penstock("reconcile", "nobody")
            #expect(flow.status == 2 && flow.errors.contains("its flows are: customers"), "\(flow)")
            let option = try await reconcile("--yes", at: site)
            #expect(option.status == 2 && option.errors.contains("belong to --repair"), "\(option)")
        }
        try await Site.run(partitions: 1) { site in
            let ending = try await site.penstock("reconcile", "customers")
            #expect(ending.status == 2 && ending.errors.contains("no ‘reconcile’ section"), "\(ending)")
        }
    }
}
