/// What is known of an array.
public final class ArrayShape: Sendable, Hashable {
    /// Of every element; ``Shape/nothing`` for arrays that are empty.
    public let element: Shape
    /// The least number of elements.
    public let minCount: Int
    private let fingerprint: Int

    public init(element: Shape, minCount: Int = 0) {
        self.element = element
        self.minCount = minCount
        var hasher = Hasher()
        hasher.combine(minCount)
        hasher.combine(element)
        fingerprint = hasher.finalize()
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(fingerprint) }

    /// By fingerprint: shapes share their parts, and to follow all ways through them could take for ever.
    public static func == (a: ArrayShape, b: ArrayShape) -> Bool { a.fingerprint == b.fingerprint }
}

/// What is known of an object.
public final class ObjectShape: Sendable, Hashable {
    /// What is known of one member.
    public struct Slot: Sendable, Hashable {
        /// Of its value, where it is there; ``Shape/nothing`` where it never is.
        public var shape: Shape
        /// Whether it is always there.
        public var isRequired: Bool

        public init(shape: Shape, isRequired: Bool) {
            self.shape = shape
            self.isRequired = isRequired
        }

        /// The value, or `null` where there is none: what `.name` yields.
        public var reading: Shape { isRequired ? shape : shape.union(.null) }
    }

    /// The members that are spoken of.
    public let members: [String: Slot]
    /// Of all members that are not; ``Shape/nothing`` when there are none.
    public let others: Shape
    public let origins: Shape.Origins
    private let fingerprint: Int

    public init(members: [String: Slot], others: Shape, origins: Shape.Origins = .unknown) {
        self.members = members
        self.others = others
        self.origins = origins
        var hasher = Hasher()
        hasher.combine(members)
        hasher.combine(others)
        hasher.combine(origins)
        fingerprint = hasher.finalize()
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(fingerprint) }

    /// By fingerprint, as with ``ArrayShape``.
    public static func == (a: ObjectShape, b: ObjectShape) -> Bool { a.fingerprint == b.fingerprint }

    /// Whether there are no members but those that are spoken of.
    public var isClosed: Bool { others.isNothing }

    /// What is known of a member, whether it is spoken of or not.
    public func slot(_ name: String) -> Slot {
        members[name] ?? Slot(shape: others, isRequired: false)
    }

    /// The same with one member known differently. A required member that cannot be leaves no object.
    public func with(_ name: String, _ slot: Slot, origins: Shape.Origins? = nil) -> ObjectShape? {
        if slot.isRequired, slot.shape.isNothing { return nil }
        var members = members
        members[name] = slot
        return ObjectShape(members: members, others: others, origins: origins ?? self.origins)
    }

}
