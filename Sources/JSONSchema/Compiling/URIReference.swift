/// A URI or a relative reference in its parts, by RFC 3986.
///
/// A base without a scheme works as well, which makes paths of files usable as they are: `address.json` against
/// `Schemas/crm/event.json` is `Schemas/crm/address.json`.
struct URIReference: Hashable {
    var scheme: Substring?
    var authority: Substring?
    var path: String
    var query: Substring?
    var fragment: Substring?

    init(_ text: String) {
        var rest = text[...]
        if let mark = rest.firstIndex(of: "#") {
            fragment = rest[rest.index(after: mark)...]
            rest = rest[..<mark]
        }
        if let mark = rest.firstIndex(of: "?") {
            query = rest[rest.index(after: mark)...]
            rest = rest[..<mark]
        }
        if let mark = rest.firstIndex(where: { ":/".contains($0) }), rest[mark] == ":", mark > rest.startIndex,
            rest[..<mark].utf8.allSatisfy({ ASCII.isLetter($0) || ASCII.isDigit($0) || "+-.".utf8.contains($0) }),
            rest.utf8.first.map(ASCII.isLetter) == true
        {
            scheme = rest[..<mark]
            rest = rest[rest.index(after: mark)...]
        }
        if rest.hasPrefix("//") {
            rest = rest.dropFirst(2)
            let end = rest.firstIndex(of: "/") ?? rest.endIndex
            authority = rest[..<end]
            rest = rest[end...]
        }
        path = String(rest)
    }

    /// This reference as seen from `base` (RFC 3986, section 5.2).
    func resolved(against base: URIReference) -> URIReference {
        var result = self
        if scheme != nil {
            result.path = Self.removingDotSegments(path)
            return result
        }
        result.scheme = base.scheme
        if authority != nil {
            result.path = Self.removingDotSegments(path)
            return result
        }
        result.authority = base.authority
        if path.isEmpty {
            result.path = base.path
            result.query = query ?? base.query
        } else if path.hasPrefix("/") {
            result.path = Self.removingDotSegments(path)
        } else {
            result.path = Self.removingDotSegments(base.mergedPath(with: path))
        }
        return result
    }

    /// The reference without its fragment: what names a schema resource.
    var withoutFragment: String {
        var copy = self
        copy.fragment = nil
        return copy.description
    }

    private func mergedPath(with reference: String) -> String {
        if authority != nil, path.isEmpty { return "/" + reference }
        guard let slash = path.lastIndex(of: "/") else { return reference }
        return path[...slash] + reference
    }

    /// Section 5.2.4, but a relative path may keep leading `..`, for that is where its files are.
    private static func removingDotSegments(_ path: String) -> String {
        guard path.utf8.contains(UInt8(ascii: ".")) else { return path }
        let isRooted = path.hasPrefix("/")
        var segments: [Substring] = []
        var input = path.split(separator: "/", omittingEmptySubsequences: false)
        if isRooted { input.removeFirst() }
        for (index, segment) in input.enumerated() {
            let isLast = index == input.count - 1
            switch segment {
            case ".":
                if isLast { segments.append("") }
            case "..":
                if let last = segments.last, last != ".." {
                    segments.removeLast()
                    if isLast { segments.append("") }
                } else if !isRooted {
                    segments.append("..")
                } else if isLast {
                    segments.append("")
                }
            default:
                segments.append(segment)
            }
        }
        return (isRooted ? "/" : "") + segments.joined(separator: "/")
    }
}

extension URIReference: CustomStringConvertible {
    var description: String {
        var text = ""
        if let scheme { text += scheme + ":" }
        if let authority { text += "//" + authority }
        text += path
        if let query { text += "?" + query }
        if let fragment { text += "#" + fragment }
        return text
    }
}

extension Substring {
    /// The text with `%XX` decoded; `nil` if an escape is broken or the bytes are not UTF-8.
    var percentDecoded: String? {
        guard utf8.contains(UInt8(ascii: "%")) else { return String(self) }
        var bytes: [UInt8] = []
        var rest = utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(ASCII.hexValue), let low = rest.popFirst().flatMap(ASCII.hexValue)
            else { return nil }
            bytes.append(high << 4 | low)
        }
        return String(validating: bytes, as: UTF8.self)
    }
}

extension String {
    /// The text as one token of a JSON Pointer (RFC 6901).
    var pointerToken: String {
        guard utf8.contains(where: { $0 == UInt8(ascii: "~") || $0 == UInt8(ascii: "/") }) else { return self }
        var token = ""
        for character in unicodeScalars {
            switch character {
            case "~": token += "~0"
            case "/": token += "~1"
            default: token.unicodeScalars.append(character)
            }
        }
        return token
    }

    /// The text that this token of a JSON Pointer stands for; `nil` if a `~` is neither `~0` nor `~1`.
    var pointerTokenDecoded: String? {
        guard utf8.contains(UInt8(ascii: "~")) else { return self }
        var text = ""
        var rest = unicodeScalars[...]
        while let character = rest.popFirst() {
            guard character == "~" else {
                text.unicodeScalars.append(character)
                continue
            }
            switch rest.popFirst() {
            case "0": text += "~"
            case "1": text += "/"
            default: return nil
            }
        }
        return text
    }

    /// The JSON Pointer as it stands in a URI's fragment.
    var fragmentEncoded: String {
        let isPlain = utf8.allSatisfy {
            ASCII.isLetter($0) || ASCII.isDigit($0) || "-._~!$&'()*+,;=:@/?".utf8.contains($0)
        }
        guard !isPlain else { return self }
        var bytes: [UInt8] = []
        for byte in utf8 {
            if ASCII.isLetter(byte) || ASCII.isDigit(byte) || "-._~!$&'()*+,;=:@/?".utf8.contains(byte) {
                bytes.append(byte)
            } else {
                bytes += [UInt8(ascii: "%"), ASCII.hexDigit(byte >> 4), ASCII.hexDigit(byte & 15)]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// Classes of ASCII bytes.
enum ASCII {
    @inline(__always) static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }
    @inline(__always) static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- UInt8(ascii: "a") < 26 }

    @inline(__always) static func isHexDigit(_ byte: UInt8) -> Bool {
        isDigit(byte) || (byte | 0x20) &- UInt8(ascii: "a") < 6
    }

    static func hexValue(_ byte: UInt8) -> UInt8? {
        if isDigit(byte) { return byte - UInt8(ascii: "0") }
        let letter = (byte | 0x20) &- UInt8(ascii: "a")
        return letter < 6 ? letter + 10 : nil
    }

    static func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
    }
}
