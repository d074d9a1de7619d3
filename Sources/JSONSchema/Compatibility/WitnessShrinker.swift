import JSON

/// Makes a witness smaller, so that what it shows is seen at once: members and elements are left out for as long as the
/// one schema still takes it and the other still refuses it at the same keyword.
struct WitnessShrinker {
    private static let stepLimit = 2_000

    let known: Schema
    let goal: Schema
    /// The absolute location of the keyword.
    let location: String
    private let arena = Arena(byteLimit: 64 << 20)
    private var stepsLeft = Self.stepLimit

    init(known: Schema, goal: Schema, location: String) {
        self.known = known
        self.goal = goal
        self.location = location
    }

    /// The smallest document that was found, as JSON text.
    mutating func shrink(_ document: String) -> String {
        guard var value = try? Parser().parse(document, into: arena) else { return document }
        while let smaller = reduced(value, { $0 }) { value = smaller }
        return Explainer.text(value)
    }

    private func isWitness(_ value: Value) -> Bool {
        guard known.isValid(value), let failure = goal.validate(value) else { return false }
        return failure.refusals.contains { $0.absoluteKeywordLocation == location }
    }

    /// The whole document with one thing less in a part of it; `nil` when nothing can go.
    /// - Parameter whole: puts the part into the document.
    private mutating func reduced(_ part: Value, _ whole: (Value) -> Value) -> Value? {
        let count = part.kind >= .array ? part.count : 0
        for position in (0..<count).reversed() {
            guard stepsLeft > 0 else { return nil }
            stepsLeft -= 1
            guard let smaller = without(part, position) else { continue }
            let document = whole(smaller)
            if isWitness(document) { return document }
        }
        for position in 0..<count {
            let child = part.kind == .array ? part.elements[position] : part.members[position].value
            let arena = arena
            if let document = reduced(child, { whole(Self.replacing(part, position, by: $0, arena)) }) {
                return document
            }
        }
        return nil
    }

    private func without(_ part: Value, _ position: Int) -> Value? {
        if part.kind == .array {
            var elements = Array(part.elements)
            elements.remove(at: position)
            return try? arena.array(elements)
        }
        var members = Array(part.members)
        members.remove(at: position)
        return try? arena.object(members)
    }

    private static func replacing(_ part: Value, _ position: Int, by value: Value, _ arena: Arena) -> Value {
        if part.kind == .array {
            var elements = Array(part.elements)
            elements[position] = value
            return (try? arena.array(elements)) ?? part
        }
        var members = Array(part.members)
        members[position] = Member(key: members[position].key, value: value)
        return (try? arena.object(members)) ?? part
    }
}
