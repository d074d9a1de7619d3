import Foundation
import Kafka
import PenstockService
import SimulatedSystems
import TestKit
import Testing

/// A range of history runs again: what is missing is called, and nothing else.
@Suite("Replays")
struct ReplayTests {
    private func number(_ name: String, _ ending: Program.Ending) throws -> Int? {
        try ending.objects.last?[name] as? Int
    }

    @Test("with receipts for all but ten, exactly ten calls; then none")
    func onlyWhatIsMissing() async throws {
        try await Site.run(partitions: 4) { site in
            let history = try await History.write(History.size(20_000), missing: 10, partitions: 4, at: site)
            let dry = try await Program.run(
                ["replay", "customers", "--dry-run", "--output", "json"], environment: site.environment,
                in: site.folder, within: .seconds(600))
            #expect(dry.status == 0, "\(dry.errors)")
            #expect(try dry.objects.count == 11, "ten events and the summary")
            #expect(try number("would_call", dry) == 10)
            #expect(site.erp.currentSummary.requests == 0, "nothing is called")

            let start = ContinuousClock.now
            let replay = try await Program.run(
                ["replay", "customers", "--output", "json"], environment: site.environment, in: site.folder,
                within: .seconds(600))
            print("replay of \(history.count) events:", ContinuousClock.now - start)
            #expect(replay.status == 0, "\(replay.errors)")
            #expect(try number("selected", replay) == history.count, "\(replay.output)")
            #expect(try number("called", replay) == 10)
            #expect(try number("with_receipts", replay) == history.count - 10)
            #expect(try replay.objects.last?["balanced"] as? Bool == true)
            #expect(site.erp.currentSummary.requests == 10, "exactly ten calls")
            #expect(Set(site.erp.journal.entries.compactMap(\.eventID)) == Set(history.missing.map(\.id)))

            let again = try await Program.run(
                ["replay", "customers", "--output", "json"], environment: site.environment, in: site.folder,
                within: .seconds(600))
            #expect(again.status == 0, "\(again.errors)")
            #expect(try number("called", again) == 0, "\(again.output)")
            #expect(site.erp.currentSummary.requests == 10)
        }
    }

