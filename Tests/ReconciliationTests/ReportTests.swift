import Foundation
import JSON
import Testing

@testable import Reconciliation

@Suite struct ReportTests {
    private func report(_ findings: [Finding], equal: Int = 0, rowLimit: Int = 5_000) throws -> String {
        let folder = NSTemporaryDirectory() + "report-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let file = try FindingsFile(writing: folder + "/findings")
        var tally = Tally()
        for _ in 0..<equal { tally.addEqual() }
        for finding in findings {
            try file.add(finding)
            tally.add(finding)
        }
        try file.close()
        let summary = ReportSummary(title: "a <b> & c", facts: [.init("flow", "</script>")], tally: tally)
        try ReportWriter(rowLimit: rowLimit).write(summary, findings: file.path, to: folder + "/report.html")
        return try String(contentsOfFile: folder + "/report.html", encoding: .utf8)
    }

    /// The document in the script element with this identifier.
    private func data(_ id: String, in page: String) throws -> [UInt8] {
        let start = try #require(page.range(of: "<script type=\"application/json\" id=\"\(id)\">"))
        let end = try #require(page.range(of: "</script>", range: start.upperBound..<page.endIndex))
        return Array(page[start.upperBound..<end.lowerBound].utf8)
    }

    @Test("What keys and documents hold is never HTML, and comes back as it was")
    func embedding() throws {
        let key = "</script><img src=x onerror=alert(1)>"
        let page = try report([
            Finding(
                key: Array(key.utf8), verdict: .different, origin: .init(partition: 3, offset: 7),
                differences: [MemberDifference(pointer: "/a", expected: "\"<!--\"", actual: nil)])
        ])
        #expect(!page.contains("<img") && !page.contains("<!--"))
        #expect(page.contains("<title>a &lt;b&gt; &amp; c"))
        let rows = try data("rows", in: page)
        let document = Document()
        let row = try #require(try rows.withUnsafeBytes { try document.parse($0) }[0])
        #expect(row[0]?.string == key && row[1]?.string == "different" && row[3]?.string == "3/7")
        #expect(row[4]?[0]?[1]?.string == "\"<!--\"" && row[4]?[0]?[2]?.kind == .null)
    }

    @Test("Of a verdict so many keys are listed, and all are counted")
    func limit() throws {
        let findings = (0..<9).map { Finding(key: Array("k\($0)".utf8), verdict: .missing) }
        let page = try report(findings + [Finding(key: [1], verdict: .unknown)], equal: 20, rowLimit: 4)
        let document = Document()
        #expect(try data("rows", in: page).withUnsafeBytes { try document.parse($0).count } == 5)
        let summary = try data("summary", in: page)
        let verdicts = try #require(try summary.withUnsafeBytes { try document.parse($0) }["verdicts"])
        #expect(verdicts.elements.compactMap { $0[2]?.int } == [20, 0, 9, 1, 0, 0])
    }
}
