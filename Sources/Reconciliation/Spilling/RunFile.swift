#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Writes entries one behind the other into a file, in the order in which they come.
final class RunWriter {
    private static let blockByteCount = 256 << 10

    private let path: String
    private let descriptor: Int32
    private let block = UnsafeMutableRawPointer.allocate(byteCount: RunWriter.blockByteCount, alignment: 16)
    private var used = 0
    private var isOpen = true

    init(path: String) throws(SpillError) {
        self.path = path
        descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw RunFile.failure(path) }
    }

    deinit {
        if isOpen { _ = Glibc.close(descriptor) }
        block.deallocate()
    }

    func write(_ entry: SpilledEntry) throws(SpillError) {
        let head = RunBuffer.Head(
            ordinal: entry.ordinal, keyCount: UInt32(entry.key.count), payloadCount: UInt32(entry.payload.count))
        try withHead(head)
        try put(entry.key)
        try put(entry.payload)
    }

    private func withHead(_ head: RunBuffer.Head) throws(SpillError) {
        if used + MemoryLayout<RunBuffer.Head>.size > RunWriter.blockByteCount { try flush() }
        (block + used).storeBytes(of: head, as: RunBuffer.Head.self)
        used += MemoryLayout<RunBuffer.Head>.size
    }

    private func put(_ bytes: UnsafeRawBufferPointer) throws(SpillError) {
        var rest = bytes
        while let source = rest.baseAddress, !rest.isEmpty {
            if used == RunWriter.blockByteCount { try flush() }
            let count = min(rest.count, RunWriter.blockByteCount - used)
            (block + used).copyMemory(from: source, byteCount: count)
            used += count
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }

    private func flush() throws(SpillError) {
        var start = 0
        while start < used {
            let written = Glibc.write(descriptor, block + start, used - start)
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { throw RunFile.failure(path) }
            start += written
        }
        used = 0
    }

    /// Writes what is left and closes the file.
    func close() throws(SpillError) {
        try flush()
        isOpen = false
        guard Glibc.close(descriptor) == 0 else { throw RunFile.failure(path) }
    }
}

/// What a merge takes entries from, in their order.
protocol EntrySource: AnyObject {
    /// The next entry; `nil` at the end. Of a file it is valid until the one after it is asked for.
    func next() throws(SpillError) -> SpilledEntry?
}

/// Reads a run from its beginning.
final class RunReader: EntrySource {
    private let path: String
    private let descriptor: Int32
    private var block: UnsafeMutableRawPointer
    private var capacity: Int
    private var start = 0
    private var end = 0
    private var isAtEnd = false

    init(path: String, blockByteCount: Int = 64 << 10) throws(SpillError) {
        self.path = path
        capacity = max(blockByteCount, MemoryLayout<RunBuffer.Head>.size)
        block = .allocate(byteCount: capacity, alignment: 16)
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw RunFile.failure(path) }
    }

    deinit {
        if descriptor >= 0 { _ = close(descriptor) }
        block.deallocate()
    }

    /// The next entry, valid until the one after it is asked for; `nil` at the end.
    func next() throws(SpillError) -> SpilledEntry? {
        guard try fill(MemoryLayout<RunBuffer.Head>.size) else { return nil }
        let head = (block + start).loadUnaligned(as: RunBuffer.Head.self)
        guard try fill(head.byteCount) else { throw SpillError(path: path, reason: "the file is cut off") }
        let key = UnsafeRawBufferPointer(
            start: block + start + MemoryLayout<RunBuffer.Head>.size, count: Int(head.keyCount))
        let payload = UnsafeRawBufferPointer(
            start: block + start + MemoryLayout<RunBuffer.Head>.size + key.count, count: Int(head.payloadCount))
        start += head.byteCount
        return SpilledEntry(key: key, ordinal: head.ordinal, payload: payload)
    }

    /// Passes over the entries whose keys come before this one.
    func skip(before key: UnsafeRawBufferPointer) throws(SpillError) {
        while let entry = try next() {
            guard RunBuffer.compare(entry.key, key) >= 0 else { continue }
            // It is the next one again.
            start -= MemoryLayout<RunBuffer.Head>.size + entry.key.count + entry.payload.count
            return
        }
    }

    /// Sees to it that so many bytes are there from `start` on.
    /// - Returns: false at the end of the file, when nothing is left.
    private func fill(_ byteCount: Int) throws(SpillError) -> Bool {
        while end - start < byteCount {
            if isAtEnd {
                guard end == start else { throw SpillError(path: path, reason: "the file is cut off") }
                return false
            }
            makeRoom(byteCount)
            let count = read(descriptor, block + end, capacity - end)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw RunFile.failure(path) }
            if count == 0 { isAtEnd = true }
            end += count
        }
        return true
    }

    private func makeRoom(_ byteCount: Int) {
        guard start + byteCount > capacity || end == capacity else { return }
        if byteCount > capacity {
            let larger = UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: 16)
            larger.copyMemory(from: block + start, byteCount: end - start)
            block.deallocate()
            block = larger
            capacity = byteCount
        } else {
            memmove(block, block + start, end - start)
        }
        end -= start
        start = 0
    }
}

enum RunFile {
    /// What the last call of the system said.
    static func failure(_ path: String) -> SpillError {
        SpillError(path: path, reason: String(cString: strerror(errno)))
    }
}
