import JSON

/// The forms in which the specification renders a verdict (section 12.4).
public enum OutputForm: Sendable {
    /// Valid or not, nothing else.
    case flag
    /// A flat list of all failures.
    case basic
    /// The tree of failures; one that has a single cause is replaced by its cause.
    case detailed
}

extension ValidationFailure {
    /// The failure as JSON text, in one of the specification's forms. A valid value's is `{"valid":true}` in each.
    public func json(_ form: OutputForm) -> String {
        let buffer = ByteBuffer()
        switch form {
        case .flag:
            buffer.append("{\"valid\":false}")
        case .basic:
            buffer.append("{\"valid\":false,\"errors\":[")
            writeFlat(to: buffer, isFirst: true)
            buffer.append("]}")
        case .detailed:
            condensed.writeTree(to: buffer)
        }
        return buffer.text
    }

    private func writeFlat(to buffer: ByteBuffer, isFirst: Bool) {
        if !isFirst { buffer.append(",") }
        buffer.append("{")
        writeUnit(to: buffer)
        buffer.append("}")
        for cause in causes { cause.writeFlat(to: buffer, isFirst: false) }
    }

    private func writeTree(to buffer: ByteBuffer) {
        buffer.append("{\"valid\":false,")
        writeUnit(to: buffer)
        if !causes.isEmpty {
            buffer.append(",\"errors\":[")
            for (index, cause) in causes.enumerated() {
                if index > 0 { buffer.append(",") }
                cause.condensed.writeTree(to: buffer)
            }
            buffer.append("]")
        }
        buffer.append("}")
    }

    /// Without those that only pass on a single cause.
    private var condensed: ValidationFailure {
        var failure = self
        while failure.causes.count == 1 { failure = failure.causes[0] }
        return failure
    }

    private func writeUnit(to buffer: ByteBuffer) {
        buffer.append("\"keywordLocation\":")
        buffer.writeString(keywordLocation)
        buffer.append(",\"absoluteKeywordLocation\":")
        buffer.writeString(absoluteKeywordLocation)
        buffer.append(",\"instanceLocation\":")
        buffer.writeString(instanceLocation)
        buffer.append(",\"error\":")
        buffer.writeString(message)
    }
}
