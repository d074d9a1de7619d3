import Foundation
import Kafka
import SimulatedSystems
import TestKit
import Testing

/// Where a group stands, and how an operator moves it without shooting a foot.
@Suite("Offsets")
struct OffsetsTests {
    private func sum(_ name: String, _ ending: Program.Ending) throws -> Int {
        try ending.objects.reduce(0) { $0 + ($1[name] as? Int ?? 0) }
    }

    @Test("show tells by partition what is committed and left; set counts what it would repeat, and asks")
    func showAndSet() async throws {
        try await Site.run { site in
            try await site.produce(customerEvents(40))
            let run = try await site.penstock("run", "--exit-when-idle", "1", "--log-level", "critical")
            #expect(run.status == 0, "\(run.errors)")
            try await site.produce(customerEvents(10, seed: 9))

            let show = try await site.penstock("offsets", "show", "customers", "--output", "json")
            #expect(show.status == 0, "\(show.errors)")
            #expect(try show.objects.count == 2)
            #expect(try sum("committed", show) == 40)
            #expect(try sum("lag", show) == 10)
            #expect(try sum("settled_ahead", show) == 0)
            let table = try await site.penstock("offsets", "show", "customers")
            #expect(table.lines.first?.hasPrefix("partition  start  committed  ahead  end  lag") ?? false)
            #expect(table.lines.last?.hasSuffix("total lag: 10") ?? false, "\(table.output)")

            let back = try await site.penstock(
                "offsets", "set", "customers", "--to", "beginning", "--dry-run", "--output", "json")
            #expect(back.status == 0, "\(back.errors)")
            #expect(try sum("repeated", back) == 40)
            #expect(try sum("repeated_with_receipts", back) == 40)
            #expect(try sum("repeated_calls", back) == 0)
            let ahead = try await site.penstock("offsets", "set", "customers", "--to", "now", "--dry-run")
            #expect(ahead.output.contains("passed over: 10 events, of which 10 were never settled"), "\(ahead.output)")

            let piped = try await site.penstock("offsets", "set", "customers", "--to", "beginning")
            #expect(piped.status == 2, "piped, there is nobody to ask")
            #expect(piped.errors.contains("--yes"))
            #expect(try await site.committedCount() == 40, "nothing was done")
        }
    }

    @Test(
        "set moves the group; what is repeated and has receipts is not called again",
        .enabled(if: BrokerAccess.isReal, "the mock cluster keeps groups without members busy"))
    func move() async throws {
        try await Site.run { site in
            try await site.produce(customerEvents(40))
            var run = try await site.penstock("run", "--exit-when-idle", "1", "--log-level", "critical")
            #expect(run.status == 0, "\(run.errors)")
            let requests = site.erp.currentSummary.requests
            let set = try await site.penstock("offsets", "set", "customers", "--to", "beginning", "--yes")
            #expect(set.status == 0, "\(set.errors)")
            #expect(set.output.contains("repeated: 40 events, of which 0 would be called"), "\(set.output)")
            #expect(try await site.committedCount() == 0)
            run = try await site.penstock("run", "--exit-when-idle", "1", "--log-level", "critical")
            #expect(run.status == 0, "\(run.errors)")
            #expect(try await site.committedCount() == 40)
            #expect(site.erp.currentSummary.requests == requests)
            let one = try await site.penstock(
                "offsets", "set", "customers", "--to", "1h", "--partition", "1", "--dry-run", "--output", "json")
            #expect(try one.objects.first?["partitions"] is [Any], "\(one)")
        }
    }

    @Test(
        "a group whose workers run is not moved, and says so with 1",
        .enabled(if: BrokerAccess.isReal, "the mock cluster cannot tell who is in a group"))
    func workersRun() async throws {
        try await Site.run { site in
            try await site.produce(customerEvents(10))
            let worker = try site.start("run")
            defer { worker.end() }
            let isSettled = await eventually(within: .seconds(40)) { site.erp.journal.count == 10 }
            #expect(isSettled, "\(worker.errorText)")
            let set = try await site.penstock("offsets", "set", "customers", "--to", "beginning", "--yes")
            #expect(set.status == 1, "\(set)")
            #expect(set.errors.contains("stop"), "\(set.errors)")
        }
    }

    @Test(
        "wrong use is told with what would be right, with 2",
        arguments: [
            (["show", "nobody"], "its flows are: customers"), (["set", "customers", "--to", "yesterday"], "beginning"),
            (["set", "customers", "--to", "9:1"], "there is no partition 9"),
            (["set", "customers", "--to", "0:999"], "holds the offsets from 0 to"),
            (["set", "customers", "--to", "now", "--partition", "7"], "has no partition 7"),
            (["set", "customers"], "--to"), (["show"], "flow"),
        ])
    func wrongUse(arguments: [String], hint: String) async throws {
        try await Site.run(partitions: 1) { site in
            let ending = try await Program.run(
                ["offsets"] + arguments, environment: site.environment, in: site.folder)
            #expect(ending.status == 2, "\(ending)")
            #expect(ending.errors.contains(hint), "\(ending.errors)")
        }
    }

    @Test("a broker that does not answer is named, with 3")
    func deadBroker() async throws {
        try await Site.run(partitions: 1) { site in
            let dead = ["KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1"]
            async let show = site.penstock("offsets", "show", "customers", environment: dead)
            async let set = site.penstock("offsets", "set", "customers", "--to", "now", environment: dead)
            for ending in try await [show, set] {
                #expect(ending.status == 3, "\(ending)")
                #expect(ending.errors.contains("127.0.0.1:1"))
            }
        }
    }
}

extension Program.Ending {
    /// Lines of standard output as JSON objects.
    var objects: [[String: Any]] {
        get throws {
            try lines.map {
                try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any], "\($0)")
            }
        }
    }
}
