/// A part of a topic: a range of offsets for each partition that is meant.
public struct OffsetRanges: Equatable, Sendable {
    /// Why a range cannot be had.
    public struct Fault: Error, Equatable, Sendable, CustomStringConvertible {
        public let description: String
    }

    /// What is known of a partition.
    public struct Partition: Equatable, Sendable {
        /// The first kept offset, and the one after the last.
        public var held: Range<Int64>
        /// The first offset of the time of `from`, and of that of `to`; `nil`: there is none so young.
        public var fromTime: Int64?
        public var toTime: Int64?

        public init(held: Range<Int64>, fromTime: Int64? = nil, toTime: Int64? = nil) {
            self.held = held
            self.fromTime = fromTime
            self.toTime = toTime
        }
    }

    public var ranges: [Int32: Range<Int64>]

    public init(_ ranges: [Int32: Range<Int64>] = [:]) {
        self.ranges = ranges
    }

    /// Offsets over all partitions.
    public var count: Int { ranges.values.reduce(0) { $0 + $1.count } }

    /// What lies between two points.
    /// - Throws: what is wrong with the points: a partition that is not there, an offset that is not kept any more or
    ///   not written yet, an end before the beginning.
    public init(from: RangePoint, to: RangePoint, of partitions: [Int32: Partition]) throws(Fault) {
        ranges = [:]
        try OffsetRanges.check("--from", from, partitions)
        try OffsetRanges.check("--to", to, partitions)
        if case .offsets(let first) = from, case .offsets(let last) = to, Set(first.keys) != Set(last.keys) {
            throw Fault(description: "--from and --to name different partitions")
        }
        for (number, partition) in partitions.sorted(by: { $0.key < $1.key }) {
            guard let start = from.offset(in: partition, number, time: partition.fromTime),
                let end = to.offset(in: partition, number, time: partition.toTime)
            else { continue }
            guard start <= end else {
                throw Fault(
                    description: "the range ends before it begins: partition \(number), from \(start) to \(end)")
            }
            ranges[number] = start..<end
        }
    }

    private static func check(
        _ option: String, _ point: RangePoint, _ partitions: [Int32: Partition]
    ) throws(Fault) {
        guard case .offsets(let offsets) = point else { return }
        for (number, offset) in offsets.sorted(by: { $0.key < $1.key }) {
            guard let partition = partitions[number] else {
                throw Fault(
                    description: "\(option): there is no partition \(number); the topic has \(partitions.count)")
            }
            guard partition.held.lowerBound <= offset, offset <= partition.held.upperBound else {
                throw Fault(
                    description: "\(option): partition \(number) holds the offsets from \(partition.held.lowerBound) "
                        + "to \(partition.held.upperBound), not \(offset)")
            }
        }
    }

    /// The ranges up to these offsets; partitions that have none are left out.
    /// - Returns: also how many offsets were cut off.
    public func clipped(to ends: [Int32: Int64]) -> (ranges: OffsetRanges, cut: Int) {
        var clipped = OffsetRanges()
        for (number, range) in ranges {
            guard let end = ends[number], end >= range.lowerBound else {
                clipped.ranges[number] = range.lowerBound..<range.lowerBound
                continue
            }
            clipped.ranges[number] = range.lowerBound..<min(range.upperBound, end)
        }
        return (clipped, count - clipped.count)
    }
}

extension RangePoint {
    /// The offset in a partition; `nil`: the partition is not meant.
    func offset(in partition: OffsetRanges.Partition, _ number: Int32, time: Int64?) -> Int64? {
        switch self {
        case .beginning: partition.held.lowerBound
        case .now: partition.held.upperBound
        case .time: time ?? partition.held.upperBound
        case .offsets(let offsets): offsets[number]
        }
    }
}
