import JSON

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Writes findings as one HTML file that needs nothing else: no network, no other file.
///
/// The page says by its content security policy that it may load nothing. Keys and documents go into it as data and are
/// only ever shown as text.
public struct ReportWriter {
    /// More findings of one verdict are counted and not listed: a browser has to hold them all.
    public var rowLimit: Int

    public init(rowLimit: Int = 5_000) {
        self.rowLimit = rowLimit
    }

    /// - Parameters:
    ///   - findings: the path of a ``FindingsFile``.
    ///   - path: the report; written anew.
    public func write(_ summary: ReportSummary, findings: String, to path: String) throws {
        guard let file = fopen(path, "we") else { throw RunFile.failure(path) }
        var output = Output(file: file, path: path)
        do {
            try write(summary, findings, &output)
        } catch {
            fclose(file)
            throw error
        }
        guard fclose(file) == 0 else { throw RunFile.failure(path) }
    }

    private func write(_ summary: ReportSummary, _ findings: String, _ output: inout Output) throws {
        try output.put(ReportPage.beginning(title: summary.title))
        try output.put("<script type=\"application/json\" id=\"summary\">")
        try output.put(Self.json(of: summary))
        try output.put("</script>\n<script type=\"application/json\" id=\"rows\">[")
        let buffer = ByteBuffer(capacity: 4_096)
        var listed: [Verdict: Int] = [:]
        try FindingsFile.read(findings) { finding in
            guard listed[finding.verdict, default: 0] < rowLimit else { return true }
            buffer.removeAll()
            if !listed.isEmpty { buffer.append(",\n") }
            listed[finding.verdict, default: 0] += 1
            Self.writeRow(finding, to: buffer)
            try output.put(Self.embeddable(buffer.bytes))
            return true
        }
        try output.put("]</script>\n")
        try output.put(ReportPage.end)
    }

    /// `[key, verdict, reason, origin, [[pointer, expected, actual], …]]`; what is not there is null.
    private static func writeRow(_ finding: Finding, to buffer: ByteBuffer) {
        buffer.append("[")
        buffer.writeString(finding.keyText)
        buffer.append(",\"\(finding.verdict.rawValue)\",")
        write(finding.reason, to: buffer)
        buffer.append(",")
        write(finding.origin.map { "\($0.partition)/\($0.offset)" }, to: buffer)
        buffer.append(",[")
        for (index, difference) in finding.differences.enumerated() {
            buffer.append(index > 0 ? ",[" : "[")
            buffer.writeString(difference.pointer)
            buffer.append(",")
            write(difference.expected, to: buffer)
            buffer.append(",")
            write(difference.actual, to: buffer)
            buffer.append("]")
        }
        buffer.append("]]")
    }

    private static func write(_ text: String?, to buffer: ByteBuffer) {
        if let text { buffer.writeString(text) } else { buffer.append("null") }
    }

    private static func json(of summary: ReportSummary) -> String {
        let buffer = ByteBuffer(capacity: 4_096)
        let tally = summary.tally
        buffer.append("{\"title\":")
        buffer.writeString(summary.title)
        buffer.append(",\"facts\":")
        writePairs(summary.facts.map { ($0.name, $0.value) }, to: buffer)
        buffer.append(",\"verdicts\":[")
        for (index, verdict) in Verdict.allCases.enumerated() {
            if index > 0 { buffer.append(",") }
            buffer.append("[\"\(verdict.rawValue)\",\"\(verdict.title)\",\(tally[verdict])]")
        }
        buffer.append("],\"members\":")
        writeCounts(Tally.ranking(tally.members), to: buffer)
        buffer.append(",\"reasons\":[")
        var isFirst = true
        for verdict in Verdict.allCases {
            for (name, count) in Tally.ranking(tally.reasons[verdict] ?? [:]) {
                buffer.append(isFirst ? "[\"" : ",[\"")
                isFirst = false
                buffer.append("\(verdict.rawValue)\",")
                buffer.writeString(name)
                buffer.append(",\(count)]")
            }
        }
        buffer.append("]}")
        return embeddable(buffer.bytes)
    }

    private static func writePairs(_ pairs: [(String, String)], to buffer: ByteBuffer) {
        buffer.append("[")
        for (index, pair) in pairs.enumerated() {
            buffer.append(index > 0 ? ",[" : "[")
            buffer.writeString(pair.0)
            buffer.append(",")
            buffer.writeString(pair.1)
            buffer.append("]")
        }
        buffer.append("]")
    }

    private static func writeCounts(_ counts: [(name: String, count: Int)], to buffer: ByteBuffer) {
        buffer.append("[")
        for (index, entry) in counts.enumerated() {
            buffer.append(index > 0 ? ",[" : "[")
            buffer.writeString(entry.name)
            buffer.append(",\(entry.count)]")
        }
        buffer.append("]")
    }

    /// JSON that may stand inside a script element: `<` could end it, and only ever stands in strings.
    static func embeddable(_ json: UnsafeRawBufferPointer) -> String {
        let text = String(decoding: json, as: UTF8.self)
        guard text.utf8.contains(UInt8(ascii: "<")) else { return text }
        return text.split(separator: "<", omittingEmptySubsequences: false).joined(separator: "\\u003c")
    }

    private struct Output {
        let file: UnsafeMutablePointer<FILE>
        let path: String

        func put(_ text: String) throws(SpillError) {
            var text = text
            let isWritten = text.withUTF8 { fwrite($0.baseAddress, 1, $0.count, file) == $0.count }
            guard isWritten else { throw RunFile.failure(path) }
        }
    }
}
