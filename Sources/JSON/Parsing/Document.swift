/// A parsed JSON document, and everything that parsing needs, kept from one document to the next.
///
/// After the first few documents, parsing allocates nothing. Strings without escapes and all numbers point into the
/// bytes that were parsed, the rest into ``arena``. Not thread-safe.
///
/// Strict RFC 8259, with I-JSON's rule (RFC 7493) that no member name stands twice in one object.
public final class Document {
    /// What a document may be at most.
    public let limits: Limits
    /// Where arrays, objects and decoded strings lie. Reset by every ``parse(_:)``.
    public let arena: Arena
    /// The document's value; `null` before the first document and after a faulty one.
    public private(set) var root: Value = .null

    private var scratch = Scratch()

    public init(limits: Limits = Limits()) {
        self.limits = limits
        arena = Arena()
    }

    /// - Parameters:
    ///   - limits: what a document may be at most.
    ///   - arena: where to put values. It belongs to this document alone, because every parse resets it.
    public init(limits: Limits = Limits(), arena: Arena) {
        self.limits = limits
        self.arena = arena
    }

    /// Parses a document. The value of the last one becomes invalid.
    ///
    /// - Parameter bytes: the document, in UTF-8. It must stay unchanged for as long as the value is used.
    /// - Throws: what is wrong, with its place.
    @discardableResult
    public func parse(_ bytes: UnsafeRawBufferPointer) throws(ParseError) -> Value {
        arena.reset()
        root = .null
        scratch.shrink()
        let value = try Parser.parse(bytes, limits: limits, into: arena, &scratch)
        root = value
        return value
    }
}

/// Parses documents into somebody's arena, beside what is there already.
public struct Parser {
    /// What a document may be at most.
    public var limits: Limits

    public init(limits: Limits = Limits()) {
        self.limits = limits
    }

    /// Parses a document into `arena`, which is not reset.
    ///
    /// - Parameters:
    ///   - bytes: the document, in UTF-8. It must stay unchanged for as long as the value is used.
    ///   - arena: where arrays, objects and decoded strings go.
    /// - Throws: what is wrong, with its place. What the arena gave until then stays given.
    public func parse(_ bytes: UnsafeRawBufferPointer, into arena: Arena) throws(ParseError) -> Value {
        var scratch = Scratch(capacity: 64)
        return try Self.parse(bytes, limits: limits, into: arena, &scratch)
    }

    /// Parses a document whose bytes are copied into `arena` first, so that the value depends on the arena alone.
    public func parse(copying bytes: UnsafeRawBufferPointer, into arena: Arena) throws(ParseError) -> Value {
        guard let source = bytes.baseAddress, bytes.count <= limits.byteCount else {
            return try parse(bytes, into: arena)
        }
        let copy: UnsafeMutableRawPointer
        do {
            copy = try arena.allocate(byteCount: bytes.count)
        } catch {
            throw ParseError(.memoryExhausted(limit: error.byteLimit), at: 0, in: bytes)
        }
        copy.copyMemory(from: source, byteCount: bytes.count)
        return try parse(UnsafeRawBufferPointer(start: copy, count: bytes.count), into: arena)
    }

    /// Parses a document in a Swift string; the text is copied into `arena` first.
    public func parse(_ text: String, into arena: Arena) throws(ParseError) -> Value {
        let utf8 = Array(text.utf8)
        let result: Result<Value, ParseError> = utf8.withUnsafeBytes { bytes in
            do throws(ParseError) {
                return .success(try parse(copying: bytes, into: arena))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    static func parse(
        _ bytes: UnsafeRawBufferPointer, limits: Limits, into arena: Arena, _ scratch: inout Scratch
    ) throws(ParseError) -> Value {
        guard bytes.count <= min(limits.byteCount, Int(UInt32.max)) else {
            throw ParseError(.tooLarge(limit: limits.byteCount), at: limits.byteCount, in: bytes)
        }
        guard let base = bytes.baseAddress else {
            throw ParseError(.unexpectedEnd(expected: .value), at: 0, in: bytes)
        }
        let start = base.assumingMemoryBound(to: UInt8.self)
        let machine = Machine(start: start, end: start + bytes.count, arena: arena, depthLimit: limits.depth)
        do throws(Machine.Fault) {
            return try machine.run(&scratch)
        } catch {
            throw ParseError(error.kind, at: error.offset, in: bytes)
        }
    }
}
