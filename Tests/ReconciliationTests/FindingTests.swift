import Foundation
import JSON
import Testing

@testable import Reconciliation

@Suite struct FindingTests {
    static let findings = [
        Finding(
            key: Array("CRM-1".utf8), verdict: .different, origin: .init(partition: 3, offset: 1_207),
            differences: [
                MemberDifference(pointer: "/a", expected: "1", actual: nil),
                MemberDifference(pointer: "", expected: nil, actual: #"{"x":"</script>"}"#),
            ], references: #"{"client_id":"C1"}"#),
        Finding(key: [0xff, 0x0a], verdict: .unknown),
        Finding(key: [], verdict: .notComparable, reason: "parked: at offset 7"),
    ]

    @Test("A finding comes back from its line")
    func lines() throws {
        try withFolder { folder in
            let file = try FindingsFile(writing: folder + "/findings")
            for finding in Self.findings { try file.add(finding) }
            try file.close()
            var read: [Finding] = []
            try FindingsFile.read(file.path) {
                read.append($0)
                return true
            }
            #expect(read == Self.findings)
            #expect(read[1].keyText == "0xff0a")
        }
    }

    @Test("A tally counts verdicts, members by their places, and reasons without what differs from key to key")
    func tally() {
        var tally = Tally()
        for _ in 0..<7 { tally.addEqual() }
        for finding in Self.findings { tally.add(finding) }
        tally.add(
            Finding(
                key: [], verdict: .different,
                differences: [MemberDifference(pointer: "/lines/12/price", expected: "1", actual: "2")]))
        #expect(tally[.equal] == 7 && tally[.different] == 2 && tally.total == 11 && tally.problems == 4)
        #expect(tally.members == ["/a": 1, "": 1, "/lines/*/price": 1])
        #expect(tally.reasons == [.notComparable: ["parked": 1]])
    }

    @Test(
        "The parts of a bar fill it, and none that is not empty vanishes",
        arguments: [[1, 1, 1], [100_000, 1, 1, 0], [0, 0, 5], [3, 999, 998], [1, 2, 3, 4, 5, 6]])
    func bar(counts: [Int]) {
        let widths = ProportionBar.widths(counts, width: 40)
        #expect(widths.reduce(0, +) == 40)
        #expect(zip(counts, widths).allSatisfy { ($0 > 0) == ($1 > 0) })
        #expect(ProportionBar.widths([0, 0], width: 40) == [0, 0])
    }

    @Test("A report stands alone: nothing in it ends its data, nothing is loaded, and what is left out is few rows")
    func report() throws {
        try withFolder { folder in
            let file = try FindingsFile(writing: folder + "/findings")
            for finding in Self.findings + Self.findings { try file.add(finding) }
            try file.close()
            var tally = Tally()
            for finding in Self.findings + Self.findings { tally.add(finding) }
            let path = folder + "/report.html"
            try ReportWriter(rowLimit: 1).write(
                ReportSummary(title: "customers <b>", facts: [.init("system", "erp")], tally: tally),
                findings: file.path, to: path)
            let text = try String(contentsOfFile: path, encoding: .utf8)
            #expect(text.contains("<title>customers &lt;b&gt;</title>"))
            #expect(text.contains("default-src 'none'"))
            #expect(!text.contains("src=") && !text.contains("@import"))
            let part = try #require(text.components(separatedBy: "id=\"rows\">").last)
            let json = try #require(part.components(separatedBy: "</script>").first)
            let rows = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [[Any]])
            #expect(rows.count == 3)
            let differences = try #require(rows[0][4] as? [[Any]])
            #expect(differences[1][2] as? String == #"{"x":"</script>"}"#)
        }
    }
}
