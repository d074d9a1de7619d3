#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Entries by key, more than fit in memory: what is collected is sorted and written out as a run whenever it has
/// outgrown its bound, and reading merges the runs.
///
/// Memory is the bound while it is filled, and a block of each run while it is read; it does not grow with the number of
/// keys. Not thread-safe.
public final class SpilledTable {
    /// Which of the entries of one key in one run are kept; they come in order.
    public typealias Choice = (_ entries: SpilledGroup) throws -> Range<Int>

    private let folder: String
    private let name: String
    private let memoryByteCount: Int
    private let runLimit: Int
    private let buffer: RunBuffer
    private var nextNumber = 1
    /// The files' names, oldest first.
    public private(set) var runs: [String]
    /// A key in the middle of the largest run that was written, which divides the table about in two.
    public private(set) var middleKey: [UInt8]?
    private var middleCount = 0
    /// Entries that were given, before any was left out.
    public private(set) var entryCount = 0

    /// - Parameters:
    ///   - folder: where runs go; it must be there.
    ///   - name: what the files' names begin with.
    ///   - runs: those of an earlier process that are to be gone on with.
    ///   - memoryByteCount: what is collected before a run is due.
    ///   - runLimit: beyond it the runs are put together to one.
    public init(folder: String, name: String, runs: [String] = [], memoryByteCount: Int, runLimit: Int = 128) {
        self.folder = folder
        self.name = name
        self.runs = runs
        self.memoryByteCount = memoryByteCount
        self.runLimit = max(2, runLimit)
        buffer = RunBuffer(capacity: min(memoryByteCount, 1 << 20))
        nextNumber = (runs.compactMap { Int($0.split(separator: ".").last ?? "") }.max() ?? 0) + 1
    }

    public func append(key: UnsafeRawBufferPointer, ordinal: UInt64, payload: UnsafeRawBufferPointer) {
        buffer.append(key: key, ordinal: ordinal, payload: payload)
        entryCount += 1
    }

    /// Whether so much is collected that a run is due.
    public var isFull: Bool { buffer.byteCount >= memoryByteCount }

    /// Writes what is collected as a run.
    /// - Parameter choice: which entries of a key are kept; without it all.
    public func spill(keeping choice: Choice? = nil) throws {
        guard !buffer.isEmpty else { return }
        buffer.sort()
        if buffer.count > middleCount {
            middleCount = buffer.count
            middleKey = Array(buffer[middleCount / 2].key)
        }
        let file = newName()
        let writer = try RunWriter(path: path(file))
        var start = 0
        while start < buffer.count {
            var end = start + 1
            let key = buffer[start].key
            while end < buffer.count, RunBuffer.compare(buffer[end].key, key) == 0 { end += 1 }
            let kept = try choice?(SpilledGroup(buffer: buffer, range: start..<end)) ?? 0..<(end - start)
            for index in kept { try writer.write(buffer[start + index]) }
            start = end
        }
        try writer.close()
        buffer.removeAll()
        runs.append(file)
        if runs.count > runLimit { try mergeRuns() }
    }

    private func mergeRuns() throws(SpillError) {
        let old = runs
        let file = newName()
        let merge = try RunMerge(old.map { file throws(SpillError) in try RunReader(path: path(file)) })
        let writer = try RunWriter(path: path(file))
        while let entry = try merge.next() { try writer.write(entry) }
        try writer.close()
        runs = [file]
        for file in old { unlink(path(file)) }
    }

    /// All entries by key; everything must have been spilled.
    /// - Parameter start: entries whose keys come before it are passed over.
    public func cursor(from start: [UInt8]? = nil) throws(SpillError) -> KeyCursor {
        let readers = try runs.map { file throws(SpillError) in try RunReader(path: path(file)) }
        if let start {
            for reader in readers {
                try start.withUnsafeBytesTyped { key throws(SpillError) in try reader.skip(before: key) }
            }
        }
        return KeyCursor(try RunMerge(readers))
    }

    /// Removes the files.
    public func remove() {
        for file in runs { unlink(path(file)) }
        runs = []
    }

    private func path(_ file: String) -> String { "\(folder)/\(file)" }

    private func newName() -> String {
        defer { nextNumber += 1 }
        return "\(name).\(nextNumber)"
    }
}

/// The entries of one key in a run that is about to be written, in order.
public struct SpilledGroup {
    let buffer: RunBuffer
    let range: Range<Int>

    public var count: Int { range.count }
    public subscript(index: Int) -> SpilledEntry { buffer[range.lowerBound + index] }
}

extension Array where Element == UInt8 {
    /// As `withUnsafeBytes`, with the error's type.
    fileprivate func withUnsafeBytesTyped<Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) {
        let result = withUnsafeBytes { bytes -> Result<Void, Failure> in
            do throws(Failure) {
                return .success(try body(bytes))
            } catch {
                return .failure(error)
            }
        }
        try result.get()
    }
}
