/// Why a value is not valid: one output unit of the JSON Schema specification (section 12), with what caused it.
///
/// Messages say what the schema asks and name members, but never contain values of the instance: they go into logs and
/// headers, where personal data has no place.
public struct ValidationFailure: Error, Hashable, Sendable {
    /// The path that evaluation took through the schema, as a JSON Pointer that goes through references.
    public let keywordLocation: String
    /// The failing keyword, such as `maxLength`; where a schema is `false`, the keyword that holds it. Empty for the
    /// schema as a whole.
    public let keyword: String
    /// The failing keyword by its schema's URI, with a JSON Pointer as the fragment.
    public let absoluteKeywordLocation: String
    /// The failing part of the value, as a JSON Pointer; empty for the whole.
    public let instanceLocation: String
    /// What is asked and not given.
    public let message: String
    /// The failures of subschemas that made this one; empty if the keyword itself failed.
    public let causes: [ValidationFailure]

    /// The cause that points deepest into the value, which most often is the one to mend.
    public var mostSpecific: ValidationFailure {
        var best: ValidationFailure?
        for cause in causes {
            let candidate = cause.mostSpecific
            if let current = best, candidate.depth <= current.depth { continue }
            best = candidate
        }
        return best ?? self
    }

    /// All failures without causes, in the order found.
    public var leaves: [ValidationFailure] {
        causes.isEmpty ? [self] : causes.flatMap(\.leaves)
    }

    private var depth: Int {
        instanceLocation.utf8.count { $0 == UInt8(ascii: "/") }
    }
}

extension ValidationFailure: CustomStringConvertible {
    /// One line for each leaf: where in the value, what is wrong, and which keyword says so.
    public var description: String {
        leaves.map { leaf in
            let place = leaf.instanceLocation.isEmpty ? "the document" : leaf.instanceLocation
            return "\(place) \(leaf.message) (\(leaf.absoluteKeywordLocation))"
        }.joined(separator: "\n")
    }
}
