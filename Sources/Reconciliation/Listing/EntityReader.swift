import JQ
import JSON

/// Reads a system's answers: the items of a page, the key and the comparable document of each. It belongs to one thread.
public final class EntityReader {
    /// Why an answer, or one item of it, cannot be used.
    public struct Unreadable: Error, Equatable, Sendable, CustomStringConvertible {
        public let reason: String
        public var description: String { reason }

        public init(_ reason: String) {
            self.reason = reason
        }
    }

    /// A page whose items are still to be looked at.
    public struct Page {
        public let items: [Value]
        /// What the next page is asked for with; `nil`: this is the last, or pages are counted.
        public let next: String?
    }

    private let items: Program?
    private let next: Program?
    private let key: Program?
    private let normalise: Program?
    private let document: Document
    private let evaluator: Evaluator

    /// - Parameters:
    ///   - items: over a page: the array of its items; without it the page itself, or its only member that is an array.
    ///   - next: over a page: the next page's cursor, `null` at the end.
    ///   - key: over an item.
    ///   - normalise: over an item: the document that is compared; without it the item as it is.
    public init(items: Program?, next: Program?, key: Program?, normalise: Program?, byteLimit: Int) {
        self.items = items
        self.next = next
        self.key = key
        self.normalise = normalise
        document = Document(limits: Limits(byteCount: byteLimit))
        evaluator = Evaluator(arena: document.arena)
    }

    /// Reads a page; what it gives is valid until the next answer is read, and as long as the bytes are unchanged.
    public func page(_ body: UnsafeRawBufferPointer) throws(Unreadable) -> Page {
        let root = try parse(body)
        let list: Value
        if let items { list = try one(items, root, "items") } else { list = try only(root) }
        guard list.kind == .array else { throw Unreadable("items: \(list.kind), not an array") }
        var cursor: String?
        if let next {
            let value = try one(next, root, "next")
            switch value.kind {
            case .null, .false: cursor = nil
            case .string where value.count == 0: cursor = nil
            case .string: cursor = value.string
            case .number: cursor = DocumentComparison.compactText(value)
            default: throw Unreadable("next: \(value.kind), not a text, a number or null")
            }
        }
        return Page(items: Array(list.elements), next: cursor)
    }

    /// Without `items`: the page itself, or its only member that is an array.
    private func only(_ root: Value) throws(Unreadable) -> Value {
        if root.kind == .array { return root }
        let arrays = root.members.filter { $0.value.kind == .array }
        guard arrays.count == 1 else {
            throw Unreadable("a page has \(arrays.count) members that are arrays; ‘items’ must say which one")
        }
        return arrays[0].value
    }

    /// Reads an answer that is one item.
    public func item(_ body: UnsafeRawBufferPointer) throws(Unreadable) -> Value {
        try parse(body)
    }

    /// Hands over the key of an item, as text; a number by its literal.
    public func withKey(of item: Value, _ body: (UnsafeRawBufferPointer) -> Void) throws(Unreadable) {
        guard let key else { throw Unreadable("key: there is no expression") }
        let value = try one(key, item, "key")
        switch value.kind {
        case .string: body(value.bytes)
        case .number: Array(DocumentComparison.compactText(value).utf8).withUnsafeBytes(body)
        default: throw Unreadable("key: \(value.kind), not a text or number")
        }
    }

    /// The document of an item that is compared.
    public func document(of item: Value) throws(Unreadable) -> Value {
        guard let normalise else { return item }
        return try one(normalise, item, "normalise")
    }

    private func parse(_ body: UnsafeRawBufferPointer) throws(Unreadable) -> Value {
        do {
            return try document.parse(body)
        } catch {
            throw Unreadable("the answer is not valid JSON")
        }
    }

    private func one(_ program: Program, _ input: Value, _ name: String) throws(Unreadable) -> Value {
        do {
            return try evaluator.one(program, input)
        } catch {
            throw Unreadable("\(name): \(error)")
        }
    }
}
