import JSON

/// The position of a node in a program; ``none`` where there is no schema.
typealias NodeIndex = Int32

extension NodeIndex {
    static let none: NodeIndex = -1
}

/// A run of entries in one of a program's tables.
struct Span: BitwiseCopyable {
    var start: Int32 = 0
    var count: Int32 = 0

    @inline(__always) var indices: Range<Int> { Int(start)..<Int(start) + Int(count) }
    @inline(__always) var isEmpty: Bool { count == 0 }
}

/// The types that a schema allows: one bit for each kind of value, and one that narrows numbers to integers.
struct TypeSet: OptionSet, BitwiseCopyable {
    let rawValue: UInt8

    static let null = TypeSet(rawValue: 1 << Value.Kind.null.rawValue)
    static let boolean = TypeSet(rawValue: 1 << Value.Kind.false.rawValue | 1 << Value.Kind.true.rawValue)
    static let number = TypeSet(rawValue: 1 << Value.Kind.number.rawValue)
    static let string = TypeSet(rawValue: 1 << Value.Kind.string.rawValue)
    static let array = TypeSet(rawValue: 1 << Value.Kind.array.rawValue)
    static let object = TypeSet(rawValue: 1 << Value.Kind.object.rawValue)
    /// Of the numbers only integers.
    static let integersOnly = TypeSet(rawValue: 0x80)
    static let all = TypeSet(rawValue: 0x7F)

    @inline(__always)
    func contains(_ kind: Value.Kind) -> Bool { rawValue >> kind.rawValue & 1 != 0 }
}

/// One schema, compiled: what it asks of each kind of value, as positions in the program's tables.
struct Node: BitwiseCopyable {
    struct Flags: OptionSet, BitwiseCopyable {
        let rawValue: UInt8
        /// Nothing but ``Node/types`` is asked, and integers are not told from other numbers.
        static let typeOnly = Flags(rawValue: 1)
        /// The schema `false`.
        static let never = Flags(rawValue: 2)
        /// There is an `unevaluatedItems` or `unevaluatedProperties`.
        static let tracksEvaluation = Flags(rawValue: 4)
        /// Nothing is asked but what a `$ref` leads to.
        static let referenceOnly = Flags(rawValue: 8)
    }

    var types: TypeSet = .all
    var flags: Flags = []
    /// The schema resource that the node belongs to, for dynamic references.
    var resource: Int32 = 0
    var string: Int32 = .none
    var number: Int32 = .none
    var array: Int32 = .none
    var object: Int32 = .none
    /// `enum` or `const`.
    var values: Int32 = .none
    /// What else applies to the same value, cheapest first.
    var applicators = Span()
    var unevaluatedItems: NodeIndex = .none
    var unevaluatedProperties: NodeIndex = .none
}

/// `minLength`, `maxLength`, `pattern`, `format`.
struct StringRule: BitwiseCopyable {
    var minLength = 0
    var maxLength = Int.max
    var pattern: Int32 = .none
    var format: Format?
}

/// One of `minimum`, `maximum`, `exclusiveMinimum`, `exclusiveMaximum`, `multipleOf`.
struct NumberRule: BitwiseCopyable {
    enum Kind: UInt8 { case minimum, exclusiveMinimum, maximum, exclusiveMaximum, multipleOf }

    let kind: Kind
    let operand: Value
    /// The operand, where it is an integer of at most 18 digits.
    let integer: Int?
    /// For a `multipleOf` of 1, 0.1, 0.01 and so on: the digits that a multiple may have behind its point.
    let fractionDigits: Int?
}

/// What is asked of arrays.
struct ArrayRule: BitwiseCopyable {
    var minItems = 0
    var maxItems = Int.max
    var isUnique = false
    var hasElementSchemas = false
    /// Schemas of the first elements, in the table of children.
    var prefix = Span()
    /// Of all further elements.
    var items: NodeIndex = .none
    /// The schema that decides: ``items``, or what it does nothing but refer to.
    var itemsTarget: NodeIndex = .none
    var contains: NodeIndex = .none
    var minContains = 1
    var maxContains = Int.max
}

/// What is asked of objects.
struct ObjectRule: BitwiseCopyable {
    var minProperties = 0
    var maxProperties = Int.max
    /// The number of names in `required`.
    var requiredCount = 0
    /// Whether each member has to be looked at.
    var visitsMembers = false
    /// Whether names and `additional` are all that members are looked at for.
    var isPlain = false
    var names = NameTable()
    var patterns = Span()
    var additional: NodeIndex = .none
    var propertyNames: NodeIndex = .none
    var dependents = Span()
}

/// A pattern of `patternProperties` with its schema.
struct PatternRule: BitwiseCopyable {
    let pattern: Int32
    let node: NodeIndex
}

/// One name in `dependentRequired`, `dependentSchemas` or `dependencies`.
struct DependentRule: BitwiseCopyable {
    let keyword: Keyword
    let name: Value
    /// The names that `name` requires, in the table of values.
    var required = Span()
    var node: NodeIndex = .none
}

/// `enum` or `const`.
struct ValuesRule: BitwiseCopyable {
    /// In the table of values.
    var values = Span()
    /// The strings among them, by name; empty if there is none.
    var strings = NameTable()
    var isConst = false
}

/// A keyword that applies schemas to the same value.
struct Applicator: BitwiseCopyable {
    enum Kind: UInt8 { case reference, dynamicReference, allOf, anyOf, oneOf, not, condition }

    let kind: Kind
    /// In the table of children. For ``Kind/condition``: `if`, `then`, `else`, each of which may be
    /// ``NodeIndex/none`` but the first.
    let children: Span
    /// For ``Kind/dynamicReference``: the row of the table of dynamic anchors.
    var anchor: Int32 = .none
}
