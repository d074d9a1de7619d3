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
    /// What was kept in memory, newer than all runs.
    public private(set) var memory: MemoryRun?
    /// Entries that were given, before any was left out.
    public private(set) var entryCount = 0

    /// - Parameters:
    ///   - folder: where runs go; it must be there.
    ///   - name: what the files' names begin with.
    ///   - runs: those of an earlier process that are to be gone on with.
    ///   - memory: what another table has kept.
    ///   - memoryByteCount: what is collected before a run is due.
    ///   - runLimit: beyond it the runs are put together to one.
    public init(
        folder: String, name: String, runs: [String] = [], memory: MemoryRun? = nil, memoryByteCount: Int,
        runLimit: Int = 128
    ) {
        self.folder = folder
        self.name = name
        self.runs = runs
        self.memory = memory
        self.memoryByteCount = memoryByteCount
        self.runLimit = max(2, runLimit)
        buffer = RunBuffer()
        nextNumber = (runs.compactMap { Int($0.split(separator: ".").last ?? "") }.max() ?? 0) + 1
    }

    public func append(key: UnsafeRawBufferPointer, ordinal: UInt64, payload: UnsafeRawBufferPointer) {
        append(key: key, ordinal: ordinal, replacingFrom: nil, payloadCount: payload.count).copyMemory(from: payload)
    }

    /// Makes room for an entry.
    /// - Parameter bound: the entry of the key that came last goes, if its ordinal is this one or more; `nil`: it stays.
    /// - Returns: the place of the payload, which is to be written before anything else is done with the table.
    public func append(
        key: UnsafeRawBufferPointer, ordinal: UInt64, replacingFrom bound: UInt64?, payloadCount: Int
    ) -> UnsafeMutableRawBufferPointer {
        entryCount += 1
        guard let bound else { return buffer.append(key: key, ordinal: ordinal, payloadCount: payloadCount) }
        return buffer.replace(key: key, ordinal: ordinal, from: bound, payloadCount: payloadCount)
    }

    /// Whether so much is collected that a run is due.
    public var isFull: Bool { byteCount >= memoryByteCount }

    /// Bytes that are collected.
    var byteCount: Int { buffer.byteCount }

    /// Writes what is collected as a run.
    /// - Parameter choice: which entries of a key are kept; without it all.
    public func spill(keeping choice: Choice? = nil) throws {
        guard !buffer.isEmpty else { return }
        sort()
        let file = newName()
        let writer = try RunWriter(path: path(file))
        try forEachKept(choice) { try writer.write(buffer[$0]) }
        try writer.close()
        buffer.removeAll()
        try add(file)
    }

    /// Ends the collecting, and keeps in memory what is collected.
    /// - Parameter choice: which entries of a key are kept; without it all.
    public func hold(keeping choice: Choice? = nil) throws {
        guard !buffer.isEmpty else { return }
        sort()
        var kept: [Int]?
        if choice != nil {
            var places: [Int] = []
            places.reserveCapacity(buffer.count)
            try forEachKept(choice) { places.append($0) }
            kept = places
        }
        memory = buffer.handOver(kept)
    }

    /// Writes what was kept in memory as a run.
    public func write(_ run: MemoryRun) throws(SpillError) {
        let file = newName()
        let writer = try RunWriter(path: path(file))
        for place in 0..<run.count { try writer.write(run[place]) }
        try writer.close()
        try add(file)
    }

    private func sort() {
        buffer.sort()
        guard buffer.count > middleCount else { return }
        middleCount = buffer.count
        middleKey = Array(buffer[middleCount / 2].key)
    }

    private func forEachKept(_ choice: Choice?, _ body: (Int) throws -> Void) throws {
        guard let choice else { return try (0..<buffer.count).forEach(body) }
        var start = 0
        while start < buffer.count {
            var end = start + 1
            while end < buffer.count, buffer.isSameKey(start, end) { end += 1 }
            for index in try choice(SpilledGroup(buffer: buffer, range: start..<end)) { try body(start + index) }
            start = end
        }
    }

    private func add(_ file: String) throws(SpillError) {
        runs.append(file)
        if runs.count > runLimit { try mergeRuns() }
    }

    private func mergeRuns() throws(SpillError) {
        let old = runs
        let file = newName()
        let merge = try RunMerge(
            old.map { file throws(SpillError) in try RunReader(path: path(file)) } as [any EntrySource])
        let writer = try RunWriter(path: path(file))
        while let entry = try merge.next() { try writer.write(entry) }
        try writer.close()
        runs = [file]
        for file in old { unlink(path(file)) }
    }

    /// All entries by key; everything must have been spilled or kept.
    /// - Parameter start: entries whose keys come before it are passed over.
    public func cursor(from start: [UInt8]? = nil) throws(SpillError) -> KeyCursor {
        let readers = try runs.map { file throws(SpillError) in try RunReader(path: path(file)) }
        if let start {
            for reader in readers {
                try start.withUnsafeBytesTyped { key throws(SpillError) in try reader.skip(before: key) }
            }
        }
        return KeyCursor(try RunMerge(readers + (memory.map { [MemoryRunReader($0, from: start)] } ?? [])))
    }

    /// Removes the files, and forgets what is in memory.
    public func remove() {
        memory = nil
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
