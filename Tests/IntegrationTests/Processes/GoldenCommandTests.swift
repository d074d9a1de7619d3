import Foundation
import TestKit
import Testing

/// `penstock test`, as a developer and a CI system run it.
@Suite("penstock test")
struct GoldenCommandTests {
    /// A copy of the reference example.
    private func example() throws -> Workspace {
        let folder = try Workspace()
        let source = Repository.path("examples/crm-to-erp")
        for name in ["penstock.yaml", "mappings", "events", "cases"] {
            try FileManager.default.copyItem(atPath: "\(source)/\(name)", toPath: "\(folder.path)/\(name)")
        }
        try FileManager.default.createSymbolicLink(
            atPath: folder.path + "/Schemas", withDestinationPath: Repository.path("Schemas"))
        return folder
    }

    private func run(_ arguments: String..., in folder: Workspace) async throws -> Program.Ending {
        try await Program.run(["test"] + arguments, in: folder)
    }

    private func read(_ name: String, in folder: Workspace) throws -> String {
        try String(contentsOfFile: folder.path + "/" + name, encoding: .utf8)
    }

    private func change(_ name: String, _ old: String, _ new: String, in folder: Workspace) throws {
        let text = try read(name, in: folder)
        #expect(text.contains(old))
        try folder.write(name, text.replacing(old, with: new))
    }

    @Test("the example's cases pass and cover its flow: exit code 0")
    func passes() async throws {
        let folder = try example()
        let ending = try await run("--require-coverage", in: folder)
        #expect(ending.status == 0, "\(ending.output)\(ending.errors)")
        #expect(ending.lines.first == "flow       steps   conditions  branches")
        #expect(ending.lines.last?.hasPrefix("14 passed, 0 failed in ") ?? false)
        #expect(!ending.output.contains("\u{1B}"), "no colours in a pipe")
        let verbose = try await run("-v", "--filter", "RETRY-after", in: folder)
        #expect(verbose.lines.count == 2, "no coverage of a part: \(verbose.output)")
        #expect(verbose.lines.first == "passed cases/faults.yaml:14:3: Retry-After is honoured")
        let other = try await Program.run(
            ["test", folder.path + "/penstock.yaml", "--cases", folder.path + "/cases/skipped.yaml"],
            in: try Workspace())
        #expect(other.status == 0)
        #expect(other.output.hasPrefix("2 passed, 0 failed"), "\(other.output)\(other.errors)")
    }

