import JSON

/// A JSON document that owns what it holds. The simulated systems keep documents and send them between threads, which
/// the product's own `Value` is not made for; they have no need of its speed.
indirect enum JSONTree: Sendable, Equatable {
    case null
    case bool(Bool)
    /// A number by its literal.
    case number(String)
    case string(String)
    case array([JSONTree])
    /// Members in the order written.
    case object([Member])

    struct Member: Sendable, Equatable {
        let name: String
        let value: JSONTree

        init(_ name: String, _ value: JSONTree) {
            self.name = name
            self.value = value
        }
    }

    static func int(_ value: some BinaryInteger) -> JSONTree { .number(String(value)) }
    static func text(_ value: String?) -> JSONTree { value.map(JSONTree.string) ?? .null }
}

// MARK: - Looking into it

extension JSONTree {
    subscript(_ name: String) -> JSONTree? { members?.first { $0.name == name }?.value }

    var members: [Member]? { if case .object(let members) = self { members } else { nil } }
    var elements: [JSONTree]? { if case .array(let elements) = self { elements } else { nil } }
    var string: String? { if case .string(let string) = self { string } else { nil } }
    var bool: Bool? { if case .bool(let bool) = self { bool } else { nil } }
    var double: Double? { if case .number(let literal) = self { Double(literal) } else { nil } }

    /// The number when it is whole and fits.
    var int: Int? {
        guard let double, double == double.rounded(), abs(double) < 0x1p53 else { return nil }
        return Int(double)
    }
}

// MARK: - Bytes

extension JSONTree {
    /// Reads one document. `nil` when the bytes are none.
    init?(parsing bytes: [UInt8]) {
        let document = Document()
        let tree = bytes.withUnsafeBytes { raw in (try? document.parse(raw)).map { JSONTree($0) } }
        guard let tree else { return nil }
        self = tree
    }

    private init(_ value: Value) {
        switch value.kind {
        case .null: self = .null
        case .true: self = .bool(true)
        case .false: self = .bool(false)
        case .number: self = .number(String(decoding: value.bytes, as: UTF8.self))
        case .string: self = .string(value.string ?? "")
        case .array: self = .array(value.elements.map { JSONTree($0) })
        case .object:
            self = .object(value.members.map { Member($0.key.string ?? "", JSONTree($0.value)) })
        }
    }

    /// The document as compact text; empty when it is too large to be written.
    var bytes: [UInt8] {
        let arena = Arena()
        guard let value = try? value(in: arena) else { return [] }
        let buffer = JSON.ByteBuffer()
        buffer.write(value)
        return Array(buffer.bytes)
    }

    private func value(in arena: Arena) throws -> Value {
        switch self {
        case .null: return .null
        case .bool(let bool): return .bool(bool)
        case .number(let literal): return try .literal(arena.string(literal).bytes)
        case .string(let string): return try arena.string(string)
        case .array(let elements): return try arena.array(elements.map { try $0.value(in: arena) })
        case .object(let members):
            return try arena.object(
                members.map { member in
                    try JSON.Member(key: arena.string(member.name), value: member.value.value(in: arena))
                })
        }
    }
}
