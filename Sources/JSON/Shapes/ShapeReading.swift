/// Reading and changing parts of shapes.
extension Shape {
    /// What `.name` yields: `null` of `null` and of objects without the member. Values that have no members yield
    /// nothing.
    public func member(_ name: String, _ work: inout ShapeWork) -> Shape {
        var result = kinds.contains(.null) ? Shape.null : .nothing
        guard kinds.contains(.object) else { return result }
        guard let objects else { return .anything }
        for object in objects {
            let slot = object.slot(name)
            result = result.union(slot.shape, &work)
            if !slot.isRequired { result = result.union(.null, &work) }
        }
        return result
    }

    /// Every element of arrays and every member's value of objects.
    public func elements(_ work: inout ShapeWork) -> Shape {
        var result = Shape.nothing
        if kinds.contains(.array) {
            guard let array else { return .anything }
            result = array.element
        }
        guard kinds.contains(.object) else { return result }
        guard let objects else { return .anything }
        for object in objects {
            result = result.union(object.others, &work)
            for slot in object.members.values { result = result.union(slot.shape, &work) }
        }
        return result
    }

    /// Whether no object of this shape can have the member, though there are objects.
    public func excludesMember(_ name: String) -> Bool {
        guard kinds.contains(.object), let objects else { return false }
        return objects.allSatisfy { $0.slot(name).shape.isNothing }
    }

    /// Changes each kind of object; `nil` leaves none.
    public func mapObjects(_ change: (ObjectShape) -> ObjectShape?) -> Shape {
        guard kinds.contains(.object) else { return self }
        var shape = self
        shape.objects = (objects ?? [.any]).compactMap(change)
        return shape.normalized
    }

    /// The same with a member set, as an assignment does it: `null` becomes an object, all else but objects fails.
    public func setting(_ name: String, to value: Shape, _ work: inout ShapeWork) -> Shape {
        let slot = ObjectShape.Slot(shape: value, isRequired: true)
        var result = only(.object).mapObjects { $0.with(name, slot, origins: $0.origins.union(.program)) }
        if result.kinds.contains(.object) { result.origins = origins.union(.program) }
        guard kinds.contains(.null), !value.isNothing else { return result }
        return result.union(.object(required: [name: value], origins: .program), &work)
    }

    /// The same without a member. Whatever has no members stays.
    public func removing(_ name: String) -> Shape {
        mapObjects {
            $0.with(name, .init(shape: .nothing, isRequired: false), origins: $0.origins.union(.program))
        }
    }

    /// Only the objects whose member satisfies a condition, and `null` where a missing member does.
    ///
    /// - Parameters:
    ///   - keep: what of a member's value satisfies it.
    ///   - keepsMissing: whether a missing member does, as `null`.
    public func narrowing(_ name: String, keepsMissing: Bool, keep: (Shape) -> Shape) -> Shape {
        var result = only(keepsMissing ? [.null, .object] : .object)
        result = result.mapObjects { object in
            let slot = object.slot(name)
            let kept = keep(slot.shape)
            if kept.isNothing {
                if slot.isRequired || !keepsMissing { return nil }
                return object.with(name, .init(shape: .nothing, isRequired: false))
            }
            return object.with(name, .init(shape: kept, isRequired: slot.isRequired || !keepsMissing))
        }
        return result
    }

    /// The names that a schema or a program speaks of in objects of this shape.
    public var declaredNames: Set<String> {
        var names: Set<String> = []
        for object in objects ?? [] {
            for (name, slot) in object.members where !slot.shape.isNothing { names.insert(name) }
        }
        return names
    }
}

extension ObjectShape {
    /// Objects of which nothing is known.
    public static let any = ObjectShape(members: [:], others: .anything)
}
