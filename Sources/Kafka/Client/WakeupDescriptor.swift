import CLibrdkafka

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#endif

/// A descriptor that becomes readable when a librdkafka queue goes from empty to non-empty: a pipe whose ends never
/// block. A full pipe loses nothing, for it is readable already.
final class WakeupDescriptor {
    /// Becomes readable; poll it, never read it directly.
    let readEnd: Int32
    private let writeEnd: Int32

    init() throws(KafkaError) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else {
            throw KafkaError(RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE, "no descriptor left for waking up (errno \(errno))")
        }
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        (readEnd, writeEnd) = (ends[0], ends[1])
    }

    deinit {
        close(readEnd)
        close(writeEnd)
    }

    /// Makes librdkafka write to this descriptor from `queue`, and signals once: what stands in the queue already was
    /// not signalled, and as long as it stands there, nothing is.
    func watch(_ queue: OpaquePointer) {
        var payload: UInt8 = 1
        rd_kafka_queue_io_event_enable(queue, writeEnd, &payload, 1)
        signal()
    }

    /// Ends `watch`; has to happen before the descriptor closes, as its number may be used again.
    static func unwatch(_ queue: OpaquePointer) {
        rd_kafka_queue_io_event_enable(queue, -1, nil, 0)
    }

    func signal() {
        var payload: UInt8 = 1
        _ = write(writeEnd, &payload, 1)
    }

    /// Makes the descriptor unreadable again. To lose no wake-up, every queue is looked at after this, not before.
    func drain() {
        withUnsafeTemporaryAllocation(byteCount: 256, alignment: 1) { buffer in
            while read(readEnd, buffer.baseAddress, buffer.count) == buffer.count {}
        }
    }

    /// Waits until the descriptor is readable.
    /// - Returns: Whether it became readable within `milliseconds`.
    @discardableResult
    func wait(milliseconds: Int32) -> Bool {
        var descriptor = pollfd(fd: readEnd, events: Int16(POLLIN), revents: 0)
        return poll(&descriptor, 1, milliseconds) > 0
    }
}
