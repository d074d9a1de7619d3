/// Which schemas are versions of one another, by their names: `order.v1.json`, `order.v2.json`.
public enum SchemaVersions {
    /// A schema and the version that came before it.
    public struct Pair: Hashable, Sendable {
        public let older: String
        public let newer: String
    }

    /// Each version beside the next one that is there, in the order of names and numbers.
    ///
    /// A version is named `NAME.vNUMBER.json` or `NAME.vNUMBER.schema.json`; `v10` comes after `v9`. Names without a
    /// version have no pair.
    ///
    /// - Parameter names: URIs or paths; those in different folders are different schemas.
    public static func pairs(in names: some Sequence<String>) -> [Pair] {
        var versions: [String: [(number: Int, name: String)]] = [:]
        for name in names {
            guard let (stem, number) = split(name) else { continue }
            versions[stem, default: []].append((number, name))
        }
        return versions.sorted { $0.key < $1.key }.flatMap { _, members in
            let ordered = members.sorted { ($0.number, $0.name) < ($1.number, $1.name) }
            return zip(ordered, ordered.dropFirst()).map { Pair(older: $0.name, newer: $1.name) }
        }
    }

    /// The name without its version, and the version's number.
    private static func split(_ name: String) -> (stem: String, number: Int)? {
        for ending in [".schema.json", ".json"] where name.hasSuffix(ending) {
            let rest = name.dropLast(ending.count)
            guard let mark = rest.lastIndex(of: "."), rest[mark...].hasPrefix(".v") else { return nil }
            let digits = rest[mark...].dropFirst(2)
            guard !digits.isEmpty, digits.utf8.allSatisfy(ASCII.isDigit), let number = Int(digits) else { return nil }
            return (rest[..<mark] + ending, number)
        }
        return nil
    }
}
