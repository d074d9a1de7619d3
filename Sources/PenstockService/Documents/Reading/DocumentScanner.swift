/// Finds where a document of JSON ends in a text of several, without checking it: by brackets and quotes alone.
///
/// It goes on where it stopped when more bytes have come. State: between documents → in one → at its end.
struct DocumentScanner {
    private enum Form {
        case container, string, word
    }

    private var form: Form?
    private var depth = 0
    private var isInString = false
    private var isEscaped = false
    /// How many bytes from the document's beginning on have been looked at.
    private(set) var scanned = 0

    /// - Parameters:
    ///   - bytes: from the document's first byte on; the same bytes as before, and more.
    ///   - isEnd: whether no more bytes will come.
    /// - Returns: the document's length in bytes, or `nil` if its end has not come yet.
    mutating func end(in bytes: UnsafeRawBufferPointer, isEnd: Bool) -> Int? {
        while scanned < bytes.count {
            let byte = bytes[scanned]
            if form == nil { begin(byte) }
            switch form {
            case .word:
                if scanned > 0, isDelimiter(byte) { return scanned }
                scanned += 1
                if scanned == 1, isBracket(byte) { return 1 }
            default:
                scanned += 1
                if step(byte) { return scanned }
            }
        }
        return isEnd && scanned > 0 ? scanned : nil
    }

    private mutating func begin(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "{"), UInt8(ascii: "["): form = .container
        case UInt8(ascii: "\""): form = .string
        default: form = .word
        }
    }

    /// One byte of a container or a string; whether it is the last.
    private mutating func step(_ byte: UInt8) -> Bool {
        if isInString {
            if isEscaped {
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == UInt8(ascii: "\"") {
                isInString = false
                return depth == 0
            }
            return false
        }
        switch byte {
        case UInt8(ascii: "\""): isInString = true
        case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
            depth -= 1
            return depth == 0
        default: break
        }
        return false
    }

    /// What ends a number or a word.
    private func isDelimiter(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x20, 0x09, 0x0A, 0x0D, 0x1E, UInt8(ascii: "\""), UInt8(ascii: ","), UInt8(ascii: ":"): true
        default: isBracket(byte)
        }
    }

    private func isBracket(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "{") || byte == UInt8(ascii: "}") || byte == UInt8(ascii: "[") || byte == UInt8(ascii: "]")
    }
}
