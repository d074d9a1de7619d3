/// Why an event is parked. The story (place, message, body excerpt) stays with the shell.
public enum ParkReason: Hashable, Sendable {
    /// The value cannot be read: broken JSON, no identity, not a CloudEvent.
    case malformed
    /// The event or the mapped document does not fit its schema.
    case schema
    /// A mapping, condition or expression failed, or did not yield exactly one document.
    case mapping
    /// A null value, where the flow's policy is to park these.
    case tombstone
    /// The system answered that the event is wrong.
    case rejected(status: UInt16)
    /// What earlier steps did was to be undone, and a system answered that it cannot be, or it could not be asked.
    case compensation
    /// Earlier events of the key are parked; this one joins them (D9).
    case behindParked

    /// The value of the dead-letter header `penstock.reason`.
    public var name: String {
        switch self {
        case .malformed: "malformed"
        case .schema: "schema"
        case .mapping: "mapping"
        case .tombstone: "tombstone"
        case .rejected: "rejected"
        case .behindParked: "behind-parked"
        case .compensation: "compensation"
        }
    }
}
