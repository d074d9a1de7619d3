#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The block in which the entries of a run are collected.
final class RunMemory {
    private(set) var start: UnsafeMutableRawPointer
    private var capacity = 4_096

    /// Behind the last byte that may be read.
    var end: UnsafeMutableRawPointer { start + capacity }

    init() { start = RunMemory.resized(nil, capacity) }

    deinit { free(start) }

    /// Sees to it that there is room for so many bytes; those that are there may move.
    func reserve(_ byteCount: Int) {
        if byteCount > capacity { grow(byteCount) }
    }

    @inline(never)
    private func grow(_ byteCount: Int) {
        capacity = max(2 * capacity, byteCount)
        start = RunMemory.resized(start, capacity)
    }

    /// A large block grows where it is, without a second one beside it.
    private static func resized(_ block: UnsafeMutableRawPointer?, _ byteCount: Int) -> UnsafeMutableRawPointer {
        guard let new = realloc(block, byteCount) else {
            // As everywhere in Swift, there is no going on without memory.
            preconditionFailure("out of memory")
        }
        return new
    }
}
