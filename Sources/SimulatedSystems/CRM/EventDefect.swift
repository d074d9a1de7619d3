/// What can be wrong with an event, by name.
public enum EventDefect: String, Sendable, CaseIterable {
    /// `data.email` is not there.
    case missingEmail = "missing-email"
    /// `data.email` has no `@`.
    case malformedEmail = "malformed-email"
    /// `data.address` is not there.
    case missingAddress = "missing-address"
    /// `data.address.zip` is a number.
    case wrongType = "wrong-type"
    /// The JSON ends in the middle.
    case brokenJSON = "broken-json"
    /// The first member stands twice, with different values.
    case duplicateMember = "duplicate-member"
    /// A string holds a byte that is not UTF-8.
    case invalidUTF8 = "invalid-utf8"
    /// The type is one that no step is for; all else is right.
    case unknownType = "unknown-type"
    /// The event is right by its schema, but the ERP does not take this customer's e-mail domain.
    case refusedByERP = "refused-by-erp"

    /// Where an event with this defect ends, under the flow of the reference scenario.
    public enum Outcome: String, Sendable {
        /// No step applies to it.
        case skipped
        /// It is set aside before any call.
        case parkedBySchema = "parked-by-schema"
        /// It is set aside because the ERP refuses it.
        case parkedByRefusal = "parked-by-refusal"
    }

    public var outcome: Outcome {
        switch self {
        case .unknownType: .skipped
        case .refusedByERP: .parkedByRefusal
        default: .parkedBySchema
        }
    }

    /// The e-mail domain that the simulated ERP refuses unless told otherwise.
    public static let refusedEmailDomain = "disposable.example"
}
