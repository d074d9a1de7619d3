/// Which events wait for each other (D2).
///
/// The choice is one of the key that an event is ordered by, and of nothing else: everything that is promised of a key
/// is promised of that one. An event never runs beside itself, whatever the order.
public enum Order: String, Hashable, Sendable, CaseIterable {
    /// Events of one key, one after the other.
    case key
    /// All events of a partition, one after the other.
    case partition
    /// None: every event is on its own.
    case none

    /// What an event of this key, at this offset of its partition, is ordered by within the partition.
    func key(_ key: UInt64, at offset: Int64) -> UInt64 {
        switch self {
        case .key: key
        case .partition: 0
        // The complement, because the core mixes the number of the partition in the same way: the two must not meet.
        case .none: SplitMix64.mix(UInt64(bitPattern: ~offset))
        }
    }
}
