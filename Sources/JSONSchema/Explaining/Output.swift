import JSON

/// The forms in which the specification renders a verdict (draft 2020-12, section 12.4).
///
/// Annotations, which the specification lets be left out, are not given, and so the form "verbose" is not either.
/// `absoluteKeywordLocation` is relative where a schema has no absolute URI: it then begins with the file's path.
public enum OutputForm: Sendable {
    /// Valid or not, nothing else.
    case flag
    /// A flat list of all failures.
    case basic
    /// The tree of failures; below the root, one that has a single cause is replaced by its cause.
    case detailed

    /// The verdict on a valid value, as JSON text.
    public var validText: String {
        switch self {
        case .flag: #"{"valid":true}"#
        case .basic, .detailed: #"{"valid":true,"keywordLocation":"","instanceLocation":""}"#
        }
    }
}

extension ValidationFailure {
    /// The failure as JSON text, in one of the specification's forms; for valid values there is
    /// ``OutputForm/validText``.
    public func json(_ form: OutputForm) -> String {
        let buffer = ByteBuffer()
        buffer.append("{")
        switch form {
        case .flag:
            buffer.append("\"valid\":false")
        case .basic:
            writeUnit(to: buffer, hasError: causes.isEmpty)
            buffer.append(",\"errors\":[")
            for (index, failure) in (causes.isEmpty ? [self] : flattened).enumerated() {
                if index > 0 { buffer.append(",") }
                buffer.append("{")
                failure.writeUnit(to: buffer, hasError: true)
                buffer.append("}")
            }
            buffer.append("]")
        case .detailed:
            writeUnit(to: buffer, hasError: causes.isEmpty)
            writeCauses(to: buffer)
        }
        buffer.append("}")
        return buffer.text
    }

    /// All failures below this one, each before its causes.
    private var flattened: [ValidationFailure] {
        causes.flatMap { [$0] + $0.flattened }
    }

    private func writeCauses(to buffer: ByteBuffer) {
        guard !causes.isEmpty else { return }
        buffer.append(",\"errors\":[")
        for (index, cause) in causes.enumerated() {
            if index > 0 { buffer.append(",") }
            let failure = cause.condensed
            buffer.append("{")
            failure.writeUnit(to: buffer, hasError: true)
            failure.writeCauses(to: buffer)
            buffer.append("}")
        }
        buffer.append("]")
    }

    /// Without those that only pass on a single cause.
    var condensed: ValidationFailure {
        var failure = self
        while failure.causes.count == 1 { failure = failure.causes[0] }
        return failure
    }

    private func writeUnit(to buffer: ByteBuffer, hasError: Bool) {
        buffer.append("\"valid\":false,\"keywordLocation\":")
        buffer.writeString(keywordLocation)
        buffer.append(",\"absoluteKeywordLocation\":")
        buffer.writeString(absoluteKeywordLocation)
        buffer.append(",\"instanceLocation\":")
        buffer.writeString(instanceLocation)
        guard hasError else { return }
        buffer.append(",\"error\":")
        buffer.writeString(message)
    }
}
