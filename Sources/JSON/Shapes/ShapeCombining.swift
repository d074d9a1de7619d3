/// How much may still be spent on combining shapes. What exceeds it becomes less known, never wrong.
public struct ShapeWork: Sendable {
    public private(set) var left: Int

    public init(_ limit: Int = 20_000) {
        left = limit
    }

    /// Counts some steps. Returns whether there was room for them.
    public mutating func spend(_ count: Int = 1) -> Bool {
        left -= count
        return left >= 0
    }
}

extension Shape {
    /// The values of either.
    public func union(_ other: Shape) -> Shape {
        var work = ShapeWork()
        return union(other, &work)
    }

    /// The values of either.
    public func union(_ other: Shape, _ work: inout ShapeWork) -> Shape {
        if other.isNothing { return self }
        if isNothing { return other }
        if isAnything { return origins == .unknown ? self : from(origins.union(other.origins)) }
        if other.isAnything { return other.union(self, &work) }
        guard work.spend() else { return .anything }
        var result = Shape(kinds.union(other.kinds), origins: origins.union(other.origins))
        result.strings =
            merge(other, .string, strings, other.strings) { .some($0.union($1)) } ?? .any
        result.numbers = merge(other, .number, numbers, other.numbers) { a, b in
            a.count + b.count > Shape.constantLimit ? nil : a.union(b)
        }
        result.array = merge(other, .array, array, other.array) { a, b in
            if a === b { return a }
            return ArrayShape(element: a.element.union(b.element, &work), minCount: min(a.minCount, b.minCount))
        }
        result.objects = merge(other, .object, objects, other.objects) { ObjectShape.union($0, $1, &work) }
        return result.normalized
    }

    /// One side's part where only that side has the kind, both combined where both have it and know of it.
    private func merge<Part>(
        _ other: Shape, _ kind: Kinds, _ mine: Part?, _ theirs: Part?, _ combine: (Part, Part) -> Part?
    ) -> Part? {
        guard kinds.contains(kind) else { return theirs }
        guard other.kinds.contains(kind) else { return mine }
        guard let mine, let theirs else { return nil }
        return combine(mine, theirs)
    }

    /// The values of both.
    public func intersection(_ other: Shape) -> Shape {
        var work = ShapeWork()
        return intersection(other, &work)
    }

    /// The values of both.
    public func intersection(_ other: Shape, _ work: inout ShapeWork) -> Shape {
        if isAnything { return other }
        if other.isAnything { return self }
        var result = Shape(kinds.intersection(other.kinds), origins: origins.intersection(other.origins))
        guard !result.isNothing, work.spend() else { return result.isNothing ? .nothing : self }
        result.strings = strings.intersection(other.strings)
        result.numbers = numbers.map { mine in other.numbers.map(mine.intersection) ?? mine } ?? other.numbers
        result.array = array ?? other.array
        if let mine = array, let theirs = other.array {
            result.array = ArrayShape(
                element: mine.element.intersection(theirs.element, &work),
                minCount: max(mine.minCount, theirs.minCount))
        }
        result.objects = objects ?? other.objects
        if let mine = objects, let theirs = other.objects {
            result.objects = result.kinds.contains(.object) ? ObjectShape.intersection(mine, theirs, &work) : nil
        }
        return result.normalized
    }

    /// Without certain strings.
    public func without(strings texts: Set<String>) -> Shape {
        guard kinds.contains(.string) else { return self }
        var shape = self
        shape.strings = strings.subtracting(texts)
        return shape.normalized
    }

    /// The same with all objects told as one.
    public func collapsed(_ work: inout ShapeWork) -> Shape {
        guard let objects, objects.count > 1 else { return self }
        var shape = self
        shape.objects = ObjectShape.merged(objects, &work).map { [$0] }
        return shape
    }
}

extension ObjectShape {
    static func union(_ a: [ObjectShape], _ b: [ObjectShape], _ work: inout ShapeWork) -> [ObjectShape]? {
        var all = a
        for shape in b {
            guard work.spend(1 + all.count) else { return nil }
            if !all.contains(where: { $0 == shape }) { all.append(shape) }
        }
        guard all.count > Shape.alternativeLimit else { return all }
        return merged(all, &work).map { [$0] }
    }

    /// One shape of all; `nil` when that is too much work.
    static func merged(_ shapes: [ObjectShape], _ work: inout ShapeWork) -> ObjectShape? {
        guard var result = shapes.first else { return nil }
        for shape in shapes.dropFirst() {
            guard let next = result.merged(shape, &work) else { return nil }
            result = next
        }
        return result
    }

    private func merged(_ other: ObjectShape, _ work: inout ShapeWork) -> ObjectShape? {
        if self === other { return self }
        guard work.spend(members.count + other.members.count) else { return nil }
        var result: [String: Slot] = [:]
        for name in Set(members.keys).union(other.members.keys) {
            let (mine, theirs) = (slot(name), other.slot(name))
            result[name] = Slot(
                shape: mine.shape.union(theirs.shape, &work), isRequired: mine.isRequired && theirs.isRequired)
        }
        return ObjectShape(
            members: result, others: others.union(other.others, &work), origins: origins.union(other.origins))
    }

    static func intersection(_ a: [ObjectShape], _ b: [ObjectShape], _ work: inout ShapeWork) -> [ObjectShape] {
        var result: [ObjectShape] = []
        for mine in a {
            for theirs in b {
                if mine === theirs {
                    result.append(mine)
                    continue
                }
                // Out of work: one side alone holds all values of both.
                guard work.spend(mine.members.count + theirs.members.count) else { return a }
                if let both = mine.intersection(theirs, &work) { result.append(both) }
            }
        }
        guard result.count > Shape.alternativeLimit else { return result }
        return merged(result, &work).map { [$0] } ?? a
    }

    private func intersection(_ other: ObjectShape, _ work: inout ShapeWork) -> ObjectShape? {
        var result: [String: Slot] = [:]
        for name in Set(members.keys).union(other.members.keys) {
            let (mine, theirs) = (slot(name), other.slot(name))
            let slot = Slot(
                shape: mine.shape.intersection(theirs.shape, &work), isRequired: mine.isRequired || theirs.isRequired)
            if slot.isRequired, slot.shape.isNothing { return nil }
            result[name] = slot
        }
        return ObjectShape(
            members: result, others: others.intersection(other.others, &work),
            origins: origins.intersection(other.origins))
    }
}
