import RegularExpressions

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The patterns that were compiled last, so that a pattern is compiled once and not for every event.
///
/// A pattern found again is moved one place to the front; when all places are taken the last one goes.
final class PatternCache {
    private static let capacity = 128

    private struct Entry {
        let pattern: [UInt8]
        let flags: [UInt8]
        let expression: RegularExpression
        let isGlobal: Bool
    }

    private var entries: [Entry] = []

    func find(
        _ pattern: UnsafeRawBufferPointer, _ flags: UnsafeRawBufferPointer
    ) -> (RegularExpression, isGlobal: Bool)? {
        for index in entries.indices where Self.matches(entries[index], pattern, flags) {
            let found = (entries[index].expression, entries[index].isGlobal)
            if index > 0 { entries.swapAt(index, index - 1) }
            return found
        }
        return nil
    }

    func add(
        _ pattern: UnsafeRawBufferPointer, _ flags: UnsafeRawBufferPointer, _ expression: RegularExpression,
        isGlobal: Bool
    ) {
        if entries.count == Self.capacity { entries.removeLast() }
        entries.append(
            Entry(pattern: Array(pattern), flags: Array(flags), expression: expression, isGlobal: isGlobal))
    }

    private static func matches(
        _ entry: Entry, _ pattern: UnsafeRawBufferPointer, _ flags: UnsafeRawBufferPointer
    ) -> Bool {
        equal(entry.pattern, pattern) && equal(entry.flags, flags)
    }

    private static func equal(_ array: [UInt8], _ bytes: UnsafeRawBufferPointer) -> Bool {
        guard array.count == bytes.count else { return false }
        guard let base = bytes.baseAddress else { return true }
        return array.withUnsafeBytes { memcmp($0.baseAddress ?? base, base, bytes.count) == 0 }
    }
}
