import JSON

/// Writes values as `jq` does: compact, indented by spaces or tabs, sorted, coloured.
struct DocumentPrinter: Sendable {
    enum Layout: Sendable, Equatable {
        case compact
        case spaces(Int)
        case tabs
    }

    var layout = Layout.spaces(2)
    var sortsKeys = false
    /// `nil`: no colours.
    var palette: Palette?

    func write(_ value: Value, to buffer: ByteBuffer) {
        if palette == nil {
            switch layout {
            case .compact: return buffer.write(value, style: Style(sortsKeys: sortsKeys))
            case .spaces(let count): return buffer.write(value, style: .indented(count, sortsKeys: sortsKeys))
            case .tabs: break
            }
        }
        ColouredWriter(buffer: buffer, printer: self).write(value)
    }

    /// The colours of values, as the parameters of ANSI's `SGR`.
    struct Palette: Sendable, Equatable {
        /// In jq's order: null, false, true, numbers, strings, arrays, objects, names of members.
        private(set) var codes = ["0;90", "0;39", "0;39", "0;39", "0;32", "1;39", "1;39", "34;1"]

        /// jq's colours, changed by a text such as that of `JQ_COLORS`, in jq's order and separated by colons. A text
        /// that is not of this form changes nothing.
        init(changes: String? = nil) {
            let parts = changes?.split(separator: ":", omittingEmptySubsequences: false) ?? []
            let isValid = parts.allSatisfy {
                $0.utf8.allSatisfy { Character(Unicode.Scalar($0)).isNumber || $0 == 0x3B }
            }
            guard isValid else { return }
            for (index, part) in parts.prefix(codes.count).enumerated() { codes[index] = String(part) }
        }

        func start(_ value: Value) -> String {
            let index: Int =
                switch value.kind {
                case .null: 0
                case .false: 1
                case .true: 2
                case .number: 3
                case .string: 4
                case .array: 5
                case .object: 6
                }
            return "\u{1B}[\(codes[index])m"
        }

        var name: String { "\u{1B}[\(codes[7])m" }
        static let reset = "\u{1B}[0m"
    }
}

/// Writes with tabs or colours, with a stack of its own, so that nesting costs no call.
private struct ColouredWriter {
    let buffer: ByteBuffer
    let printer: DocumentPrinter

    private struct Frame {
        let value: Value
        let order: [Int]
        var next = 0
    }

    func write(_ value: Value) {
        var frames: [Frame] = []
        var current: Value? = value
        while true {
            if let value = current {
                if value.count > 0, value.kind == .array || value.kind == .object {
                    mark(value, value.kind == .array ? "[" : "{")
                    frames.append(Frame(value: value, order: order(of: value)))
                } else {
                    scalar(value)
                }
            }
            guard var frame = frames.popLast() else { return }
            if frame.next == frame.value.count {
                breakLine(frames.count)
                mark(frame.value, frame.value.kind == .array ? "]" : "}")
                current = nil
                continue
            }
            if frame.next > 0 { mark(frame.value, ",") }
            breakLine(frames.count + 1)
            current = child(of: frame)
            frame.next += 1
            frames.append(frame)
        }
    }

    private func scalar(_ value: Value) {
        guard let palette = printer.palette else { return buffer.write(value) }
        buffer.append(palette.start(value))
        buffer.write(value)
        buffer.append(DocumentPrinter.Palette.reset)
    }

    /// A bracket or a comma, in its container's colour.
    private func mark(_ container: Value, _ text: String) {
        guard let palette = printer.palette else { return buffer.append(text) }
        buffer.append(palette.start(container))
        buffer.append(text)
        buffer.append(DocumentPrinter.Palette.reset)
    }

    private func child(of frame: Frame) -> Value {
        guard frame.value.kind == .object else { return frame.value.elements[frame.next] }
        let member = frame.value.members[frame.order[frame.next]]
        if let palette = printer.palette { buffer.append(palette.name) }
        buffer.write(member.key)
        if printer.palette != nil { buffer.append(DocumentPrinter.Palette.reset) }
        mark(frame.value, printer.layout == .compact ? ":" : ": ")
        return member.value
    }

    private func order(of value: Value) -> [Int] {
        guard value.kind == .object else { return [] }
        let members = value.members
        guard printer.sortsKeys else { return Array(members.indices) }
        return members.indices.sorted { members[$0].key.bytes.lexicographicallyPrecedes(members[$1].key.bytes) }
    }

    private func breakLine(_ level: Int) {
        switch printer.layout {
        case .compact: return
        case .spaces(let count): buffer.append("\n" + String(repeating: " ", count: count * level))
        case .tabs: buffer.append("\n" + String(repeating: "\t", count: level))
        }
    }
}
