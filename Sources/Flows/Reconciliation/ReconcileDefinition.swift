import JSON

/// What a flow's last states are compared with, not yet compiled.
public struct ReconcileDefinition: Sendable {
    /// As written: `erp/clients`.
    public var entity: String
    /// The system that is read.
    public var system: SystemDefinition
    /// All records, page by page; `nil`: they are read one by one.
    public var list: ListingDefinition?
    /// The path of one record behind the system's base URL, with `{key}` and what is remembered in braces.
    public var get: [TemplatePart]?
    /// Over a record: the key of the flow's events.
    public var key: Expression?
    /// Over a record: the document that is compared.
    public var normalise: Expression?
    /// Over an event: the document that the system should hold; `nil`: what the steps send.
    public var expect: Expression?
    /// Whether members count that only the system's document has.
    public var comparesAll = false
    /// What is passed over.
    public var ignore: [Pointer] = []
    /// The step that creates what is missing, by its position in the flow; `nil`: those of the last event.
    public var missingStep: Int?
    /// The step that changes what differs.
    public var differentStep: Int?
    /// How often a worker of the group compares by itself; `nil`: never.
    public var every: Duration?

    public init(
        entity: String, system: SystemDefinition, list: ListingDefinition? = nil, get: [TemplatePart]? = nil,
        key: Expression? = nil
    ) {
        self.entity = entity
        self.system = system
        self.list = list
        self.get = get
        self.key = key
    }
}

/// How all records are read, page by page.
public struct ListingDefinition: Sendable {
    /// Behind the system's base URL, with `{offset}`, `{page}`, `{cursor}` and `{limit}` in braces.
    public var path: [TemplatePart]
    /// Over a page: the array of its records.
    public var items: Expression?
    /// Over a page: what `{cursor}` of the next one is.
    public var next: Expression?
    public var pageSize: Int

    public init(path: [TemplatePart], items: Expression? = nil, next: Expression? = nil, pageSize: Int = 500) {
        self.path = path
        self.items = items
        self.next = next
        self.pageSize = pageSize
    }

    /// Whether there is more than one page.
    var isPaged: Bool {
        path.contains { part in
            if case .reference(let name) = part { name != "limit" } else { false }
        }
    }

    /// Where reading stands: what the next page is asked for with.
    public struct Position: Sendable, Equatable, Codable {
        /// Records read so far.
        public var offset = 0
        public var page = 1
        /// `nil` before the first page.
        public var cursor: String?

        public init() {}
    }

    /// The path of a page. The parameter of a cursor that is not known yet is left out.
    func path(at position: Position) -> String {
        var path = ""
        for part in parts(without: position.cursor == nil ? "cursor" : nil) {
            switch part {
            case .text(let text): path += text
            case .reference("offset"): path += String(position.offset)
            case .reference("page"): path += String(position.page)
            case .reference("limit"): path += String(pageSize)
            case .reference("cursor"): path += PathEncoding.encode(position.cursor ?? "")
            case .reference, .expression: break
            }
        }
        return path
    }

    /// The parts without the parameter `name={placeholder}` and its `?` or `&`.
    private func parts(without placeholder: String?) -> [TemplatePart] {
        guard let placeholder,
            let index = path.firstIndex(where: { if case .reference(placeholder) = $0 { true } else { false } }),
            index > 0, case .text(let before) = path[index - 1],
            let start = before.lastIndex(where: { $0 == "?" || $0 == "&" })
        else { return path }
        var parts = path
        parts.remove(at: index)
        parts[index - 1] = .text(String(before[..<start]))
        if before[start] == "?", parts.indices.contains(index), case .text(let after) = parts[index],
            after.hasPrefix("&")
        {
            parts[index] = .text("?" + after.dropFirst())
        }
        return parts
    }
}

/// Values in paths and queries (RFC 3986): each becomes one segment, or one parameter's value.
enum PathEncoding {
    static func encode(_ text: String) -> String {
        let onlyDots = text.utf8.allSatisfy { $0 == UInt8(ascii: ".") }
        var encoded: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x5f, 0x7e: encoded.append(byte)
            case 0x2e where !onlyDots: encoded.append(byte)
            default:
                let digits = Array("0123456789ABCDEF".utf8)
                encoded += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }
}
