/// `${NAME}`, `${NAME:-default}` and `${file:path}` inside a value. `$${` stands for `${` itself.
struct Expansion {
    let reader: ConfigurationReader
    let site: Site

    /// The text with everything expanded; `nil` after reporting what is missing or malformed.
    func expand(_ text: String) -> String? {
        guard text.contains("${") else { return text }
        var result = ""
        var rest = Substring(text)
        var isComplete = true
        while let dollar = rest.firstRange(of: "${") {
            if rest[..<dollar.lowerBound].last == "$" {
                result += rest[..<dollar.lowerBound].dropLast() + "${"
                rest = rest[dollar.upperBound...]
                continue
            }
            result += rest[..<dollar.lowerBound]
            guard let end = rest[dollar.upperBound...].firstIndex(of: "}") else {
                reader.report("‘${’ has no closing ‘}’; write $${ for the two characters themselves", site)
                return nil
            }
            if let value = value(of: rest[dollar.upperBound..<end]) {
                result += value
            } else {
                isComplete = false
            }
            rest = rest[rest.index(after: end)...]
        }
        return isComplete ? result + rest : nil
    }

    private func value(of reference: Substring) -> String? {
        if reference.hasPrefix("file:") { return contents(ofFile: String(reference.dropFirst("file:".count))) }
        let parts = reference.firstRange(of: ":-")
        let name = String(parts.map { reference[..<$0.lowerBound] } ?? reference)
        guard isName(name) else {
            reader.report("‘${\(name)…}’ is not the name of an environment variable", site)
            return nil
        }
        if let value = reader.environment(name), parts == nil || !value.isEmpty { return value }
        if let parts { return String(reference[parts.upperBound...]) }
        if reader.references == .optional { return References.placeholder }
        reader.report("the environment variable \(name) is not set (a default is written ${\(name):-…})", site)
        return nil
    }

    /// The contents of a file, as far as the configuration's folder or an absolute path leads to it, without one
    /// newline at the end.
    private func contents(ofFile path: String) -> String? {
        guard let bytes = reader.files.read(FilePath.join(reader.folder, path)) else {
            if reader.references == .optional { return References.placeholder }
            reader.report("no file \(path), or it cannot be read", site)
            return nil
        }
        guard var text = String(validating: bytes, as: UTF8.self) else {
            reader.report("the file \(path) is not UTF-8", site)
            return nil
        }
        if text.hasSuffix("\r\n") || text.hasSuffix("\n") { text.removeLast() }
        return text
    }

    private func isName(_ name: String) -> Bool {
        guard let first = name.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9") ~= first) else { return false }
        return name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
    }
}
