import JQ

/// What golden cases have reached of a flow: steps called, conditions both ways, branches of programs.
public struct FlowCoverage: Sendable {
    /// Something that can be reached, where it stands, and how often it was.
    public struct Item: Sendable, Equatable {
        public let place: SourcePlace
        /// `step create-client is never called`, to be read when the count is 0.
        public let miss: String
        public var count: Int
    }

    public let flow: String
    public internal(set) var steps: [Item] = []
    public internal(set) var conditions: [Item] = []
    public internal(set) var branches: [Item] = []

    /// Everything that was never reached, by place.
    public var misses: [Item] {
        (steps + conditions + branches).filter { $0.count == 0 }.sorted {
            ($0.place.file, $0.place.line, $0.place.column) < ($1.place.file, $1.place.line, $1.place.column)
        }
    }

    /// Adds what other cases have reached of the same flow.
    public mutating func add(_ other: FlowCoverage) {
        FlowCoverage.add(other.steps, to: &steps)
        FlowCoverage.add(other.conditions, to: &conditions)
        FlowCoverage.add(other.branches, to: &branches)
    }

    private static func add(_ other: [Item], to items: inout [Item]) {
        // The same flow has the same items in the same order.
        for (index, item) in other.enumerated() where index < items.count { items[index].count += item.count }
    }
}

/// Watches a flow while its cases run.
struct CoverageMeter {
    /// What an event's slot knew before it was prepared.
    struct Moment {
        let isExamined: Bool
        let undecided: UInt64
    }

    private let flow: CompiledFlow
    private let definition: FlowDefinition
    private var calls: [Int]
    private var holds: [Int]
    private var fails: [Int]

    init(_ definition: FlowDefinition, _ flow: CompiledFlow) {
        self.flow = flow
        self.definition = definition
        holds = [Int](repeating: 0, count: flow.steps.count)
        fails = holds
        calls = holds + holds
    }

    func before(_ slot: EventSlot) -> Moment {
        Moment(isExamined: slot.isExamined, undecided: slot.undecidedSteps)
    }

    /// Notes the conditions that were decided since then.
    mutating func note(_ slot: EventSlot, since moment: Moment) {
        guard slot.isExamined else { return }
        let open = moment.isExamined ? moment.undecided : UInt64.max
        let decided = open & ~slot.undecidedSteps
        for index in flow.steps.indices where decided >> UInt64(index) & 1 == 1 {
            if slot.remainingSteps >> UInt64(index) & 1 == 1 { holds[index] += 1 } else { fails[index] += 1 }
        }
    }

    mutating func noteCall(in slot: EventSlot) {
        calls[slot.isCompensating ? flow.steps.count + slot.step : slot.step] += 1
    }

    var coverage: FlowCoverage {
        var coverage = FlowCoverage(flow: flow.name)
        for (index, step) in definition.steps.enumerated() {
            let place = step.when?.place(line: 1, column: 1) ?? step.map?.place(line: 1, column: 1)
            let stepPlace = step.place ?? place ?? SourcePlace(file: flow.name, line: 1, column: 1)
            coverage.steps.append(
                .init(place: stepPlace, miss: "step \(step.name) is never called", count: calls[index]))
            if let undo = step.onFailure {
                coverage.steps.append(
                    .init(
                        place: undo.place ?? stepPlace, miss: "on_failure of \(step.name) is never called",
                        count: calls[flow.steps.count + index]))
            }
            guard let when = step.when else { continue }
            let conditionPlace = when.place(line: 1, column: 1)
            coverage.conditions.append(
                .init(place: conditionPlace, miss: "when of \(step.name) never holds", count: holds[index]))
            coverage.conditions.append(
                .init(place: conditionPlace, miss: "when of \(step.name) always holds", count: fails[index]))
        }
        coverage.branches = branches
        return coverage
    }

    /// A program that several steps use has each branch once.
    private var branches: [FlowCoverage.Item] {
        var counts: [SourcePlace: [Branch.Kind: Int]] = [:]
        for (expression, program) in flow.measuredPrograms {
            for (branch, count) in program.branchCounts {
                let place =
                    branch.module.map { module in
                        SourcePlace(
                            file: FilePath.join(expression.folder, module), line: branch.line, column: branch.column)
                    }
                    ?? expression.place(line: branch.line, column: branch.column)
                counts[place, default: [:]][branch.kind, default: 0] += count
            }
        }
        let places = counts.keys.sorted { ($0.file, $0.line, $0.column) < ($1.file, $1.line, $1.column) }
        return places.flatMap { place in
            Branch.Kind.allCases.compactMap { kind in
                counts[place]?[kind].map { .init(place: place, miss: "\(kind.rawValue) is never taken", count: $0) }
            }
        }
    }
}

extension Expression {
    /// The place of a position in the expression, in the file that it stands in.
    func place(line: Int, column: Int) -> SourcePlace {
        inline?.place(line: line, column: column) ?? SourcePlace(file: name, line: line, column: column)
    }
}
