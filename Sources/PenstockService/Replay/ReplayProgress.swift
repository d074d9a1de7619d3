import Flows
import Kafka

/// How far a replay is, kept in a consumer group of its own: an offset is committed when the effects of everything
/// chosen below it are certain.
struct ReplayProgress {
    let ranges: OffsetRanges
    private let name: String
    private let choice: String
    private let group: String
    private(set) var positions: [Int32: Int64]
    let isResumed: Bool

    /// Goes on where a replay of this name was stopped, else begins.
    /// - Parameter fresh: the ranges for a new beginning; asked for only then.
    /// - Throws: ``CommandFailure`` when one of this name is under way that is about something else.
    init(
        _ name: String, choice: String, of flow: FlowGroup, restarts: Bool,
        fresh: () throws -> OffsetRanges
    ) throws {
        self.name = name
        self.choice = choice
        group = ReplayName.group(name, of: flow.flow)
        let marks = try flow.committed(group, partitions: try flow.watermarks().keys)
            .compactMapValues { position in
                position.offset.flatMap { offset in ReplayMark(position.metadata).map { (offset, $0) } }
            }
            .filter { !$0.value.1.isDone }
        guard !marks.isEmpty, !restarts else {
            ranges = try fresh()
            positions = ranges.ranges.mapValues(\.lowerBound)
            isResumed = false
            return
        }
        guard marks.values.allSatisfy({ $0.1.choice == choice }) else {
            throw CommandFailure(
                "the replay \(name) is under way with another range or other filters: "
                    + "give those, another --name, or --restart",
                status: .usedWrongly)
        }
        ranges = OffsetRanges(marks.mapValues { $0.1.range })
        positions = marks.mapValues { mark in min(max(mark.0, mark.1.range.lowerBound), mark.1.range.upperBound) }
        isResumed = true
    }

    /// What is left to be done.
    var rest: OffsetRanges {
        OffsetRanges(
            Dictionary(
                uniqueKeysWithValues: ranges.ranges.map { number, range in
                    (number, min(positions[number] ?? range.lowerBound, range.upperBound)..<range.upperBound)
                }))
    }

    /// Offsets that are behind us.
    var passed: Int { ranges.count - rest.count }

    /// Commits how far the replay is.
    mutating func save(_ new: [Int32: Int64], to flow: FlowGroup) throws(CommandFailure) {
        for (number, position) in new { positions[number] = max(positions[number] ?? 0, position) }
        try write(positions, isDone: false, to: flow)
    }

    /// Commits that the replay has come to its end; the group then stands at the beginning of its range.
    func finish(_ flow: FlowGroup) throws(CommandFailure) {
        try write(ranges.ranges.mapValues(\.lowerBound), isDone: true, to: flow)
    }

    private func write(_ offsets: [Int32: Int64], isDone: Bool, to flow: FlowGroup) throws(CommandFailure) {
        var commits: [Int32: (offset: Int64, metadata: String)] = [:]
        for (number, range) in ranges.ranges {
            let mark = ReplayMark(range: range, choice: choice, isDone: isDone)
            commits[number] = (offsets[number] ?? range.lowerBound, mark.text)
        }
        try flow.set(commits, of: group)
    }
}
