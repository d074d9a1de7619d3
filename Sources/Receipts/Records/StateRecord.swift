import JSON

/// A record of the state topic, `<group>.receipts`: compacted, written by the worker that owns the source partition.
///
/// | key | value | no value (tombstone) |
/// |---|---|---|
/// | `effect:<uuid>` | a receipt | the receipt was older than its retention |
/// | `key:<order key's bytes>` | the key's state | nothing is known of the key |
/// | `failure:<uuid>` | that an event failed and is undone | the failure was older than its retention |
///
/// Values are JSON objects; members that this version does not know are passed over.
public enum StateRecord: Equatable, Sendable {
    case receipt(Receipt)
    case forgottenEffect(EffectID)
    case keyState(KeyState, key: [UInt8])
    case forgottenKey([UInt8])
    case failure(EventFailure)
    case forgottenFailure(EffectID)
    /// A kind of record that this version does not know, to be ignored.
    case unknown

    static let effectPrefix: StaticString = "effect:"
    static let keyPrefix: StaticString = "key:"
}

/// Why a record of the state topic cannot be read. The worker logs it and goes on.
public struct StateRecordError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What is wrong, without any of the record's contents.
    public let reason: String

    public var description: String { reason }
}
