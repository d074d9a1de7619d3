import Delivery
import Kafka

/// Where each partition that the group has to do with stands.
///
/// A partition is unknown, then `positioning` (given by the group; its committed position is being asked for), then
/// `loading` where receipts are kept (they are being read), then `assigned`, then `revoking` until the core has let go. The core knows a partition by the consumer's number for it.
struct PartitionStates {
    enum State: Equatable {
        case positioning(PositionsRequestID)
        case loading
        case assigned
        case revoking(RevocationID)
    }

    private var states: [TopicPartition: State] = [:]

    subscript(partition: TopicPartition) -> State? {
        get { states[partition] }
        set { states[partition] = newValue }
    }

    /// Whether the worker has no partition, in whatever state.
    var isEmpty: Bool { states.isEmpty }

    /// The partitions in a state that `isWanted` accepts, in order.
    func all(where isWanted: (State) -> Bool) -> [TopicPartition] {
        states.filter { isWanted($0.value) }.keys.sorted { $0.partition < $1.partition }
    }

    var assigned: [TopicPartition] { all { $0 == .assigned } }
}

extension PartitionID {
    init(_ index: PartitionIndex) {
        self.init(UInt32(truncatingIfNeeded: index.rawValue))
    }
}

extension PartitionIndex {
    init(_ partition: PartitionID) {
        self.init(rawValue: Int(partition.index))
    }
}