    @Test("a change of the mapping is told member by member: exit code 1; --update takes it over")
    func fails() async throws {
        let folder = try example()
        try change("mappings/customer-to-client.jq", #"\(.data.firstName) "#, #"\(.data.firstName)  "#, in: folder)
        let ending = try await run(in: folder)
        #expect(ending.status == 1)
        #expect(
            ending.output.contains(
                """
                FAILED cases/created.yaml:2:3: a created customer becomes a client
                  /calls/0/body/clientName (cases/created.yaml:20:11)
                    - "Amara Rossi"
                    + "Amara  Rossi"

                """), "\(ending.output)")
        #expect(ending.lines.last?.hasPrefix("11 passed, 3 failed") ?? false)

        let before = try read("cases/created.yaml", in: folder)
        let update = try await run("--update", in: folder)
        #expect(update.status == 0)
        #expect(
            update.lines == [
                "cases/created.yaml: 1 case updated", "cases/deleted.yaml: 1 case updated",
                "cases/updated.yaml: 1 case updated",
            ], "\(update.output)")
        let after = try read("cases/created.yaml", in: folder)
        #expect(after.contains("clientName: Amara  Rossi\n"))
        #expect(after.contains("# Every file here is a golden case"))
        #expect(after.split(separator: "\n").last == before.split(separator: "\n").last, "the other case as it was")
        #expect(try await run(in: folder).status == 0)
        #expect(try await run("--update", in: folder).output == "nothing to update: 14 passed\n")
    }

    @Test("JUnit and JSON for machines")
    func machines() async throws {
        let folder = try example()
        try change("cases/skipped.yaml", "expect: { outcome: skipped", "expect: { outcome: applied", in: folder)
        let ending = try await run("--junit", "result.xml", "--output", "json", in: folder)
        #expect(ending.status == 1)
        let result = try #require(
            try JSONSerialization.jsonObject(with: Data(ending.output.utf8)) as? [String: Any], "\(ending.output)")
        #expect(result["passed"] as? Int == 13)
        #expect(result["failed"] as? Int == 1)
        #expect((result["cases"] as? [[String: Any]])?.count == 14)
        let coverage = try #require((result["coverage"] as? [[String: Any]])?.first)
        #expect((coverage["missing"] as? [Any])?.isEmpty == true)
        let parser = XMLText(try read("result.xml", in: folder))
        #expect(parser.isWellFormed)
        #expect(parser.count("<testsuite ") == 6)
        #expect(parser.count("<testcase ") == 14)
        #expect(parser.count("<failure ") == 1)
        #expect(parser.text.contains("tests=\"14\" failures=\"1\""))
    }

    @Test("secrets and addresses need not be there: nobody is called")
    func noSecrets() async throws {
        let folder = try example()
        try change("penstock.yaml", "${ERP_CLIENT_SECRET:-penstock-secret}", "${file:/run/secrets/none}", in: folder)
        try change("penstock.yaml", "${ERP_URL:-http://localhost:8080}", "${NO_SUCH_URL}", in: folder)
        let ending = try await run(in: folder)
        #expect(ending.status == 0, "\(ending.errors)")
        #expect(try await Program.run(["check"], in: folder).status == 2, "they must be there to run")
    }

    @Test("what no case reaches is told, and fails where coverage is required")
    func coverage() async throws {
        let folder = try example()
        try FileManager.default.removeItem(atPath: folder.path + "/cases/deleted.yaml")
        let ending = try await run(in: folder)
        #expect(ending.status == 0)
        for line in [
            "not covered mappings/customer-to-client.jq:7:52: then is never taken",
            "not covered penstock.yaml:42:9: step deactivate-client is never called",
            "not covered penstock.yaml:43:15: when of deactivate-client never holds",
        ] {
            #expect(ending.lines.contains(line), "\(ending.output)")
        }
        #expect(try await run("--require-coverage", in: folder).status == 1)
    }

    @Test("a case file that is wrong is told with its place: exit code 2")
    func wrongUse() async throws {
        let folder = try example()
        try folder.write("cases/z.yaml", "event: {}\nexpct: {}\n")
        try folder.write("cases/zz.yaml", "event: {}\nanswers: { create-clent: 200 }\n")
        let unknown = try await run(in: folder)
        #expect(unknown.status == 2)
        #expect(unknown.errors == "error: cases/z.yaml:2:1: expct: unknown key (did you mean expect?)\n")
        try FileManager.default.removeItem(atPath: folder.path + "/cases/z.yaml")
        let step = try await run(in: folder)
        #expect(step.status == 2)
        #expect(
            step.errors == "error: cases/zz.yaml:2:12: answers.create-clent: the flow customers has no step "
                + "‘create-clent’ (did you mean create-client?)\n")
        try folder.write("cases/zz.yaml", "event: {}\nflow: orders\n")
        let flow = try await run(in: folder)
        #expect(flow.errors.contains("cases/zz.yaml:1:1: flow: there is no flow ‘orders’; there are: customers"))
        let filter = try await run("--cases", "cases/created.yaml", "--filter", "nothing", in: folder)
        #expect(filter.status == 2)
        try FileManager.default.removeItem(atPath: folder.path + "/cases")
        let none = try await run(in: folder)
        #expect(none.status == 2)
        #expect(none.errors.contains("cases: there is no such file or folder with golden cases"))
    }
}

/// Just enough of XML for a test: whether tags close in order.
private struct XMLText {
    let text: String

    init(_ text: String) { self.text = text }

    func count(_ part: String) -> Int { text.ranges(of: part).count }

    var isWellFormed: Bool {
        var open: [Substring] = []
        for match in text.matches(of: /<([\/?]?)([a-z]+)((?:\s+[a-z]+="[^"<]*")*)\s*([\/?]?)>/) {
            if match.1 == "?" || match.4 == "/" { continue }
            if match.1 == "/" {
                guard open.popLast() == match.2 else { return false }
            } else {
                open.append(match.2)
            }
        }
        return open.isEmpty
    }
}
