import JSON
import RegularExpressions

/// The tables of a compiled schema, as addresses: a value without reference counts for the machine to run on.
struct Tables: BitwiseCopyable {
    let nodes: UnsafePointer<Node>
    let strings: UnsafePointer<StringRule>
    let numbers: UnsafePointer<NumberRule>
    let numberSpans: UnsafePointer<Span>
    let arrays: UnsafePointer<ArrayRule>
    let objects: UnsafePointer<ObjectRule>
    let valueRules: UnsafePointer<ValuesRule>
    let names: UnsafePointer<NameEntry>
    let patternRules: UnsafePointer<PatternRule>
    let dependents: UnsafePointer<DependentRule>
    let applicators: UnsafePointer<Applicator>
    let children: UnsafePointer<NodeIndex>
    /// Beside each child: the schema that decides, which is itself or what it does nothing but refer to.
    let childTargets: UnsafePointer<NodeIndex>
    let values: UnsafePointer<Value>
    let patterns: UnsafePointer<Unmanaged<RegularExpression>>
    /// A row for each name of a dynamic anchor, a column for each resource: the node, or ``NodeIndex/none``.
    let dynamicTargets: UnsafePointer<NodeIndex>
    let resourceCount: Int
    let isDynamic: Bool
}

/// What the compiler fills: the tables while they still grow.
struct ProgramBuilder {
    var nodes: [Node] = []
    var strings: [StringRule] = []
    var numbers: [NumberRule] = []
    var numberSpans: [Span] = []
    var arrays: [ArrayRule] = []
    var objects: [ObjectRule] = []
    var valueRules: [ValuesRule] = []
    var names: [NameEntry] = []
    var patternRules: [PatternRule] = []
    var dependents: [DependentRule] = []
    var applicators: [Applicator] = []
    var children: [NodeIndex] = []
    var childTargets: [NodeIndex] = []
    var values: [Value] = []
    var patterns: [RegularExpression] = []
    var dynamicTargets: [NodeIndex] = []
    var resourceCount = 0
    var isDynamic = false
    /// Beside each node: where it stands in its schema.
    var places: [SchemaPlace] = []
    var documents: [SchemaDocument] = []

    /// Appends entries to a table; returns where they are.
    static func append<T>(_ entries: [T], to table: inout [T]) -> Span {
        let start = table.count
        table += entries
        return Span(start: Int32(start), count: Int32(entries.count))
    }

    mutating func nameTable(_ entries: [NameEntry]) -> NameTable {
        NameTable(entries, appendingTo: &names)
    }

    /// Lets members and elements skip schemas that do nothing but refer to another, and tells each member at once what
    /// types it may have. Once all nodes are there.
    mutating func link() {
        for index in names.indices where names[index].node >= 0 {
            let target = target(of: names[index].node)
            names[index].target = target
            names[index].types = nodes[Int(target)].types
            names[index].isTypeOnly = nodes[Int(target)].flags.contains(.typeOnly)
        }
        childTargets = children.map { $0 >= 0 ? target(of: $0) : $0 }
        for index in arrays.indices where arrays[index].items >= 0 {
            arrays[index].itemsTarget = target(of: arrays[index].items)
        }
    }

    private func target(of index: NodeIndex) -> NodeIndex {
        // With dynamic references every resource that is passed through counts.
        guard !isDynamic else { return index }
        var index = index
        while nodes[Int(index)].flags.contains(.referenceOnly) {
            index = children[Int(applicators[Int(nodes[Int(index)].applicators.start)].children.start)]
        }
        return index
    }
}

/// A compiled schema: flat tables, and what keeps alive whatever they point to. It never changes.
final class Program {
    let tables: Tables
    let root: NodeIndex
    /// Beside each node: where it stands in its schema.
    let places: [SchemaPlace]
    let patterns: [RegularExpression]
    private let documents: [SchemaDocument]
    private let assertsFormats: Bool
    private let allocations: [UnsafeMutableRawPointer]

    init(_ builder: ProgramBuilder, root: NodeIndex, assertsFormats: Bool) {
        var allocations: [UnsafeMutableRawPointer] = []
        func copy<T: BitwiseCopyable>(_ entries: [T]) -> UnsafePointer<T> {
            let table = UnsafeMutablePointer<T>.allocate(capacity: max(entries.count, 1))
            allocations.append(UnsafeMutableRawPointer(table))
            for (index, entry) in entries.enumerated() { (table + index).initialize(to: entry) }
            return UnsafePointer(table)
        }
        self.root = root
        self.assertsFormats = assertsFormats
        places = builder.places
        patterns = builder.patterns
        documents = builder.documents
        tables = Tables(
            nodes: copy(builder.nodes), strings: copy(builder.strings), numbers: copy(builder.numbers),
            numberSpans: copy(builder.numberSpans), arrays: copy(builder.arrays), objects: copy(builder.objects),
            valueRules: copy(builder.valueRules), names: copy(builder.names),
            patternRules: copy(builder.patternRules), dependents: copy(builder.dependents),
            applicators: copy(builder.applicators), children: copy(builder.children),
            childTargets: copy(builder.childTargets), values: copy(builder.values),
            patterns: copy(builder.patterns.map(Unmanaged.passUnretained)),
            dynamicTargets: copy(builder.dynamicTargets), resourceCount: builder.resourceCount,
            isDynamic: builder.isDynamic)
        self.allocations = allocations
    }

    /// Whether the other was compiled from the same bytes. References are resolved in the same way then.
    func isSame(as other: Program) -> Bool {
        let place = places[Int(root)].pointer
        let otherPlace = other.places[Int(other.root)].pointer
        return Array(place.utf8) == Array(otherPlace.utf8) && documents.count == other.documents.count
            && assertsFormats == other.assertsFormats
            && places[Int(root)].resource.dialect == other.places[Int(other.root)].resource.dialect
            && zip(documents, other.documents).allSatisfy { $0.bytes == $1.bytes }
    }

    deinit {
        for allocation in allocations { allocation.deallocate() }
    }
}
