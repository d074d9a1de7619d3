/// How JSON is laid out for people.
public struct Style: Sendable, Equatable {
    /// Spaces for each level; `nil` for everything on one line without spaces.
    public var indentation: Int?
    /// Whether the members of objects are sorted by the code points of their names.
    public var sortsKeys: Bool

    public init(indentation: Int? = nil, sortsKeys: Bool = false) {
        self.indentation = indentation
        self.sortsKeys = sortsKeys
    }

    /// Everything on one line, without spaces, members in their order: what ``ByteBuffer/write(_:)`` writes.
    public static let compact = Style()

    /// A line for each element and member, like jq's output.
    public static func indented(_ spaces: Int = 2, sortsKeys: Bool = false) -> Style {
        Style(indentation: spaces, sortsKeys: sortsKeys)
    }
}

extension ByteBuffer {
    /// Writes a value in a style. For people: it allocates, unlike ``write(_:)``.
    public func write(_ value: Value, style: Style) {
        guard style != .compact else { return write(value) }
        StyledWriter(buffer: self, style: style).write(value)
    }
}

/// Writes indented or sorted, with a stack of its own, so that nesting costs no call.
private struct StyledWriter {
    let buffer: ByteBuffer
    let style: Style

    /// A container that is being written.
    private struct Frame {
        let value: Value
        /// The positions of the members in the order to write, if they are sorted.
        let order: [Int]?
        var next = 0
    }

    func write(_ value: Value) {
        var frames: [Frame] = []
        var current: Value? = value
        while true {
            if let value = current {
                if value.count > 0, value.kind == .array || value.kind == .object {
                    buffer.append(value.kind == .array ? UInt8(ascii: "[") : UInt8(ascii: "{"))
                    frames.append(Frame(value: value, order: order(of: value)))
                } else {
                    buffer.write(value)
                }
            }
            guard var frame = frames.popLast() else { return }
            if frame.next == frame.value.count {
                breakLine(frames.count)
                buffer.append(frame.value.kind == .array ? UInt8(ascii: "]") : UInt8(ascii: "}"))
                current = nil
                continue
            }
            if frame.next > 0 { buffer.append(UInt8(ascii: ",")) }
            breakLine(frames.count + 1)
            current = child(of: frame)
            frame.next += 1
            frames.append(frame)
        }
    }

    /// The next element, or the next member's value after its name is written.
    private func child(of frame: Frame) -> Value {
        guard frame.value.kind == .object else { return frame.value.elements[frame.next] }
        let member = frame.value.members[frame.order?[frame.next] ?? frame.next]
        buffer.write(member.key)
        buffer.append(style.indentation == nil ? ":" : ": ")
        return member.value
    }

    private func order(of value: Value) -> [Int]? {
        guard style.sortsKeys, value.kind == .object else { return nil }
        let members = value.members
        return members.indices.sorted { members[$0].key.bytes.lexicographicallyPrecedes(members[$1].key.bytes) }
    }

    private func breakLine(_ level: Int) {
        guard let indentation = style.indentation else { return }
        buffer.append(UInt8(ascii: "\n"))
        for _ in 0..<level * indentation { buffer.append(UInt8(ascii: " ")) }
    }
}
