import JSON

/// A way that a program can take: one side of an `if` or of a `//`.
public struct Branch: Hashable, Sendable {
    public enum Kind: String, Sendable, CaseIterable {
        /// The condition held.
        case then
        /// It did not; also where there is no `else`.
        case otherwise = "else"
        /// The left side of `//` gave a value.
        case value = "left of //"
        /// It did not, and the right side was asked.
        case fallback = "right of //"
    }

    public let kind: Kind
    /// The file of the module that it stands in; `nil`: in the program itself.
    public let module: String?
    /// The line of the branch, from 1; of the `if` itself where there is no `else`.
    public let line: Int
    /// The column, from 1, in bytes.
    public let column: Int

    public init(kind: Kind, module: String? = nil, line: Int, column: Int) {
        self.kind = kind
        self.module = module
        self.line = line
        self.column = column
    }
}

/// The branches of a program with a counter each, while it is compiled.
///
/// Where a program is compiled with coverage, a mark stands before each branch: a node that yields its input and adds
/// one to its counter. Programs that are compiled without it have no such nodes, and pay nothing.
struct BranchMarks {
    /// What a counter says of branches: it is reached by the branch itself, or by the whole `//`.
    enum Meaning {
        case branch(Branch)
        /// The left side gave a value as often as this counter exceeds that of the right side, `fallback`.
        case alternative(Branch, fallback: Int)
    }

    private(set) var marks: [(meaning: Meaning, counter: UnsafeMutablePointer<Int>)] = []

    mutating func add(_ meaning: Meaning, counter: UnsafeMutablePointer<Int>) {
        marks.append((meaning, counter))
    }

    /// How often each branch was taken since the program was compiled. A function that is expanded in several places
    /// has one branch in them all.
    var counts: [Branch: Int] {
        var counts: [Branch: Int] = [:]
        for mark in marks {
            switch mark.meaning {
            case .branch(let branch): counts[branch, default: 0] += mark.counter.pointee
            case .alternative(let branch, let fallback):
                counts[branch, default: 0] += max(0, mark.counter.pointee - marks[fallback].counter.pointee)
            }
        }
        return counts
    }
}

extension Program {
    /// How often each branch was taken since the program was compiled; empty unless it was compiled with coverage.
    /// A `//` that ends in an error beyond `try` counts as if its left side had given a value.
    public var branchCounts: [Branch: Int] { branchMarks?.counts ?? [:] }
}

extension Compiler {
    /// The branch with a mark before it; `node` -1 stands for the input itself.
    func marked(_ kind: Branch.Kind, _ node: Int32, _ place: Place) throws(CompileError) -> Int32 {
        guard branchMarks != nil, callPlace == nil else { return node }
        return try mark(.branch(branch(kind, place)), node, place)
    }

    /// A `//` with a mark before it and one before its right side.
    func markedAlternative(
        _ left: Expression, _ right: Expression, _ place: Place, _ scope: Scope?, _ frame: FrameLayout
    ) throws(CompileError) -> Int32 {
        guard branchMarks != nil, callPlace == nil else {
            return try compilePair(.alternative, left, right, place, scope, frame)
        }
        let value = try compile(left, scope, frame)
        let fallback = try compile(right, scope, frame)
        let marked = try mark(.branch(branch(.fallback, right.place)), fallback, right.place)
        let fallbackMark = (branchMarks?.marks.count ?? 1) - 1
        let node = try add(Node(.alternative, a: value, b: marked), place)
        return try mark(.alternative(branch(.value, left.place), fallback: fallbackMark), node, place)
    }

    private func branch(_ kind: Branch.Kind, _ place: Place) -> Branch {
        let source = source(of: place)
        let (line, column) = source.position(of: place.start)
        return Branch(kind: kind, module: place.source == 0 ? nil : source.name, line: line, column: column)
    }

    private func mark(_ meaning: BranchMarks.Meaning, _ node: Int32, _ place: Place) throws(CompileError) -> Int32 {
        guard let counter = try? constants.allocate(Int.self, count: 1) else {
            throw failure("the program's constants are too large", place)
        }
        counter.initialize(to: 0)
        branchMarks?.add(meaning, counter: counter)
        let bytes = UnsafeRawBufferPointer(start: UnsafeRawPointer(counter), count: MemoryLayout<Int>.size)
        let mark = try add(Node(.mark, value: .string(bytes)), place)
        return node < 0 ? mark : try add(Node(.pipe, a: mark, b: node), place)
    }
}

extension Evaluator {
    /// Counts a visit of a mark.
    func visit(_ mark: UnsafePointer<Node>) {
        guard let counter = mark.pointee.value.contents else { return }
        // The memory is the program's own, taken from its arena for this, and the program belongs to one thread.
        UnsafeMutableRawPointer(mutating: counter).assumingMemoryBound(to: Int.self).pointee += 1
    }
}
