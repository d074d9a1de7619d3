/// What is known of a JSON value without having it: a set of values that is never too small.
///
/// A shape is drawn from a schema, or worked out from a program. It tells which kinds a value can have, which strings
/// and numbers if they are few, what elements an array holds, and which members an object has, may have and cannot
/// have. Objects are kept as alternatives, so that what goes together stays together: the `data` of an event with the
/// `type` that it comes with.
///
/// Every operation errs on the side of more values: what a shape excludes is excluded for certain.
public struct Shape: Sendable, Hashable {
    /// The kinds of value that are possible.
    public internal(set) var kinds: Kinds
    /// Which strings, if there are any.
    public internal(set) var strings: Texts
    /// Which numbers, if there are any; `nil`: all.
    public internal(set) var numbers: Set<Double>?
    /// What is known of arrays, if there are any; `nil`: nothing.
    public internal(set) var array: ArrayShape?
    /// What objects there may be: one of these; `nil`: any.
    public internal(set) var objects: [ObjectShape]?
    /// Where this knowledge comes from, for messages.
    public internal(set) var origins: Origins

    /// The most strings and numbers that are told apart.
    static let constantLimit = 1_000
    /// The most kinds of objects that are told apart.
    static let alternativeLimit = 24

    /// A shape of all values of some kinds.
    public init(_ kinds: Kinds, origins: Origins = .unknown) {
        self.kinds = kinds
        strings = .any
        self.origins = origins
    }

    /// Any value at all.
    public static let anything = Shape(.all)
    /// No value: what is never reached.
    public static let nothing = Shape([])
    public static let null = Shape(.null)
    public static let boolean = Shape(.boolean)
    public static let number = Shape(.number)
    public static let string = Shape(.string)

    /// Strings of a certain set.
    public static func string(_ texts: Texts, origins: Origins = .unknown) -> Shape {
        var shape = Shape(.string, origins: origins)
        shape.strings = texts
        return shape.normalized
    }

    /// Arrays of elements of a shape.
    public static func array(of element: Shape, atLeast count: Int = 0, origins: Origins = .unknown) -> Shape {
        var shape = Shape(.array, origins: origins)
        shape.array = ArrayShape(element: element, minCount: count)
        return shape.normalized
    }

    /// Objects of one of some shapes.
    public static func object(_ alternatives: [ObjectShape], origins: Origins = .unknown) -> Shape {
        var shape = Shape(.object, origins: origins)
        shape.objects = alternatives
        return shape.normalized
    }

    /// Objects with certain members and, unless others are said to be possible, no other ones.
    public static func object(
        required: [String: Shape] = [:], optional: [String: Shape] = [:], others: Shape = .nothing,
        origins: Origins = .unknown
    ) -> Shape {
        var members: [String: ObjectShape.Slot] = [:]
        for (name, shape) in optional { members[name] = ObjectShape.Slot(shape: shape, isRequired: false) }
        for (name, shape) in required { members[name] = ObjectShape.Slot(shape: shape, isRequired: true) }
        return .object([ObjectShape(members: members, others: others, origins: origins)], origins: origins)
    }

    /// Whether no value is possible.
    public var isNothing: Bool { kinds.isEmpty }

    /// Whether nothing is known.
    public var isAnything: Bool {
        kinds == .all && strings == .any && numbers == nil && array == nil && objects == nil
    }

    /// The same values, said to come from elsewhere.
    public func from(_ origins: Origins) -> Shape {
        var shape = self
        shape.origins = origins
        return shape
    }

    /// All values of the same kinds: what stays of a shape that would grow without end.
    public var widened: Shape { Shape(kinds) }

    /// Only the values of some kinds.
    public func only(_ some: Kinds) -> Shape {
        guard !kinds.isSubset(of: some) else { return self }
        var shape = self
        shape.kinds.formIntersection(some)
        return shape.normalized
    }

    /// Without the values of some kinds.
    public func without(_ some: Kinds) -> Shape { only(Kinds.all.subtracting(some)) }

    /// The values that jq takes for true: all but `null` and `false`.
    public var truthy: Shape { without([.null, .false]) }
    /// `null` and `false`.
    public var falsy: Shape { only([.null, .false]) }

    /// Brings the parts in line with the kinds: no kind without a value, no detail without its kind.
    var normalized: Shape {
        var shape = self
        if strings == .only([]) { shape.kinds.remove(.string) }
        if numbers?.isEmpty == true { shape.kinds.remove(.number) }
        if objects?.isEmpty == true { shape.kinds.remove(.object) }
        if let array, array.minCount > 0, array.element.isNothing { shape.kinds.remove(.array) }
        if !shape.kinds.contains(.string) { shape.strings = .any }
        if !shape.kinds.contains(.number) { shape.numbers = nil }
        if !shape.kinds.contains(.array) { shape.array = nil }
        if !shape.kinds.contains(.object) { shape.objects = nil }
        if shape.kinds.isEmpty { shape.origins = .unknown }
        return shape
    }
}

