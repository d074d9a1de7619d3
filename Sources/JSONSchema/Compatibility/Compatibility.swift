/// How two versions of a schema relate, in the words of Confluent's Schema Registry and Avro.
///
/// Each verdict is about documents that are valid under one version and are read by the other.
public struct Compatibility: Hashable, Sendable {
    /// BACKWARD: every document that is valid under the old version is valid under the new one. Consumers may move to
    /// the new schema first; they still read what producers of the old one write.
    public let backward: Verdict
    /// FORWARD: every document that is valid under the new version is valid under the old one. Producers may move to
    /// the new schema first; consumers of the old one still read what they write.
    public let forward: Verdict

    /// FULL: backward and forward at once. The order in which consumers and producers move does not matter.
    public var full: Verdict {
        switch (backward, forward) {
        case (.compatible, .compatible): .compatible
        case (.incompatible, _), (_, .incompatible):
            .incompatible(Self.incompatibilities(backward) + Self.incompatibilities(forward))
        default: .cannotTell(backward.reasons + forward.reasons)
        }
    }

    public init(backward: Verdict, forward: Verdict) {
        self.backward = backward
        self.forward = forward
    }

    private static func incompatibilities(_ verdict: Verdict) -> [Reason] {
        if case .incompatible(let reasons) = verdict { reasons } else { [] }
    }
}

extension Compatibility {
    /// What is known of one direction.
    public enum Verdict: Hashable, Sendable {
        /// It is proven that no document is refused.
        case compatible
        /// There is a document that is refused: at least one of the reasons has it as its ``Reason/witness``. Reasons
        /// with a witness stand first.
        case incompatible([Reason])
        /// Neither was proven; the reasons say where the proof ended.
        case cannotTell([Reason])

        /// Whether it is proven that no document is refused.
        public var isCompatible: Bool { self == .compatible }

        /// What stands in the way; empty if nothing does.
        public var reasons: [Reason] {
            switch self {
            case .compatible: []
            case .incompatible(let reasons), .cannotTell(let reasons): reasons
            }
        }
    }

    /// Why a document may be refused, and where.
    public struct Reason: Hashable, Sendable {
        /// Where the old version stands: its URI or file, and a JSON Pointer into it as the fragment.
        public let oldLocation: String
        /// Where the new version stands.
        public let newLocation: String
        /// The place in the document, as a JSON Pointer in which `*` stands for any element or any other member.
        public let instanceLocation: String
        /// What one version allows and the other does not.
        public let text: String
        /// A document, as JSON text, that the one version takes and the other refuses at this place: the proof. `nil`
        /// if none was found, and then this is only what could not be proven.
        public let witness: String?

        public init(
            oldLocation: String, newLocation: String, instanceLocation: String, text: String, witness: String? = nil
        ) {
            self.oldLocation = oldLocation
            self.newLocation = newLocation
            self.instanceLocation = instanceLocation
            self.text = text
            self.witness = witness
        }
    }
}

extension Compatibility.Reason: CustomStringConvertible {
    /// One line: the place in the document, what is wrong there, and the places in both schemas.
    public var description: String {
        let place = instanceLocation.isEmpty ? "the document" : instanceLocation
        return "\(place) \(text) (old \(oldLocation), new \(newLocation))"
    }
}
