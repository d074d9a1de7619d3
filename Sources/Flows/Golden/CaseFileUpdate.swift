import JSON

/// Writes what flows did into a case file, in place of what was expected. All else stays as it is: only the text of
/// `expect` is replaced, and comments inside it are lost.
public enum CaseFileUpdate {
    /// The file's text with the expectation of each failed case replaced.
    ///
    /// - Parameter results: of the file's cases, in any order.
    /// - Returns: the text, and the cases whose text could not be changed.
    public static func text(
        of file: CaseFile, results: [GoldenResult]
    ) -> (text: String, unchanged: [GoldenCase]) {
        var lines = file.text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        var text = file.text
        var unchanged: [GoldenCase] = []
        // From the end, so that the places of the others stay.
        let failed = results.filter { !$0.hasPassed && !$0.actualExpectation.isEmpty }
            .sorted { ($0.golden.place.line, $0.golden.place.column) > ($1.golden.place.line, $1.golden.place.column) }
        for result in failed {
            let arena = Arena()
            guard let value = result.actualExpectation.value(in: arena) else { continue }
            let isChanged: Bool
            if result.golden.layout.isFlowStyle {
                isChanged = BracedUpdate(golden: result.golden).replace(in: &text, value)
                lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            } else {
                isChanged = replace(in: &lines, of: result.golden, all: file.cases, value)
                text = lines.joined(separator: "\n")
            }
            if !isChanged { unchanged.append(result.golden) }
        }
        return (text, unchanged)
    }

    // MARK: - Block style

    private static func replace(
        in lines: inout [String], of golden: GoldenCase, all cases: [GoldenCase], _ value: Value
    ) -> Bool {
        let column = golden.layout.keyColumn
        let member = YAMLText.member("expect", value, column: column).split(
            separator: "\n", omittingEmptySubsequences: false
        ).map(String.init)
        guard let place = golden.layout.expect else {
            let end = endOfCase(golden, cases, lines)
            let blanks = String(repeating: " ", count: column - 1)
            lines.insert(contentsOf: [blanks + member[0]] + member.dropFirst(), at: end)
            return true
        }
        let first = place.line - 1
        guard first < lines.count, place.column == column else { return false }
        let before = lines[first].prefix(column - 1)
        let end = endOfMember(first, column: column, lines)
        lines.replaceSubrange(first..<end, with: [before + member[0]] + member.dropFirst())
        return true
    }

    /// The index behind the last line that belongs to the member whose key stands in a column of a line.
    private static func endOfMember(_ first: Int, column: Int, _ lines: [String]) -> Int {
        var end = first + 1
        for index in lines.indices.dropFirst(first + 1) {
            let line = lines[index]
            let indentation = line.prefix { $0 == " " }.count
            let rest = line.dropFirst(indentation)
            if rest.isEmpty || rest == "\r" { continue }
            guard indentation >= column else { break }
            end = index + 1
        }
        return end
    }

    /// The index behind the case's last line that is neither blank nor a comment.
    private static func endOfCase(_ golden: GoldenCase, _ cases: [GoldenCase], _ lines: [String]) -> Int {
        let next = cases.map(\.place.line).filter { $0 > golden.place.line }.min() ?? lines.count + 1
        var end = min(next - 1, lines.count)
        while end > golden.place.line {
            let line = lines[end - 1].drop { $0 == " " || $0 == "\r" }
            if !line.isEmpty, !line.hasPrefix("#"), !line.hasPrefix("...") { break }
            end -= 1
        }
        return end
    }
}

/// Replaces the expectation of a case in braces, as in all JSON.
private struct BracedUpdate {
    let golden: GoldenCase

    func replace(in text: inout String, _ value: Value) -> Bool {
        var bytes = Array(text.utf8)
        guard let start = offset(of: golden.layout.expect ?? golden.place, in: bytes) else { return false }
        if golden.layout.expect != nil {
            guard let key = endOfValue(bytes, from: start), let colon = next(bytes, from: key, UInt8(ascii: ":")),
                let begin = bytes[(colon + 1)...].firstIndex(where: { !isBlank($0) }),
                let end = endOfValue(bytes, from: begin)
            else { return false }
            bytes.replaceSubrange(begin..<end, with: document(value, indentation: indentation(bytes, at: start)))
        } else {
            guard let end = endOfValue(bytes, from: start),
                let last = bytes[start..<end - 1].lastIndex(where: { !isBlank($0) })
            else { return false }
            let column = golden.layout.keyColumn - 1
            let blanks = Array(("\n" + String(repeating: " ", count: column)).utf8)
            bytes.insert(
                contentsOf: Array(",".utf8) + blanks + Array("\"expect\": ".utf8)
                    + document(value, indentation: column),
                at: last + 1)
        }
        text = String(decoding: bytes, as: UTF8.self)
        return true
    }

    /// Indented by two, and further as much as the line that it begins in.
    private func document(_ value: Value, indentation: Int) -> [UInt8] {
        let buffer = ByteBuffer(capacity: 1_024)
        buffer.write(value, style: .indented(2))
        let blanks = String(repeating: " ", count: indentation)
        return Array(buffer.text.split(separator: "\n").joined(separator: "\n" + blanks).utf8)
    }

    private func indentation(_ bytes: [UInt8], at offset: Int) -> Int {
        let start = bytes[..<offset].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        return bytes[start...].prefix { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }.count
    }

    /// The byte of a place whose column counts Unicode scalars.
    private func offset(of place: SourcePlace, in bytes: [UInt8]) -> Int? {
        var offset = 0
        for _ in 1..<place.line {
            guard let end = bytes[offset...].firstIndex(of: UInt8(ascii: "\n")) else { return nil }
            offset = end + 1
        }
        var column = 1
        while column < place.column, offset < bytes.count {
            offset += 1
            while offset < bytes.count, bytes[offset] & 0xc0 == 0x80 { offset += 1 }
            column += 1
        }
        return offset < bytes.count ? offset : nil
    }

    private func next(_ bytes: [UInt8], from offset: Int, _ wanted: UInt8) -> Int? {
        let index = bytes[offset...].firstIndex { !isBlank($0) }
        return index.flatMap { bytes[$0] == wanted ? $0 : nil }
    }

    /// The index behind the string, object, array or word that begins at an offset.
    private func endOfValue(_ bytes: [UInt8], from start: Int) -> Int? {
        var depth = 0
        var quote: UInt8?
        var index = start
        while index < bytes.count {
            let byte = bytes[index]
            if let open = quote {
                if byte == UInt8(ascii: "\\"), open == UInt8(ascii: "\"") { index += 1 }
                if byte == open {
                    quote = nil
                    if depth == 0 { return index + 1 }
                }
            } else {
                switch byte {
                case UInt8(ascii: "\""): quote = byte
                // Elsewhere it is an apostrophe.
                case UInt8(ascii: "'") where index == start || isBlank(bytes[index - 1]) || isOpening(bytes[index - 1]):
                    quote = byte
                case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
                case UInt8(ascii: "}"), UInt8(ascii: "]"):
                    if depth == 0 { return index }
                    depth -= 1
                    if depth == 0 { return index + 1 }
                case UInt8(ascii: ","), UInt8(ascii: ":"):
                    if depth == 0 { return index }
                default:
                    if depth == 0, isBlank(byte) { return index }
                }
            }
            index += 1
        }
        return nil
    }

    private func isOpening(_ byte: UInt8) -> Bool { "[{,:".utf8.contains(byte) }

    private func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0a || byte == 0x0d }
}
