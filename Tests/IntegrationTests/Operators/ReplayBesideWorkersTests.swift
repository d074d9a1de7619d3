import Foundation
import SimulatedSystems
import TestKit
import Testing

/// A replay while workers run: of one key, neither overtakes the other.
@Suite("Replays beside workers")
struct ReplayBesideWorkersTests {
    private func settle(_ count: Int, at site: Site, _ worker: Program) async throws {
        let deadline = ContinuousClock.now + .seconds(60)
        while try await site.committedCount() < count, ContinuousClock.now < deadline {
            try await Task.sleep(for: .milliseconds(100))
        }
        #expect(try await site.committedCount() == count, "\(worker.errorText)")
    }

    /// Of a key's effects, those of the replay stand together: what came live is before all of them, or behind.
    private func checkOrder(of key: String, _ site: Site, replayed: Set<String>, sourceLocation: SourceLocation) {
        let entries = site.erp.journal.entries.filter { $0.clientIdentifier == key && $0.kind == .applied }
        var seen: Set<String> = []
        var again: [Int] = []
        for (position, entry) in entries.enumerated() {
            guard let id = entry.eventID else { continue }
            if !seen.insert(id).inserted { again.append(position) }
        }
        #expect(again.count == replayed.count, "all of \(key)", sourceLocation: sourceLocation)
        guard let first = again.first, let last = again.last else { return }
        #expect(last - first + 1 == again.count, "\(key): \(entries.map(\.version))", sourceLocation: sourceLocation)
        let versions = again.compactMap { entries[$0].version }
        #expect(versions == versions.sorted(), "\(key): \(versions)", sourceLocation: sourceLocation)
        let live = entries.indices.filter { !again.contains($0) }.compactMap { entries[$0].version }
        #expect(live == live.sorted(), "\(key): \(live)", sourceLocation: sourceLocation)
    }

    @Test("live events of a key under replay wait for its end, and run then; others go on", arguments: [1, 2])
    func neverOvertakes(workers: Int) async throws {
        try await Site.run(partitions: workers) { site in
            let events = customerEvents(160, customers: 4)
            let old = Array(events[0..<60])
            let worker = try site.start("run", "--workers", String(workers))
            defer { worker.end() }
            try await site.produce(old)
            try await settle(60, at: site, worker)

            let replay = try site.start(
                "replay", "customers", "--type", "crm.customer.updated", "--again", "--name", "r1", "--rate", "10/s",
                "--yes", "--output", "json")
            defer { replay.end() }
            // What is settled before the replay looks for its range is part of it.
            #expect(await eventually(within: .seconds(60)) { site.erp.journal.count > 60 }, "\(replay.errorText)")
            for chunk in stride(from: 60, to: 150, by: 10) {
                try await site.produce(Array(events[chunk..<chunk + 10]))
                try await Task.sleep(for: .milliseconds(250))
            }
            let ending = try await replay.ending()
            #expect(ending.status == 0, "\(ending)\n\(worker.errorText)")
            let account = try #require(try ending.objects.last)
            #expect((account["held_back"] as? Int ?? 0) > 0, "some had to wait: \(ending.output)")
            try await site.produce(Array(events[150..<160]))
            try await settle(160, at: site, worker)
            let isAll = await eventually(within: .seconds(20)) {
                Set(site.erp.journal.entries.compactMap(\.eventID)).count == 160
            }
            #expect(isAll, "\(worker.errorText)")
            for key in Set(events.map(\.key)) {
                let replayed = old.filter { $0.key == key && $0.change == .updated }.map(\.id)
                checkOrder(of: key, site, replayed: Set(replayed), sourceLocation: #_sourceLocation)
            }
            let letters = try await site.penstock("dead-letters", "list")
            #expect(letters.output == "no dead letters\n")
            worker.signal(SIGTERM)
            #expect(try await worker.ending().status == 0)
        }
    }

    @Test("keys that a killed replay held wait, over a restart of the workers; the resumed one lets them go")
    func killed() async throws {
        try await Site.run(partitions: 1) { site in
            let events = customerEvents(90, customers: 3)
            var worker = try site.start("run")
            defer { worker.end() }
            try await site.produce(Array(events[0..<60]))
            try await settle(60, at: site, worker)
            let arguments = [
                "replay", "customers", "--type", "crm.customer.updated", "--again", "--name", "r2", "--yes",
            ]
            let replay = try Program(
                arguments + ["--rate", "10/s"], environment: site.environment, in: site.folder)
            defer { replay.end() }
            #expect(await eventually(within: .seconds(60)) { site.erp.journal.count >= 70 }, "\(replay.errorText)")
            replay.signal(SIGKILL)
            _ = try await replay.ending()
            worker.signal(SIGTERM)
            #expect(try await worker.ending().status == 0)

            worker = try site.start("run")
            let before = site.erp.journal.count
            try await site.produce(Array(events[60..<90]))
            try await settle(90, at: site, worker)
            #expect(site.erp.journal.count == before, "they wait behind the replay\n\(worker.errorText)")
            let other = try await site.penstock("replay", "customers", "--name", "r3")
            #expect(other.status == 1 && other.errors.contains("r2"), "\(other)")
            let resumed = try await Program.run(arguments, environment: site.environment, in: site.folder)
            #expect(resumed.status == 0, "\(resumed)\n\(worker.errorText)")
            for key in Set(events.map(\.key)) {
                let replayed = events[0..<60].filter { $0.key == key && $0.change == .updated }.map(\.id)
                checkOrder(of: key, site, replayed: Set(replayed), sourceLocation: #_sourceLocation)
            }
            #expect(Set(site.erp.journal.entries.compactMap(\.eventID)).count == 90)
            worker.signal(SIGTERM)
            #expect(try await worker.ending().status == 0)
        }
    }
}
