/// Memory for the values of one event: handed out in order, taken back all at once.
///
/// Allocation moves a pointer. ``reset()`` makes everything that was handed out invalid and keeps the memory, so that
/// after the first few events no event allocates. Not thread-safe: one thread owns an arena and all values in it.
public final class Arena {
    /// Thrown when the arena's limit is reached: the event is too large, or a program produces too much.
    public struct Exhausted: Error, Equatable, Sendable {
        /// The limit, in bytes.
        public let byteLimit: Int
    }

    /// The most bytes that all chunks together may have.
    public let byteLimit: Int

    /// What is left of the current chunk.
    @usableFromInline
    struct Room {
        @usableFromInline var next: UnsafeMutableRawPointer
        @usableFromInline var end: UnsafeMutableRawPointer

        @usableFromInline
        init(_ chunk: UnsafeMutableRawBufferPointer) {
            next = chunk.baseAddress.unsafelyUnwrapped
            end = next + chunk.count
        }
    }

    /// Behind a pointer, because an access to a property of a class is checked for exclusivity at run time, which
    /// costs more than all the rest of an allocation.
    @usableFromInline let room: UnsafeMutablePointer<Room>
    private var chunks: [UnsafeMutableRawBufferPointer]
    private var current = 0
    private var reserved: Int
    /// Cells whose contents ``copy(_:)`` has still to copy; kept only for its memory.
    var pendingCopies: [(cells: UnsafeMutablePointer<Value>, count: Int)] = []

    /// Bytes reserved from the system, used or not.
    public var byteCount: Int { reserved }

    /// - Parameters:
    ///   - byteLimit: the most bytes to reserve; at least one chunk is always had.
    ///   - chunkByteCount: the size of the first chunk. Each further chunk doubles the sum.
    public init(byteLimit: Int = 256 << 20, chunkByteCount: Int = 16 << 10) {
        self.byteLimit = byteLimit
        let first = UnsafeMutableRawBufferPointer.allocate(byteCount: max(chunkByteCount, 256), alignment: 16)
        chunks = [first]
        reserved = first.count
        room = .allocate(capacity: 1)
        room.initialize(to: Room(first))
    }

    deinit {
        room.deallocate()
        for chunk in chunks { chunk.deallocate() }
    }

    /// Takes everything back. Values in this arena are invalid from here on.
    public func reset() {
        enter(chunk: 0)
    }

    /// Hands out `byteCount` bytes, aligned to 16.
    @inlinable
    public func allocate(byteCount: Int) throws(Exhausted) -> UnsafeMutableRawPointer {
        let rounded = (byteCount + 15) & ~15
        let pointer = room.pointee.next
        if rounded <= room.pointee.end - pointer {
            room.pointee.next = pointer + rounded
            return pointer
        }
        return try allocateFromNextChunk(byteCount: rounded)
    }

    /// Hands out uninitialised room for `count` values of a trivial type whose alignment is 16 at most.
    @inlinable
    public func allocate<T: BitwiseCopyable>(_ type: T.Type, count: Int) throws(Exhausted) -> UnsafeMutablePointer<T> {
        try allocate(byteCount: count * MemoryLayout<T>.stride).bindMemory(to: T.self, capacity: count)
    }

    @usableFromInline
    func allocateFromNextChunk(byteCount: Int) throws(Exhausted) -> UnsafeMutableRawPointer {
        while current + 1 < chunks.count {
            enter(chunk: current + 1)
            if byteCount <= room.pointee.end - room.pointee.next { return take(byteCount) }
        }
        let size = max(byteCount, min(reserved, 8 << 20))
        guard reserved + size <= byteLimit else { throw Exhausted(byteLimit: byteLimit) }
        chunks.append(.allocate(byteCount: size, alignment: 16))
        reserved += size
        enter(chunk: chunks.count - 1)
        return take(byteCount)
    }

    private func take(_ byteCount: Int) -> UnsafeMutableRawPointer {
        let pointer = room.pointee.next
        room.pointee.next = pointer + byteCount
        return pointer
    }

    private func enter(chunk: Int) {
        current = chunk
        room.pointee = Room(chunks[chunk])
    }
}