    @Test("killed half-way and resumed, it calls exactly the rest", arguments: [SIGKILL, SIGINT])
    func resumed(signal: Int32) async throws {
        try await Site.run(partitions: 2) { site in
            let history = try await History.write(History.size(2_000), missing: 10, partitions: 2, at: site)
            let first = try site.start("replay", "customers", "--rate", "1/s", "--name", "mend")
            defer { first.end() }
            #expect(await eventually(within: .seconds(300)) { site.erp.journal.count >= 5 }, "\(first.errorText)")
            first.signal(signal)
            let ending = try await first.ending()
            let done = site.erp.journal.count
            #expect((5..<10).contains(done))
            if signal == SIGINT {
                #expect(ending.status == 1, "\(ending)")
                #expect(ending.errors.contains("goes on from here"))
                #expect(ending.output.contains("left: \(10 - done)"), "\(ending.output)")
            }
            let start = ContinuousClock.now
            let second = try await Program.run(
                ["replay", "customers", "--name", "mend", "--output", "json"], environment: site.environment,
                in: site.folder, within: .seconds(600))
            let requests = site.erp.currentSummary.requests
            print(
                "replay of \(history.count) events ended by signal \(signal) after \(done) calls, resumed with",
                "\(requests - done):", ContinuousClock.now - start)
            #expect(second.status == 0, "\(second.errors)")
            let effects = site.erp.journal.entries.filter { $0.kind == .applied }
            #expect(effects.count == 10, "each once")
            #expect(Set(effects.compactMap(\.eventID)) == Set(history.missing.map(\.id)))
            // A kill between an effect and its receipt repeats that one, under its name.
            #expect(requests <= (signal == SIGKILL ? 11 : 10))
            if signal == SIGINT { #expect(second.errors.contains("resuming the replay mend"), "\(second.errors)") }
            #expect(try number("left", second) == 0)
        }
    }

    @Test("--again makes effects anew under names of its own, asks with the count, and does so once for each name")
    func again() async throws {
        try await Site.run { site in
            let events = customerEvents(60, customers: 6)
            let updates = events.filter { $0.change == .updated }.count
            try await site.produce(events)
            let run = try await site.penstock("run", "--exit-when-idle", "1", "--log-level", "critical")
            #expect(run.status == 0, "\(run.errors)")
            let selection = ["replay", "customers", "--type", "crm.customer.updated", "--again", "--name", "again-1"]
            func replay(_ more: String...) async throws -> Program.Ending {
                try await Program.run(selection + more, environment: site.environment, in: site.folder)
            }
            let piped = try await replay()
            #expect(piped.status == 2, "\(piped)")
            #expect(piped.errors.contains("call \(updates) events") && piped.errors.contains("--yes"), "\(piped)")
            #expect(site.erp.journal.count == 60)
            let first = try await replay("--yes", "--output", "json")
            #expect(first.status == 0, "\(first.errors)")
            #expect(try number("called", first) == updates, "\(first.output)")
            #expect(site.erp.journal.count == 60 + updates)
            #expect(site.erp.journal.entries.allSatisfy { $0.kind == .applied })
            for key in Set(events.map(\.key)) {
                let replayed = site.erp.journal.entries.dropFirst(60).filter { $0.clientIdentifier == key }
                #expect(replayed.map { $0.version ?? 0 } == replayed.map { $0.version ?? 0 }.sorted())
            }
            let second = try await replay("--yes", "--output", "json")
            #expect(try number("called", second) == 0, "\(second.output)")
            #expect(second.errors.contains("another --name"))
            let plain = try await site.penstock("replay", "customers", "--output", "json")
            #expect(try number("called", plain) == 0, "\(plain.output)\(plain.errors)")
        }
    }

    @Test("a failing event stops its key, is told and not parked; the next replay of it calls it again")
    func failure() async throws {
        try await Site.run { site in
            let history = try await History.write(400, missing: 40, partitions: 2, at: site)
            site.erp.faults.replace(with: [FaultRule(.answer(status: 409), path: "/v2/*")])
            let first = try await site.penstock("replay", "customers", "--output", "json")
            #expect(first.status == 1, "\(first)")
            #expect(first.errors.contains("failed: "))
            let failed = try number("failed", first) ?? 0
            #expect(failed == Set(history.missing.map(\.key)).count, "\(first.output)")
            #expect(try number("behind_failed", first) == 40 - failed)
            #expect(try first.objects.last?["balanced"] as? Bool == true)
            site.erp.faults.clear()
            let second = try await site.penstock("replay", "customers", "--output", "json")
            #expect(second.status == 0, "\(second)")
            #expect(try number("called", second) == 40)
            let letters = try await site.penstock("dead-letters", "list")
            // A real broker has no such topic before something is parked.
            let isEmpty = letters.output == "no dead letters\n" || letters.errors.contains("does not exist")
            #expect(isEmpty, "\(letters)")
        }
    }

    @Test("ranges and filters choose; --to-topic copies unchanged, with a header that names the replay")
    func toTopic() async throws {
        try await Site.run(partitions: 1) { site in
            let events = customerEvents(50, customers: 5)
            try await site.produce(events)
            let target = try await blocking { try site.broker.createTopic("copy", partitions: 1) }
            let selection = ["replay", "customers", "--to-topic", target, "--name", "copy-1"]
            let copy = try await Program.run(
                selection + ["--from", "0:10", "--to", "0:40", "--where", ".data.version > 1"],
                environment: site.environment, in: site.folder)
            #expect(copy.status == 0, "\(copy.errors)")
            let expected = events[10..<40].filter { $0.change == .updated }
            #expect(copy.output == "\(expected.count) events written to \(target)\n")
            let records = try await blocking {
                let reader = try TopicReader(
                    topic: target, from: .earliest, client: site.broker.properties, timeout: .seconds(10),
                    logger: BrokerAccess.quiet)
                defer { reader.close() }
                return try reader.readToEnd(within: .seconds(20))
            }
            #expect(records.map(\.value) == expected.map { $0.structured.value })
            #expect(records.map(\.key) == expected.map { Array($0.key.utf8) })
            #expect(records.allSatisfy { $0.header("penstock.replay") == "copy-1" })
            #expect(records.allSatisfy { $0.header("content-type") == "application/cloudevents+json" })
            #expect(site.erp.currentSummary.requests == 0)
            let same = try await site.penstock("replay", "customers", "--to-topic", site.topic)
            #expect(same.status == 2)
        }
    }

    @Test(
        "wrong use is told with what would be right, with 2",
        arguments: [
            (["nobody"], "its flows are: customers"), (["customers", "--from", "yesterday"], "beginning, now"),
            (["customers", "--from", "0:5", "--to", "0:2"], "ends before it begins"),
            (["customers", "--from", "3:0"], "there is no partition 3"),
            (["customers", "--from", "0:50"], "holds the offsets from 0 to 10"),
            (["customers", "--from", "0:1", "--to", "1:1"], "there is no partition 1"),
            (["customers", "--where", ".a |"], "--where"), (["customers", "--rate", "fast"], "50/s"),
            (["customers", "--name", "a/b"], "letters"), (["customers", "--again", "--to-topic", "x"], "not both"),
        ])
    func wrongUse(arguments: [String], hint: String) async throws {
        try await Site.run(partitions: 1) { site in
            try await site.produce(customerEvents(10))
            let ending = try await Program.run(
                ["replay"] + arguments, environment: site.environment, in: site.folder)
            #expect(ending.status == 2, "\(ending)")
            #expect(ending.errors.contains(hint), "\(ending.errors)")
        }
    }

    @Test("a name that is under way with another range is refused")
    func otherChoice() async throws {
        try await Site.run(partitions: 1) { site in
            _ = try await History.write(300, missing: 20, partitions: 1, at: site)
            let first = try site.start("replay", "customers", "--rate", "5/s", "--name", "mine")
            defer { first.end() }
            #expect(await eventually(within: .seconds(60)) { site.erp.journal.count >= 2 }, "\(first.errorText)")
            first.signal(SIGINT)
            _ = try await first.ending()
            let other = try await site.penstock("replay", "customers", "--from", "0:10", "--name", "mine")
            #expect(other.status == 2, "\(other)")
            #expect(other.errors.contains("--restart"))
        }
    }

    @Test("a broker that does not answer is named, with 3")
    func deadBroker() async throws {
        try await Site.run(partitions: 1) { site in
            let ending = try await site.penstock(
                "replay", "customers", environment: ["KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1"])
            #expect(ending.status == 3, "\(ending)")
            #expect(ending.errors.contains("127.0.0.1:1"))
        }
    }
}
