import CPCRE2

/// Finds the longest match instead of the first: at the end of the pattern a callout notes the match if it is longer
/// than all before, and makes the matcher go on as if it had failed. So all ways to match are tried, at all starts;
/// the limits of a match bound them together.
struct LongestMatch {
    /// The callout's number in the pattern.
    private static let calloutNumber: UInt32 = 1

    /// Offsets of the groups of the longest match so far, two for each group.
    private let bounds: UnsafeMutablePointer<Int>
    private let groupCount: Int
    private let allowsEmpty: Bool
    /// Bytes of the longest match so far; -1 before the first.
    private var length = -1

    private init(groupCount: Int, allowsEmpty: Bool) {
        bounds = .allocate(capacity: groupCount * 2)
        bounds.initialize(repeating: -1, count: groupCount * 2)
        self.groupCount = groupCount
        self.allowsEmpty = allowsEmpty
    }

    /// The pattern with the callout at its end.
    static func pattern(_ pattern: [UInt8], isExtended: Bool) -> [UInt8] {
        // A comment at the end of an extended pattern would hide what follows in its line.
        Array("(?:".utf8) + pattern + Array("\(isExtended ? "\n" : ""))(?C\(calloutNumber))".utf8)
    }

    /// Makes the state of a search and lets a match context report to it.
    static func install(
        in context: OpaquePointer, groupCount: Int, allowsEmpty: Bool
    ) -> UnsafeMutablePointer<LongestMatch> {
        let state = UnsafeMutablePointer<LongestMatch>.allocate(capacity: 1)
        state.initialize(to: LongestMatch(groupCount: groupCount, allowsEmpty: allowsEmpty))
        pcre2_set_callout_8(
            context,
            { block, data in
                guard let block, let data else { return 0 }
                if block.pointee.callout_number != LongestMatch.calloutNumber { return 0 }
                data.assumingMemoryBound(to: LongestMatch.self).pointee.note(block.pointee)
                return 1
            }, state)
        return state
    }

    static func free(_ state: UnsafeMutablePointer<LongestMatch>) {
        state.pointee.bounds.deallocate()
        state.deinitialize(count: 1)
        state.deallocate()
    }

    mutating func start() { length = -1 }

    private mutating func note(_ block: pcre2_callout_block_8) {
        let start = Int(block.start_match)
        let end = Int(block.current_position)
        guard end - start > length, end > start || allowsEmpty else { return }
        length = end - start
        bounds[0] = start
        bounds[1] = end
        // Groups from `capture_top` on have not taken part.
        for index in 2..<max(groupCount * 2, 2) {
            bounds[index] = index < Int(block.capture_top) * 2 ? Int(block.offset_vector[index]) : -1
        }
    }

    /// Copies the offsets of the longest match, if there was any.
    func copy(to target: UnsafeMutablePointer<Int>) -> Bool {
        guard length >= 0 else { return false }
        target.update(from: bounds, count: groupCount * 2)
        return true
    }
}
