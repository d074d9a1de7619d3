/// What a validation needs while it runs: taken once, reused from value to value, and grown where a value needs more.
struct Scratch {
    /// Nested checks of one validation: enough for a document of 512 levels with a few references at each, and little
    /// enough for the stack (about 300 bytes a check). References that never get on end here.
    static let depthLimit = 2_500

    /// For the values that are being looked at: which of their elements or members have been evaluated, a byte each.
    private(set) var marks: UnsafeMutablePointer<UInt8>
    private(set) var markCount = 0
    private var markCapacity: Int

    /// The schema resources that evaluation has entered and not left, outermost first.
    private(set) var scope: UnsafeMutablePointer<Int32>
    private(set) var scopeCount = 0
    private var scopeCapacity: Int

    /// Hash slots and hashes for `uniqueItems`.
    private(set) var hashes: UnsafeMutablePointer<UInt64>
    private var hashCapacity: Int

    var depth = 0
    /// Why there is no verdict; `nil` if there is one.
    var abandonment: Abandonment?

    /// Why a validation was given up. The value then counts as invalid.
    enum Abandonment {
        case patternLimit, depthLimit
    }

    init() {
        markCapacity = 1024
        marks = .allocate(capacity: markCapacity)
        scopeCapacity = 64
        scope = .allocate(capacity: scopeCapacity)
        hashCapacity = 64
        hashes = .allocate(capacity: hashCapacity)
    }

    func deallocate() {
        marks.deallocate()
        scope.deallocate()
        hashes.deallocate()
    }

    mutating func begin() {
        markCount = 0
        scopeCount = 0
        depth = 0
        abandonment = nil
    }

    // MARK: Marks

    /// Takes `count` marks, unset; returns the position of the first. Positions stay, addresses do not.
    mutating func takeMarks(_ count: Int) -> Int {
        let start = markCount
        markCount += count
        if markCount > markCapacity {
            marks = Self.grow(marks, used: start, &markCapacity, needed: markCount)
        }
        (marks + start).initialize(repeating: 0, count: count)
        return start
    }

    /// Gives back all marks from `start` on.
    mutating func releaseMarks(from start: Int) {
        markCount = start
    }

    // MARK: Dynamic scope

    @inline(__always)
    mutating func enter(_ resource: Int32) -> Bool {
        if scopeCount > 0, scope[scopeCount - 1] == resource { return false }
        if scopeCount == scopeCapacity {
            scope = Self.grow(scope, used: scopeCount, &scopeCapacity, needed: scopeCount + 1)
        }
        scope[scopeCount] = resource
        scopeCount += 1
        return true
    }

    mutating func leave() {
        scopeCount -= 1
    }

    // MARK: Hashes

    mutating func takeHashes(_ count: Int) -> UnsafeMutablePointer<UInt64> {
        if count > hashCapacity {
            hashes = Self.grow(hashes, used: 0, &hashCapacity, needed: count)
        }
        return hashes
    }

    private static func grow<T: BitwiseCopyable>(
        _ memory: UnsafeMutablePointer<T>, used: Int, _ capacity: inout Int, needed: Int
    ) -> UnsafeMutablePointer<T> {
        capacity = max(needed, capacity * 2)
        let larger = UnsafeMutablePointer<T>.allocate(capacity: capacity)
        larger.update(from: memory, count: used)
        memory.deallocate()
        return larger
    }
}
