/// The forms of names and addresses.
enum Names {
    /// What the names of flows, systems and steps are made of.
    static let entryPattern = "[a-z0-9][a-z0-9-]*"

    /// Lower-case letters, digits and `-`, not at the beginning; at most 64.
    static func isEntry(_ name: String) -> Bool {
        guard let first = name.utf8.first, first != UInt8(ascii: "-"), name.utf8.count <= 64 else { return false }
        return name.utf8.allSatisfy { isLowercase($0) || isDigit($0) || $0 == UInt8(ascii: "-") }
    }

    /// The name of a step, or of its compensation.
    static func isCall(_ name: String) -> Bool {
        let end = CompensationDefinition.name(of: "")
        return isEntry(name.hasSuffix(end) ? String(name.dropLast(end.count)) : name)
    }

    /// Kafka's rule: 1 to 249 of letters, digits, `.`, `_`, `-`, but not `.` or `..`.
    static func isTopic(_ name: String) -> Bool {
        guard 1...249 ~= name.utf8.count, name != ".", name != ".." else { return false }
        return name.utf8.allSatisfy { isLetter($0) || isDigit($0) || "._-".utf8.contains($0) }
    }

    /// The name of something remembered: a letter or `_`, then letters, digits and `_`.
    static func isReference(_ name: String) -> Bool {
        guard let first = name.utf8.first, isLetter(first) || first == UInt8(ascii: "_") else { return false }
        return name.utf8.allSatisfy { isLetter($0) || isDigit($0) || $0 == UInt8(ascii: "_") }
    }

    /// A token of RFC 9110.
    static func isHeaderName(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.allSatisfy { isLetter($0) || isDigit($0) || "!#$%&'*+-.^_`|~".utf8.contains($0) }
    }

    /// Scheme, host, perhaps a port and a path. Credentials belong to `auth`, where they are kept secret.
    static func isURL(_ text: String) -> Bool {
        let scheme = ["http://", "https://"].first { text.lowercased().hasPrefix($0) }
        guard let scheme, text.utf8.allSatisfy({ 0x21...0x7e ~= $0 }),
            !text.contains(where: { "?#@\\\"<>".contains($0) })
        else { return false }
        let authority = text.dropFirst(scheme.count).prefix { $0 != "/" }
        let host: Substring
        let port: Substring
        if authority.hasPrefix("[") {
            host = authority.prefix { $0 != "]" }
            port = authority.dropFirst(host.count + 1)
        } else {
            host = authority.prefix { $0 != ":" }
            port = authority.dropFirst(host.count)
        }
        guard !host.isEmpty, host != "[" else { return false }
        if port.isEmpty { return true }
        guard port.first == ":", let number = Int(port.dropFirst()) else { return false }
        return 1...65535 ~= number
    }

    static func isLowercase(_ byte: UInt8) -> Bool { UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte }
    static func isLetter(_ byte: UInt8) -> Bool { isLowercase(byte | 0x20) }
    static func isDigit(_ byte: UInt8) -> Bool { UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte }
}
