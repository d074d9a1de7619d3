import CLibrdkafka

extension Consumer {
    /// The next event, or `nil` when there is none now. Never waits. Call it until it answers `nil`, each turn of
    /// the loop and at least every few seconds: this is what counts as polling for `max.poll.interval.ms`.
    public func nextEvent() -> ConsumerEvent? {
        guard !isClosed else { return nil }
        sendHeldCommits()
        if !pendingEvents.isEmpty { return pendingEvents.removeFirst() }
        return poll(replyQueue) ?? pollGroup()
    }

    /// An empty poll costs a system call, so it is made only when something waits, or often enough to prove to the
    /// group that this member is alive.
    private func pollGroup() -> ConsumerEvent? {
        let now = ContinuousClock.now
        if rd_kafka_queue_length(groupQueue) == 0, now - lastPoll < .milliseconds(100) { return nil }
        lastPoll = now
        return poll(groupQueue, evenIfEmpty: true)
    }

    func poll(_ queue: OpaquePointer, evenIfEmpty: Bool = false) -> ConsumerEvent? {
        var lookAnyway = evenIfEmpty
        while lookAnyway || rd_kafka_queue_length(queue) > 0 {
            lookAnyway = false
            guard let event = rd_kafka_queue_poll(queue, 0) else { continue }
            defer { rd_kafka_event_destroy(event) }
            if let understood = understand(event) { return understood }
        }
        return nil
    }

    private func understand(_ event: OpaquePointer) -> ConsumerEvent? {
        switch rd_kafka_event_type(event) {
        case RD_KAFKA_EVENT_REBALANCE: rebalance(event)
        case RD_KAFKA_EVENT_OFFSET_COMMIT: committed(event)
        case RD_KAFKA_EVENT_LISTCONSUMERGROUPOFFSETS_RESULT: positions(event)
        case RD_KAFKA_EVENT_ERROR: .error(KafkaError(event: event))
        case RD_KAFKA_EVENT_STATS: rd_kafka_event_stats(event).map { .statistics(String(cString: $0)) }
        default: nil
        }
    }
}

extension KafkaError {
    /// What an error event says.
    init(event: OpaquePointer) {
        self.init(
            code: rd_kafka_event_error(event).rawValue,
            message: rd_kafka_event_error_string(event).map { String(cString: $0) } ?? "",
            isFatal: rd_kafka_event_error_is_fatal(event) != 0
        )
    }
}
