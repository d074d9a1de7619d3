/// Shapes and values.
extension Shape {
    /// The shape of one value: it, and few others.
    /// - Parameter depth: how deep to look; what lies deeper is anything.
    public init(of value: Value, depth: Int = 32, origins: Origins = .unknown) {
        self.init(Kinds(value.kind), origins: origins)
        guard depth > 0 else {
            self = .anything
            return
        }
        switch value.kind {
        case .null, .false, .true: break
        case .number:
            if let double = value.double, !double.isNaN { numbers = [double] }
        case .string:
            strings = .only([value.string ?? ""])
        case .array:
            var work = ShapeWork()
            let element = value.elements.reduce(Shape.nothing) {
                $0.union(Shape(of: $1, depth: depth - 1, origins: origins), &work)
            }
            array = ArrayShape(element: element, minCount: value.count)
        case .object:
            var members: [String: ObjectShape.Slot] = [:]
            for member in value.members {
                let shape = Shape(of: member.value, depth: depth - 1, origins: origins)
                members[member.key.string ?? ""] = ObjectShape.Slot(shape: shape, isRequired: true)
            }
            objects = [ObjectShape(members: members, others: .nothing, origins: origins)]
        }
    }

    /// Whether the value is among those of the shape.
    public func contains(_ value: Value) -> Bool {
        guard kinds.contains(Kinds(value.kind)) else { return false }
        switch value.kind {
        case .null, .false, .true: return true
        case .number:
            guard let numbers else { return true }
            return value.double.map(numbers.contains) ?? false
        case .string: return strings.contains(value.string ?? "")
        case .array:
            guard let array else { return true }
            return value.count >= array.minCount && value.elements.allSatisfy(array.element.contains)
        case .object:
            guard let objects else { return true }
            return objects.contains { $0.contains(value) }
        }
    }
}

extension ObjectShape {
    func contains(_ value: Value) -> Bool {
        for member in value.members where !slot(member.key.string ?? "").shape.contains(member.value) { return false }
        return members.allSatisfy { !$0.value.isRequired || value[$0.key] != nil }
    }
}

extension Shape: CustomStringConvertible {
    /// A short notation for tests and for looking at: `{id: string, note?: null | string, ...}`.
    public var description: String { describe(depth: 6) }

    fileprivate func describe(depth: Int) -> String {
        if isAnything { return "anything" }
        if isNothing { return "nothing" }
        if depth == 0 { return "…" }
        var parts: [String] = []
        if kinds.contains(.null) { parts.append("null") }
        if kinds.isSuperset(of: .boolean) {
            parts.append("boolean")
        } else {
            if kinds.contains(.false) { parts.append("false") }
            if kinds.contains(.true) { parts.append("true") }
        }
        if kinds.contains(.number) {
            parts.append(contentsOf: numbers.map { $0.sorted().map { Shape.text(of: $0) } } ?? ["number"])
        }
        if kinds.contains(.string) {
            switch strings {
            case .only(let texts): parts.append(contentsOf: texts.sorted().map { "\"\($0)\"" })
            case .except: parts.append("string")
            }
        }
        if kinds.contains(.array) {
            parts.append(array.map { "[\($0.element.describe(depth: depth - 1))]" } ?? "array")
        }
        if kinds.contains(.object) {
            parts.append(contentsOf: objects?.map { $0.describe(depth: depth - 1) }.sorted() ?? ["object"])
        }
        return parts.joined(separator: " | ")
    }

    static func text(of number: Double) -> String {
        let buffer = ByteBuffer()
        buffer.write(.number(number))
        return String(decoding: buffer.bytes, as: UTF8.self)
    }
}

extension ObjectShape {
    fileprivate func describe(depth: Int) -> String {
        var parts = members.sorted { $0.key < $1.key }.filter { !$0.value.shape.isNothing }.map { name, slot in
            "\(name)\(slot.isRequired ? "" : "?"): \(slot.shape.describe(depth: depth))"
        }
        if !isClosed { parts.append(others.isAnything ? "..." : "...: \(others.describe(depth: depth))") }
        return "{\(parts.joined(separator: ", "))}"
    }
}
