import JSON

/// A document that can be taken apart and put together in ways that no parser would give.
indirect enum Tree {
    /// The text of a number, string or word, whether it is JSON or not.
    case scalar([UInt8])
    case array([Tree])
    /// Members by the text of their name, quotes included; names may stand twice.
    case object([(name: [UInt8], value: Tree)])

    static func scalar(_ text: String) -> Tree { .scalar(Array(text.utf8)) }

    /// The document in these bytes; `nil` if they are none.
    init?(_ bytes: [UInt8]) {
        let arena = Arena()
        guard let value = try? bytes.withUnsafeBytes({ try Parser().parse(copying: $0, into: arena) }) else {
            return nil
        }
        self = withExtendedLifetime(arena) { Tree(value, ByteBuffer()) }
    }

    private init(_ value: Value, _ buffer: ByteBuffer) {
        switch value.kind {
        case .array: self = .array(value.elements.map { Tree($0, buffer) })
        case .object:
            self = .object(value.members.map { (Tree.text($0.key, buffer), Tree($0.value, buffer)) })
        default: self = .scalar(Tree.text(value, buffer))
        }
    }

    private static func text(_ value: Value, _ buffer: ByteBuffer) -> [UInt8] {
        buffer.removeAll()
        buffer.write(value)
        return Array(buffer.bytes)
    }

    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        write(to: &bytes)
        return bytes
    }

    private func write(to bytes: inout [UInt8]) {
        switch self {
        case .scalar(let text): bytes += text
        case .array(let elements):
            bytes.append(UInt8(ascii: "["))
            for (position, element) in elements.enumerated() {
                if position > 0 { bytes.append(UInt8(ascii: ",")) }
                element.write(to: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let members):
            bytes.append(UInt8(ascii: "{"))
            for (position, member) in members.enumerated() {
                if position > 0 { bytes.append(UInt8(ascii: ",")) }
                bytes += member.name
                bytes.append(UInt8(ascii: ":"))
                member.value.write(to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    /// How many nodes there are.
    var count: Int {
        switch self {
        case .scalar: 1
        case .array(let elements): elements.reduce(1) { $0 + $1.count }
        case .object(let members): members.reduce(1) { $0 + $1.value.count }
        }
    }

    /// The tree in which `change` was done to the node with this number, counted from the root on in depth first.
    func changing(_ number: Int, _ change: (Tree) -> Tree) -> Tree {
        var left = number
        return changing(&left, change)
    }

    private func changing(_ left: inout Int, _ change: (Tree) -> Tree) -> Tree {
        if left == 0 {
            left = -1
            return change(self)
        }
        guard left > 0 else { return self }
        left -= 1
        switch self {
        case .scalar: return self
        case .array(let elements): return .array(elements.map { $0.changing(&left, change) })
        case .object(let members): return .object(members.map { ($0.name, $0.value.changing(&left, change)) })
        }
    }

    /// The node with this number.
    func node(_ number: Int) -> Tree {
        var found = self
        _ = changing(number) { node in
            found = node
            return node
        }
        return found
    }
}
