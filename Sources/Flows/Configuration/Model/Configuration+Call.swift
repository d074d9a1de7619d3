import Yams

extension Configuration {
    /// What a step sends: `POST erp/clients/{.data.id}`.
    public struct Call: Sendable {
        public enum Method: String, Sendable, CaseIterable {
            case get = "GET"
            case post = "POST"
            case put = "PUT"
            case patch = "PATCH"
            case delete = "DELETE"
        }

        public var method = Method.post
        /// The name of the system.
        public var system = ""
        /// What follows the system's base URL, beginning with a slash; empty for the base URL itself. Literal parts are
        /// valid in a URL as they are; results of expressions have to be percent-encoded.
        public var path = Template(parts: [])
        /// The place of the key.
        public var place = SourcePlace(file: "", line: 1, column: 1)
    }
}

extension ValueType where Value == Configuration.Call {
    /// A method, a space, and a path whose first segment is the name of a system.
    static var call: ValueType {
        let methods = Configuration.Call.Method.allCases.map(\.rawValue)
        let expected = "a call such as POST erp/clients/{.data.id}"
        let schema = SchemaTree.text(pattern: "(\(methods.joined(separator: "|"))) \(Names.entryPattern)([/?].*)?")
        return ValueType(name: "METHOD system/path", schema: schema) { node, site, reader in
            guard let text = reader.text(node, expected: expected, site) else { return nil }
            let word = text.value.prefix { $0 != " " }
            let target = text.value.dropFirst(word.count).drop { $0 == " " }
            guard let method = Configuration.Call.Method(rawValue: String(word)) else {
                let suggestion = Suggestion.nearest(to: String(word), among: methods)
                reader.reject(text, expected: expected + Suggestion.phrase(suggestion), site)
                return nil
            }
            let system = target.prefix { $0 != "/" && $0 != "?" }
            guard Names.isEntry(String(system)) else {
                reader.report("expected the name of a system after \(word): \(expected)", site)
                return nil
            }
            let path = target.dropFirst(system.count)
            let offset = text.value.unicodeScalars.count - path.unicodeScalars.count
            guard let template = TemplateScanner(text, site, reader).scan(path, offset: offset),
                template.isPath(site, reader)
            else { return nil }
            return Configuration.Call(method: method, system: String(system), path: template, place: site.place)
        }
    }
}

extension Configuration.Template {
    /// Whether the literal parts can stand in a URL's path and query; reports if not.
    fileprivate func isPath(_ site: Site, _ reader: ConfigurationReader) -> Bool {
        for case .text(let text) in parts {
            if let wrong = text.first(where: { !Self.isAllowedInPath($0) }) {
                reader.report("‘\(wrong)’ cannot stand in a path; percent-encode it", site)
                return false
            }
        }
        if route.split(separator: "/").contains(where: { $0 == ".." || $0 == "." }) {
            reader.report("a path has no segments ‘.’ and ‘..’", site)
            return false
        }
        return true
    }

    /// RFC 3986's characters of paths and queries.
    private static func isAllowedInPath(_ character: Character) -> Bool {
        guard let byte = character.asciiValue else { return false }
        return Names.isLetter(byte) || Names.isDigit(byte) || "-._~!$&'()*+,;=:@/?%".utf8.contains(byte)
    }
}

extension ValueType where Value == Configuration.Template {
    /// A header's value, which may have expressions in braces.
    static var headerTemplate: ValueType {
        ValueType(name: "text with {jq}", schema: .text) { node, site, reader in
            guard let text = reader.text(node, expected: "a text, perhaps with {jq} in it", site) else { return nil }
            guard text.value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }) else {
                reader.report("the value of a header must not contain control characters", site)
                return nil
            }
            return TemplateScanner(text, site, reader).scan(text.value[...], offset: 0)
        }
    }
}
