/// Bytes that are written one after another, in memory that is used again and again. Not thread-safe.
///
/// Its stored properties are not watched for overlapping access: each is read or set within one expression here, none is
/// passed `inout`, so no two accesses can overlap, and the watching was a twentieth of an event's instructions.
public final class ByteBuffer {
    @exclusivity(unchecked) @usableFromInline var base: UnsafeMutablePointer<UInt8>
    @exclusivity(unchecked) @usableFromInline var capacity: Int
    @exclusivity(unchecked) @usableFromInline var written = 0

    /// The number of bytes written.
    @inlinable public var count: Int { written }

    /// After ``removeAll()`` the buffer keeps at most this many bytes of memory, so that one giant document does not
    /// hold memory for good.
    public let retainedCapacity: Int

    /// Containers that the writer is inside of; kept here for its memory.
    private var frames = FrameStack()

    /// - Parameters:
    ///   - capacity: bytes to have room for at first.
    ///   - retainedCapacity: bytes of memory to keep at most when the buffer is emptied.
    public init(capacity: Int = 4096, retainedCapacity: Int = 1 << 20) {
        self.capacity = max(capacity, 64)
        self.retainedCapacity = max(retainedCapacity, self.capacity)
        base = .allocate(capacity: self.capacity)
    }

    deinit { base.deallocate() }

    /// What was written. Valid until the next change of the buffer.
    @inlinable public var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }

    /// What was written, as text; a copy. Invalid UTF-8 is replaced.
    public var text: String { String(decoding: bytes, as: UTF8.self) }

    /// Forgets what was written and keeps the memory, within ``retainedCapacity``.
    @inlinable public func removeAll() {
        written = 0
        if capacity > retainedCapacity { shrink() }
    }

    @usableFromInline @inline(never)
    func shrink() {
        base.deallocate()
        base = .allocate(capacity: retainedCapacity)
        capacity = retainedCapacity
    }

    /// Forgets what was written after the first `count` bytes.
    public func truncate(to count: Int) {
        written = min(max(count, 0), written)
    }

    /// Appends one byte.
    @inlinable public func append(_ byte: UInt8) {
        reserve(1)
        base[written] = byte
        written += 1
    }

    /// Appends bytes.
    @inlinable public func append(_ bytes: UnsafeRawBufferPointer) {
        guard let source = bytes.baseAddress else { return }
        reserve(bytes.count)
        UnsafeMutableRawPointer(base + written).copyMemory(from: source, byteCount: bytes.count)
        written += bytes.count
    }

    /// Appends the UTF-8 bytes of a constant text.
    @inlinable public func append(_ text: StaticString) {
        text.withUTF8Buffer { append(UnsafeRawBufferPointer($0)) }
    }

    /// Appends the UTF-8 bytes of a text. Constants go to the other function, which makes no `String` of them.
    @_disfavoredOverload
    public func append(_ text: String) {
        var text = text
        text.withUTF8 { append(UnsafeRawBufferPointer($0)) }
    }

    /// Appends an integer's decimal digits.
    public func append(_ integer: Int64) {
        withUnsafeTemporaryAllocation(byteCount: 20, alignment: 1) { text in
            var start = text.count
            var rest = integer.magnitude
            repeat {
                start -= 1
                text[start] = UInt8(ascii: "0") + UInt8(rest % 10)
                rest /= 10
            } while rest > 0
            if integer < 0 {
                start -= 1
                text[start] = UInt8(ascii: "-")
            }
            append(UnsafeRawBufferPointer(rebasing: text[start...]))
        }
    }

    /// Appends a string in quotes if nothing of it needs an escape, as is so of most; else nothing.
    /// - Returns: whether it did.
    func writePlain(_ utf8: UnsafeRawBufferPointer) -> Bool {
        writeQuoted(utf8) { ByteSearch.skipUnescaped($0, $1) }
    }

    /// The same for bytes of which it is not known that they are UTF-8: nothing is appended but ASCII.
    public func writePlainASCII(_ bytes: UnsafeRawBufferPointer) -> Bool {
        writeQuoted(bytes) { ByteSearch.skipPlain($0, $1) }
    }

    @inline(__always)
    private func writeQuoted(
        _ utf8: UnsafeRawBufferPointer,
        skip: (_ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> UnsafePointer<UInt8>
    ) -> Bool {
        reserve(utf8.count + 2)
        if let start = utf8.baseAddress?.assumingMemoryBound(to: UInt8.self) {
            let end = start + utf8.count
            guard skip(start, end) == end else { return false }
            (base + written + 1).update(from: start, count: utf8.count)
        }
        base[written] = UInt8(ascii: "\"")
        base[written + utf8.count + 1] = UInt8(ascii: "\"")
        written += utf8.count + 2
        return true
    }

    /// Makes room for this many more bytes.
    @inlinable public func reserve(_ byteCount: Int) {
        if capacity - written < byteCount { grow(byteCount) }
    }

    @usableFromInline @inline(never)
    func grow(_ byteCount: Int) {
        let larger = max(capacity * 2, written + byteCount)
        let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
        memory.update(from: base, count: written)
        base.deallocate()
        base = memory
        capacity = larger
    }

    /// The writer's stack, and how many frames it has room for.
    func frameStack() -> (base: UnsafeMutablePointer<FrameStack.Frame>, capacity: Int) {
        (frames.base, frames.capacity)
    }

    /// The same with twice the room and the frames copied.
    func grownFrameStack() -> (base: UnsafeMutablePointer<FrameStack.Frame>, capacity: Int) {
        frames.grow()
        return frameStack()
    }

    /// Says that `count` bytes are written now, which someone put into the memory.
    func setCount(_ count: Int) { written = count }
}

/// A stack of open containers that keeps its memory.
struct FrameStack: ~Copyable {
    /// A container that is being written: what comes next in it, and where it ends. A member is two cells.
    struct Frame {
        var next: UnsafePointer<Value>
        let end: UnsafePointer<Value>
        let isObject: Bool
    }

    private(set) var base: UnsafeMutablePointer<Frame>
    /// Next to nothing until something is written: there may be many buffers that only hold bytes.
    private(set) var capacity = 1

    init() { base = .allocate(capacity: capacity) }

    deinit { base.deallocate() }

    mutating func grow() {
        let doubled = max(32, capacity * 2)
        let larger = UnsafeMutablePointer<Frame>.allocate(capacity: doubled)
        larger.update(from: base, count: capacity)
        base.deallocate()
        base = larger
        capacity = doubled
    }
}