extension Shape {
    /// A set of kinds; `false` and `true` are told apart.
    public struct Kinds: OptionSet, Hashable, Sendable {
        public let rawValue: UInt8
        public init(rawValue: UInt8) { self.rawValue = rawValue }
        public init(_ kind: Value.Kind) { rawValue = 1 << kind.rawValue }

        public static let null = Kinds(.null)
        public static let `false` = Kinds(.false)
        public static let `true` = Kinds(.true)
        public static let boolean: Kinds = [.false, .true]
        public static let number = Kinds(.number)
        public static let string = Kinds(.string)
        public static let array = Kinds(.array)
        public static let object = Kinds(.object)
        public static let scalars: Kinds = [.null, .boolean, .number, .string]
        public static let all: Kinds = [.scalars, .array, .object]

        /// For messages: `a string or null`.
        public var phrase: String {
            let names: [(Kinds, String)] = [
                (.object, "an object"), (.array, "an array"), (.string, "a string"), (.number, "a number"),
                (.boolean, "a boolean"), (.null, "null"),
            ]
            let present = names.filter { !isDisjoint(with: $0.0) }.map(\.1)
            guard let last = present.last else { return "nothing" }
            return present.count == 1 ? last : present.dropLast().joined(separator: ", ") + " or " + last
        }
    }

    /// A set of strings: a few, or all but a few.
    public enum Texts: Hashable, Sendable {
        case only(Set<String>)
        case except(Set<String>)

        public static let any = Texts.except([])

        /// The strings, if they are few.
        public var list: Set<String>? {
            if case .only(let texts) = self { texts } else { nil }
        }

        public func contains(_ text: String) -> Bool {
            switch self {
            case .only(let texts): texts.contains(text)
            case .except(let texts): !texts.contains(text)
            }
        }

        func union(_ other: Texts) -> Texts {
            switch (self, other) {
            case (.only(let a), .only(let b)):
                let all = a.union(b)
                return all.count > Shape.constantLimit ? .any : .only(all)
            case (.only(let few), .except(let missing)), (.except(let missing), .only(let few)):
                return .except(missing.subtracting(few))
            case (.except(let a), .except(let b)): return .except(a.intersection(b))
            }
        }

        func intersection(_ other: Texts) -> Texts {
            switch (self, other) {
            case (.only(let a), .only(let b)): .only(a.intersection(b))
            case (.only(let few), .except(let missing)), (.except(let missing), .only(let few)):
                .only(few.subtracting(missing))
            case (.except(let a), .except(let b)): .except(a.union(b))
            }
        }

        /// Without some strings. Only ASCII is taken away: other strings can look equal to Swift and be different
        /// bytes.
        func subtracting(_ texts: Set<String>) -> Texts {
            intersection(.except(texts.filter { $0.utf8.allSatisfy { $0 < 0x80 } }))
        }
    }

    /// Where the knowledge of a shape comes from.
    public struct Origins: Hashable, Sendable {
        /// Places in schemas, as URIs with a JSON Pointer.
        public var schemas: [String]
        /// Whether some of it stands in a program.
        public var hasProgram: Bool
        /// Whether some of it comes from elsewhere.
        public var hasUnknown: Bool

        public static let unknown = Origins(schemas: [], hasProgram: false, hasUnknown: true)
        public static let program = Origins(schemas: [], hasProgram: true, hasUnknown: false)
        public static func schema(_ place: String) -> Origins {
            Origins(schemas: [place], hasProgram: false, hasUnknown: false)
        }

        /// Whether a schema says it, and nothing else.
        public var isSchema: Bool { !hasProgram && !hasUnknown }
        /// Whether a program's text says it, and nothing else.
        public var isProgram: Bool { hasProgram && !hasUnknown && schemas.isEmpty }

        /// Of values that may come from either.
        public func union(_ other: Origins) -> Origins {
            if self == other { return self }
            let all = schemas + other.schemas.filter { !schemas.contains($0) }
            return Origins(
                schemas: Array(all.prefix(3)), hasProgram: hasProgram || other.hasProgram,
                hasUnknown: hasUnknown || other.hasUnknown)
        }

        /// Of values that both speak of.
        func intersection(_ other: Origins) -> Origins {
            if self == other || self == .unknown { return other }
            if other == .unknown || hasProgram || other.hasProgram { return self }
            return union(other)
        }
    }
}
