/// Why values of one shape are not values of another.
public struct Misfit: Sendable, Hashable {
    public enum Reason: Sendable, Hashable {
        /// A member that is required is never there.
        case missing(String)
        /// A member that is not allowed.
        case forbidden(String)
        /// None of the kinds is allowed.
        case kinds(found: Shape.Kinds, allowed: Shape.Kinds)
        /// Strings that are none of the allowed ones.
        case texts(found: Set<String>, allowed: Set<String>)
        /// No value fits, for a reason that lies deeper.
        case other
    }

    /// The members, from the outermost on, that lead to the place; `[]` stands for the elements of an array.
    public let path: [String]
    public let reason: Reason
    /// Where the schema says so.
    public let schemas: [String]
}

extension Shape {
    /// What cannot be a value of the other shape, whatever happens: a value that has it never fits.
    ///
    /// Of values that are possible only sometimes nothing is said, except where a program's text names them: a constant
    /// or a member that is written there and not allowed is wrong whenever it is written.
    public func misfits(in allowed: Shape) -> [Misfit] {
        var work = ShapeWork(50_000)
        return misfits(in: allowed, at: [], &work)
    }

    fileprivate func misfits(in allowed: Shape, at path: [String], _ work: inout ShapeWork) -> [Misfit] {
        guard !isNothing, !allowed.isAnything, work.spend(), path.count < 32 else { return [] }
        func misfit(_ reason: Misfit.Reason) -> [Misfit] {
            [Misfit(path: path, reason: reason, schemas: allowed.origins.schemas)]
        }
        let common = kinds.intersection(allowed.kinds)
        if common.isEmpty { return misfit(.kinds(found: kinds, allowed: allowed.kinds)) }
        if common.contains(.string), let wanted = allowed.strings.list, let found = strings.list {
            let wrong = found.subtracting(wanted)
            if origins.isProgram || common == .string && wrong.count == found.count, !wrong.isEmpty {
                return misfit(.texts(found: wrong, allowed: wanted))
            }
        }
        if common == .object { return objectMisfits(in: allowed, at: path, &work) }
        if common == .array, let mine = array, let theirs = allowed.array {
            return mine.element.misfits(in: theirs.element, at: path + ["[]"], &work)
        }
        return intersection(allowed, &work).isNothing && work.left > 0 ? misfit(.other) : []
    }

    private func objectMisfits(in allowed: Shape, at path: [String], _ work: inout ShapeWork) -> [Misfit] {
        guard let mine = objects.flatMap({ ObjectShape.merged($0, &work) }), let alternatives = allowed.objects else {
            return []
        }
        var best: [Misfit]?
        for alternative in alternatives {
            let found = mine.misfits(in: alternative, at: path, &work)
            if found.isEmpty || work.left < 0 { return [] }
            if best.map({ found.count < $0.count }) ?? true { best = found }
        }
        return best ?? []
    }
}

extension ObjectShape {
    fileprivate func misfits(in allowed: ObjectShape, at path: [String], _ work: inout ShapeWork) -> [Misfit] {
        var result: [Misfit] = []
        func note(_ reason: Misfit.Reason) {
            result.append(Misfit(path: path, reason: reason, schemas: allowed.origins.schemas))
        }
        for (name, wanted) in allowed.members.sorted(by: { $0.key < $1.key }) where wanted.isRequired {
            if slot(name).shape.isNothing { note(.missing(name)) }
        }
        for (name, slot) in members.sorted(by: { $0.key < $1.key }) where !slot.shape.isNothing {
            let wanted = allowed.slot(name).shape
            if wanted.isNothing {
                if slot.isRequired || origins.isProgram { note(.forbidden(name)) }
                continue
            }
            result += slot.shape.misfits(in: wanted, at: path + [name], &work)
        }
        return result
    }
}
