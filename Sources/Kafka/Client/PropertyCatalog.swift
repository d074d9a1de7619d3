import CLibrdkafka

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#endif

/// The properties that the linked librdkafka knows, read from its own table.
struct PropertyCatalog: Sendable {
    enum Scope: Sendable { case consumer, producer, both }

    /// Scope by property name.
    let scopes: [String: Scope]

    /// Parsed once; librdkafka's table is constant.
    static let shared = PropertyCatalog(parsing: libraryTable())

    /// Reads the table that `rd_kafka_conf_properties_show` prints: `name | C/P | range | default | …`.
    init(parsing table: String) {
        var scopes: [String: Scope] = [:]
        // By bytes, not characters: that is a tenth of the work, and every process does it.
        for line in table.utf8.split(separator: UInt8(ascii: "\n")) {
            let columns = line.split(
                separator: UInt8(ascii: "|"), maxSplits: 2, omittingEmptySubsequences: false)
            guard columns.count == 3 else { continue }
            let name = String(decoding: columns[0].filter { $0 != UInt8(ascii: " ") }, as: UTF8.self)
            let scope: Scope
            switch columns[1].filter({ $0 != UInt8(ascii: " ") }) {
            case [UInt8(ascii: "*")]: scope = .both
            case [UInt8(ascii: "C")]: scope = .consumer
            case [UInt8(ascii: "P")]: scope = .producer
            default: continue
            }
            // A name that stands both in the global and in the topic table reaches both.
            scopes[name] = scopes[name] == nil || scopes[name] == scope ? scope : .both
        }
        self.scopes = scopes
    }

    /// The known name nearest to `name`, if it is near enough to be meant.
    func suggestion(for name: String) -> String? {
        let wanted = Array(name.lowercased().utf8)
        let limit = max(2, wanted.count / 4)
        let nearest = scopes.keys.sorted().map { ($0, Self.distance(wanted, Array($0.utf8))) }.min { $0.1 < $1.1 }
        guard let nearest, nearest.1 <= limit else { return nil }
        return nearest.0
    }

    /// Levenshtein's distance.
    static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
        var row = Array(0...b.count)
        for i in a.indices {
            var diagonal = row[0]
            row[0] = i + 1
            for j in b.indices {
                let substitution = diagonal + (a[i] == b[j] ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(substitution, row[j] + 1, row[j + 1] + 1)
            }
        }
        return row[b.count]
    }

    private static func libraryTable() -> String {
        var text: UnsafeMutablePointer<CChar>?
        var size = 0
        guard let stream = open_memstream(&text, &size) else { return "" }
        rd_kafka_conf_properties_show(stream)
        fclose(stream)
        guard let text else { return "" }
        defer { free(text) }
        return String(decoding: UnsafeRawBufferPointer(start: text, count: size), as: UTF8.self)
    }
}
