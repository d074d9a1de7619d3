/// Bytes that are written one after another, in memory that is used again and again. Not thread-safe.
///
/// Its stored properties are not watched for overlapping access: each is read or set within one expression here, none is
/// passed `inout`, so no two accesses can overlap, and the watching was a twentieth of an event's instructions.
public final class ByteBuffer {
    @exclusivity(unchecked) private(set) var base: UnsafeMutablePointer<UInt8>
    @exclusivity(unchecked) private(set) var capacity: Int
    /// The number of bytes written.
    @exclusivity(unchecked) public private(set) var count = 0

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
    public var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }

    /// What was written, as text; a copy. Invalid UTF-8 is replaced.
    public var text: String { String(decoding: bytes, as: UTF8.self) }

    /// Forgets what was written and keeps the memory, within ``retainedCapacity``.
    public func removeAll() {
        count = 0
        guard capacity > retainedCapacity else { return }
        base.deallocate()
        base = .allocate(capacity: retainedCapacity)
        capacity = retainedCapacity
    }

    /// Forgets what was written after the first `count` bytes.
    public func truncate(to count: Int) {
        self.count = min(max(count, 0), self.count)
    }

    /// Appends one byte.
    public func append(_ byte: UInt8) {
        reserve(1)
        base[count] = byte
        count += 1
    }

    /// Appends bytes.
    public func append(_ bytes: UnsafeRawBufferPointer) {
        guard let source = bytes.baseAddress else { return }
        reserve(bytes.count)
        UnsafeMutableRawPointer(base + count).copyMemory(from: source, byteCount: bytes.count)
        count += bytes.count
    }

    /// Appends the UTF-8 bytes of a constant text.
    public func append(_ text: StaticString) {
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
        reserve(utf8.count + 2)
        if let start = utf8.baseAddress?.assumingMemoryBound(to: UInt8.self) {
            let end = start + utf8.count
            guard ByteSearch.skipUnescaped(start, end) == end else { return false }
            (base + count + 1).update(from: start, count: utf8.count)
        }
        base[count] = UInt8(ascii: "\"")
        base[count + utf8.count + 1] = UInt8(ascii: "\"")
        count += utf8.count + 2
        return true
    }

    /// Makes room for this many more bytes.
    public func reserve(_ byteCount: Int) {
        if capacity - count < byteCount { grow(byteCount) }
    }

    @inline(never)
    private func grow(_ byteCount: Int) {
        let larger = max(capacity * 2, count + byteCount)
        let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
        memory.update(from: base, count: count)
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
    func setCount(_ count: Int) { self.count = count }
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
