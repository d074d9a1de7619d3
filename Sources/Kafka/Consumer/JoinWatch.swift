import CLibrdkafka
import Synchronization

/// Whether the client is joining its group at this moment: from the request `JoinGroup` until `SyncGroup` is answered.
///
/// A commit that is sent meanwhile does harm. The coordinator answers the requests of a connection one after the other,
/// and `JoinGroup` only when every member has come; so the commit is looked at when the group has its next generation,
/// and is refused because it names the last one (ILLEGAL_GENERATION). librdkafka 2.0.2 takes that for the loss of the
/// whole assignment, and what was done since is done again. With cooperative rebalances, partitions are worked on while
/// their group is joined, and no event tells that it begins; librdkafka's interceptors do.
///
/// Called on librdkafka's threads; its only state is an atomic.
final class JoinWatch: Sendable {
    private let joining = Atomic<Bool>(false)

    var isJoining: Bool { joining.load(ordering: .acquiring) }

    /// Kafka's numbers of requests (`ApiKey`).
    private enum Request {
        static let heartbeat: Int16 = 12
        static let joinGroup: Int16 = 11
        static let leaveGroup: Int16 = 13
        static let syncGroup: Int16 = 14
    }

    func sent(_ request: Int16) {
        switch request {
        case Request.joinGroup: joining.store(true, ordering: .releasing)
        // Only members send these: a join that was begun has failed, or was given up.
        case Request.heartbeat, Request.leaveGroup: joining.store(false, ordering: .releasing)
        default: break
        }
    }

    func answered(_ request: Int16) {
        if request == Request.syncGroup { joining.store(false, ordering: .releasing) }
    }

    /// Has the client that is made of this configuration tell. An unretained pointer to this object goes with it:
    /// `ClientHandle` keeps it until `rd_kafka_destroy` has returned.
    func install(in configuration: OpaquePointer) {
        rd_kafka_conf_interceptor_add_on_new(
            configuration, "penstock-join",
            { client, _, pointer, _, _ in
                let result = rd_kafka_interceptor_add_on_request_sent(
                    client, "penstock-join",
                    { _, _, _, _, request, _, _, _, pointer in
                        JoinWatch.at(pointer)?.sent(request)
                        return RD_KAFKA_RESP_ERR_NO_ERROR
                    }, pointer)
                guard result == RD_KAFKA_RESP_ERR_NO_ERROR else { return result }
                return rd_kafka_interceptor_add_on_response_received(
                    client, "penstock-join",
                    { _, _, _, _, request, _, _, _, _, _, pointer in
                        JoinWatch.at(pointer)?.answered(request)
                        return RD_KAFKA_RESP_ERR_NO_ERROR
                    }, pointer)
            }, Unmanaged.passUnretained(self).toOpaque())
    }

    private static func at(_ pointer: UnsafeMutableRawPointer?) -> JoinWatch? {
        pointer.map { Unmanaged<JoinWatch>.fromOpaque($0).takeUnretainedValue() }
    }
}
