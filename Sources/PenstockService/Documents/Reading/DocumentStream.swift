import JSON

/// The documents of an input of JSON, one after the other, in the memory of the largest one: one to a line or several,
/// pretty or compact, as `jq` reads them.
///
/// A document that is not JSON is told with its place. Reading goes on behind it only where the next document's
/// beginning is certain, which is in inputs of one document a line.
final class DocumentStream {
    enum Item {
        /// The text is valid until the next call.
        case document(DocumentPlace, text: UnsafeRawBufferPointer, Value)
        case fault(InputFault)
    }

    private let input: ByteStream
    /// Whether each document stands on a line of its own, as far as is known.
    private var isLines: Bool
    private var documentCount = 0
    private var isEnded = false
    private var pending = 0

    /// - Parameter isLines: whether each document is known to stand on a line of its own, as in `.ndjson`.
    init(_ input: ByteStream, isLines: Bool) {
        self.input = input
        self.isLines = isLines
    }

    /// Reads the next document into `document`; `nil` at the end.
    /// - Throws: ``CommandFailure`` when the input cannot be read.
    func next(into document: Document) throws -> Item? {
        input.take(pending)
        pending = 0
        guard !isEnded, try skipSpace() else { return nil }
        let place = DocumentPlace(
            name: input.name, line: input.line, column: input.column, index: documentCount, isFirst: isLineStart)
        var scanner = DocumentScanner()
        var nextProbe = 1 << 20
        while true {
            if let length = scanner.end(in: input.bytes, isEnd: input.isAtEnd) {
                return finish(length, place, document)
            }
            // What is faulty early need not be read to the end.
            if input.bytes.count > nextProbe {
                nextProbe = input.bytes.count * 2
                if let fault = certainFault(input.bytes, place, document) { return .fault(recover(from: fault, place)) }
            }
            try input.fill()
        }
    }

    /// Where the last document ended on its line, or blanks since then.
    private var isLineStart = true

    private func skipSpace() throws -> Bool {
        while true {
            let bytes = input.bytes
            var count = 0
            if documentCount == 0, input.line == 1, input.column == 1, bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
                count = 3
            }
            while count < bytes.count, [0x20, 0x09, 0x0A, 0x0D, 0x1E].contains(bytes[count]) {
                if bytes[count] == 0x0A { isLineStart = true }
                count += 1
            }
            if count < bytes.count, bytes.count - count >= 3 || input.isAtEnd || bytes[count] < 0x80 {
                input.take(count)
                return true
            }
            if input.isAtEnd {
                input.take(count)
                return false
            }
            try input.fill()
        }
    }

    private func finish(_ length: Int, _ place: DocumentPlace, _ document: Document) -> Item {
        let text = UnsafeRawBufferPointer(rebasing: input.bytes[..<length])
        do {
            let value = try document.parse(text)
            if text.contains(0x0A) { isLines = false } else if documentCount == 0 { isLines = true }
            if !place.isFirst { isLines = false }
            documentCount += 1
            isLineStart = false
            pending = length
            return .document(place, text: text, value)
        } catch {
            return .fault(recover(from: error, place))
        }
    }

    /// The fault of a document whose end has not come yet, if more bytes would not help.
    private func certainFault(_ bytes: UnsafeRawBufferPointer, _ place: DocumentPlace, _ document: Document)
        -> ParseError?
    {
        do {
            _ = try document.parse(bytes)
            return nil
        } catch {
            if case .tooLarge = error.kind { return error }
            return error.offset < bytes.count - 64 ? error : nil
        }
    }

    /// Passes over the faulty line, if documents are lines, else over all that is left.
    private func recover(from error: ParseError, _ place: DocumentPlace) -> InputFault {
        let bytes = input.bytes
        let lineEnd = bytes.firstIndex(of: 0x0A) ?? bytes.count
        let next = lineEnd + 1
        let looksLikeLines =
            documentCount == 0 && place.isFirst && next < bytes.count && bytes[0] == UInt8(ascii: "{")
            && bytes[next] == UInt8(ascii: "{")
        documentCount += 1
        isLineStart = false
        guard isLines || looksLikeLines || error.offset <= lineEnd && lineEnd >= bytes.count - 1 && input.isAtEnd else {
            isEnded = true
            return InputFault(error, at: place, in: bytes, isLast: true)
        }
        pending = lineEnd
        let line = UnsafeRawBufferPointer(rebasing: bytes[..<lineEnd])
        let own: ParseError
        do {
            _ = try Document().parse(line)
            own = error
        } catch {
            own = error
        }
        return InputFault(own, at: place, in: bytes, isLast: false)
    }
}
