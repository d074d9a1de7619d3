import Foundation
import TestKit
import Testing

/// The commands at work, as a user runs them.
@Suite("Commands")
struct CommandTests {
    private static func event(_ id: String, customer: String = "CRM-1", email: String = "a@example.com") -> String {
        #"{"specversion":"1.0","id":"\#(id)","source":"/crm","type":"crm.customer.created","subject":"\#(customer)","#
            + #""data":{"id":"\#(customer)","firstName":"Ada","lastName":"Brown","email":"\#(email)","#
            + #""address":{"street":"1 Way","city":"Boston","state":"MA","zip":"02101"},"version":1}}"#
    }

    private func objects(_ lines: [String]) throws -> [[String: Any]] {
        try lines.map { try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any], "\($0)") }
    }

    @Test("produce takes NDJSON, a JSON array and standard input; tail shows the records; lag counts them")
    func produceTailLag() async throws {
        try await Site.run { site in
            try site.folder.write("a.ndjson", Self.event("1") + "\n\n" + Self.event("2", customer: "CRM-2") + "\n")
            try site.folder.write("b.json", "[\(Self.event("3")),\n \(Self.event("4"))]")
            let files = try await site.penstock("produce", "--flow", "customers", "a.ndjson", "b.json")
            #expect(files.status == 0, "\(files.errors)")
            #expect(files.output == "4 events produced to \(site.topic)\n")
            #expect(files.errors.isEmpty, "quiet when piped: \(files.errors)")
            let binary = try await site.penstock(
                "produce", "--flow", "customers", "--binary", "--output", "json", input: Self.event("5") + "\n")
            #expect(binary.output == "{\"topic\":\"\(site.topic)\",\"produced\":1}\n", "\(binary.errors)")

            let tail = try await site.penstock("tail", site.topic, "--from", "beginning", "--no-follow")
            #expect(tail.status == 0, "\(tail.errors)")
            let records = try objects(tail.lines)
            #expect(records.count == 5)
            let keys = records.compactMap { $0["key"] as? String }
            #expect(
                keys.sorted() == ["CRM-1", "CRM-1", "CRM-1", "CRM-1", "CRM-2"], "the CloudEvents subject is the key")
            let fifth = try #require(records.first { ($0["headers"] as? [String: Any])?["ce_id"] as? String == "5" })
            #expect(
                (fifth["value"] as? [String: Any])?["lastName"] as? String == "Brown", "binary: the value is the data")
            let filtered = try await site.penstock(
                "tail", site.topic, "--from", "beginning", "--no-follow", "--filter", #".value.id == "2""#)
            #expect(filtered.lines.count == 1)
            let limited = try await site.penstock("tail", site.topic, "--from", "beginning", "--max", "2")
            #expect(limited.lines.count == 2, "\(limited.errors)")
            let begin = ContinuousClock.now
            let end = try await site.penstock("tail", site.topic, "--from", "end", "--no-follow")
            #expect(end.status == 0)
            #expect(end.output.isEmpty)
            #expect(ContinuousClock.now - begin < .seconds(8), "nothing is waited for")

            let table = try await site.penstock("lag")
            #expect(table.lines.last == "total lag: 5", "\(table.output)\(table.errors)")
            let lag = try objects(try await site.penstock("lag", "--output", "json").lines)
            #expect(lag.count == 2)
            #expect(lag.reduce(0) { $0 + ($1["lag"] as? Int ?? 0) } == 5)
            #expect(lag.allSatisfy { $0["committed"] is NSNull && $0["group"] as? String == site.group })
        }
    }

    @Test("one invalid event refuses all, each told with its place")
    func produceRefuses() async throws {
        try await Site.run { site in
            let lines = [Self.event("1"), Self.event("2", email: "nowhere"), "{", Self.event("4")]
            try site.folder.write("events.ndjson", lines.joined(separator: "\n"))
            let ending = try await site.penstock("produce", "--flow", "customers", "events.ndjson")
            #expect(ending.status == 1)
            #expect(ending.errors.contains("events.ndjson:2: not valid"))
            #expect(ending.errors.contains("/data/email"))
            #expect(ending.errors.contains("events.ndjson:3: "))
            #expect(ending.errors.contains("error: 2 of 4 events are not valid; nothing was produced"))
            let lag = try await site.penstock("lag")
            #expect(lag.lines.last == "total lag: 0")
        }
    }

    @Test("produce takes CSV: each row becomes an object of strings, keyed by an expression")
    func produceCSV() async throws {
        try await Site.run(partitions: 1) { site in
            try site.folder.write("members.csv", "id,name,city\n7,\"Brown, Ada\",Boston\n8,\"Bob \"\"B\"\"\",\n")
            let ending = try await site.penstock("produce", "--topic", site.topic, "--key", ".id", "members.csv")
            #expect(ending.status == 0, "\(ending.errors)")
            let records = try objects(
                try await site.penstock("tail", site.topic, "--from", "beginning", "--no-follow").lines)
            #expect(records.compactMap { $0["key"] as? String } == ["7", "8"])
            let values = records.compactMap { $0["value"] as? [String: String] }
            #expect(
                values == [
                    ["id": "7", "name": "Brown, Ada", "city": "Boston"], ["id": "8", "name": "Bob \"B\"", "city": ""],
                ])
            try site.folder.write("bad.csv", "id,name\n7\n")
            let bad = try await site.penstock("produce", "--topic", site.topic, "bad.csv")
            #expect(bad.status == 1, "\(bad.output)\(bad.errors)")
            #expect(bad.errors.contains("bad.csv"))
        }
    }

    @Test("map runs a mapping on files and standard input; what fails is told with its place, with 1")
    func map() async throws {
        let folder = try Workspace()
        try folder.write("name.jq", "# who\n.first + \" \" + .last")
        try folder.write("people.ndjson", "{\"first\":\"Ada\",\"last\":\"B\"}\n{\"first\":1,\"last\":\"B\"}\n")
        let files = try await Program.run(["map", "name.jq", "people.ndjson"], in: folder)
        #expect(files.status == 1)
        #expect(files.output == "\"Ada B\"\n")
        #expect(files.errors.contains("people.ndjson:2: "))
        #expect(files.errors.contains("name.jq:2:"))
        let raw = try await Program.run(
            ["map", "-r", "-e", ".[] | .a"], input: #"{"x":{"a":"é"},"y":{"a":"z"}}"#, in: folder)
        #expect(raw.status == 0)
        #expect(raw.output == "é\nz\n")
        let compact = try await Program.run(["map", "-c", "-e", "{b: .a, n: 1.50}"], input: #"{"a":[1]}"#, in: folder)
        #expect(compact.output == "{\"b\":[1],\"n\":1.50}\n")
    }

    @Test("the reference mapping makes a valid client of the reference event")
    func referenceMapping() async throws {
        let folder = try Workspace()
        let example = Repository.path("examples/crm-to-erp")
        let mapped = try await Program.run(
            ["map", "-c", example + "/mappings/customer-to-client.jq", example + "/events/customer-created.json"],
            in: folder)
        #expect(mapped.status == 0, "\(mapped.errors)")
        let valid = try await Program.run(
            ["validate", Repository.path("Schemas/erp/client.v2.json")], input: mapped.output, in: folder)
        #expect(valid.status == 0, "\(valid.output)")
        #expect(valid.output == "1 valid, 0 not valid\n")
    }

    @Test("validate tells what is wrong and where, with 1; as JSON one object for each document")
    func validate() async throws {
        let folder = try Workspace()
        let schema = Repository.path("Schemas/crm/customer-event.v1.json")
        try folder.write("events.ndjson", [Self.event("1"), Self.event("2", email: "x"), "[1"].joined(separator: "\n"))
        let table = try await Program.run(["validate", schema, "events.ndjson"], in: folder)
        #expect(table.status == 1)
        #expect(table.lines.last == "1 valid, 2 not valid")
        #expect(table.output.contains("events.ndjson:2: not valid"))
        #expect(table.output.contains("/data/email"))
        #expect(table.output.contains("events.ndjson:3:3: not valid: the document ends"))
        let json = try objects(
            try await Program.run(["validate", schema, "events.ndjson", "--output", "json"], in: folder).lines)
        #expect(json.map { $0["valid"] as? Bool } == [true, false, false])
        let lenient = try await Program.run(
            ["validate", schema, "--no-formats"], input: Self.event("2", email: "x"), in: folder)
        #expect(lenient.status == 0, "\(lenient.output)")
    }

    @Test("config schema prints what Schemas/config/penstock.schema.json holds")
    func configSchema() async throws {
        let ending = try await Program.run(["config", "schema"], in: try Workspace())
        let committed = try String(
            contentsOfFile: Repository.path("Schemas/config/penstock.schema.json"), encoding: .utf8)
        #expect(ending.status == 0)
        #expect(ending.output == committed)
    }

    @Test("check of the reference example is fine, and says what it found")
    func check() async throws {
        try await Site.run { site in
            let table = try await site.penstock("check")
            #expect(table.status == 0, "\(table.output)\(table.errors)")
            #expect(table.output.contains("flow customers: \(site.topic) -> create-client, update-client"))
            let json = try await site.penstock("check", "--output", "json")
            #expect(json.output == "{\"ok\":true,\"flows\":1,\"errors\":0,\"warnings\":0}\n")
        }
    }
}
