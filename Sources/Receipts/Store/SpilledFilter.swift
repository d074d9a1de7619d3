/// Tells nearly always that something is not in the file, without asking it: blocked Bloom filters, each twice as large
/// as the one before.
///
/// A Bloom filter and not a table of fingerprints, because it needs 2 bytes an entry where a table of 8-byte
/// fingerprints needs 11 and more, and one cache line a look-up all the same. It answers wrongly about one time in five
/// hundred, which costs one question to the file. What is deleted stays in it until ``removeAll()``.
///
/// Its memory has a limit. Beyond that the last filter is filled further and wrong more often: one time in forty with twice
/// what it is made for, one time in three with four times as much, and in the end always.
struct SpilledFilter: ~Copyable {
    private var parts: [Part] = []
    private(set) var byteCount = 0

    /// - Parameter hash: evenly distributed.
    func mayContain(_ hash: UInt64) -> Bool {
        for part in parts where part.mayContain(hash) { return true }
        return false
    }

    /// - Parameter limit: of ``byteCount``, but for the first filter, of 1 KiB.
    mutating func insert(_ hash: UInt64, limit: Int) {
        if mayContain(hash) { return }
        grow(limit: limit)
        parts.last?.insert(hash)
    }

    private mutating func grow(limit: Int) {
        guard let last = parts.last else { return add(capacity: 512) }
        guard last.count >= last.capacity, byteCount + 2 * last.byteCount <= limit else { return }
        add(capacity: 2 * last.capacity)
    }

    private mutating func add(capacity: Int) {
        let part = Part(capacity: capacity)
        parts.append(part)
        byteCount += part.byteCount
    }

    mutating func removeAll() {
        parts.removeAll()
        byteCount = 0
    }

    /// One filter of fixed size: blocks of 256 bits, of which an entry sets one in each 32-bit word.
    private final class Part {
        let capacity: Int
        private(set) var count = 0
        private let blocks: Int
        private let words: UnsafeMutablePointer<UInt32>

        private static let wordsInBlock = 8
        private static let bitsOfEntry = 16

        init(capacity: Int) {
            self.capacity = capacity
            blocks = capacity * Self.bitsOfEntry / (Self.wordsInBlock * 32)
            words = .allocate(capacity: blocks * Self.wordsInBlock)
            words.initialize(repeating: 0, count: blocks * Self.wordsInBlock)
        }

        deinit { words.deallocate() }

        var byteCount: Int { blocks * Self.wordsInBlock * 4 }

        func mayContain(_ hash: UInt64) -> Bool {
            let block = block(of: hash)
            for position in 0..<Self.wordsInBlock where block[position] & Self.bit(hash, position) == 0 { return false }
            return true
        }

        func insert(_ hash: UInt64) {
            let block = block(of: hash)
            for position in 0..<Self.wordsInBlock { block[position] |= Self.bit(hash, position) }
            count += 1
        }

        private func block(of hash: UInt64) -> UnsafeMutablePointer<UInt32> {
            words + Int(((hash >> 32) * UInt64(blocks)) >> 32) * Self.wordsInBlock
        }

        private static func bit(_ hash: UInt64, _ position: Int) -> UInt32 {
            let salts: (UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32) = (
                0x47b6_137b, 0x4497_4d91, 0x8824_ad5b, 0xa2b7_289d, 0x7054_95c7, 0x2df1_424b, 0x9efc_4947, 0x5c6b_fb31
            )
            let salt = withUnsafeBytes(of: salts) { $0.load(fromByteOffset: position * 4, as: UInt32.self) }
            return 1 << ((UInt32(truncatingIfNeeded: hash) &* salt) >> 27)
        }
    }
}
