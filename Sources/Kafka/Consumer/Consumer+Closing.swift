import CLibrdkafka

extension Consumer {
    /// Leaves the group and frees everything. Waits for the coordinator's answers at most this long; then it goes on
    /// without them, and the group notices by itself after `session.timeout.ms`.
    ///
    /// Drain and commit first (D11): partitions that are still assigned are let go as they are. Commits that are under
    /// way are waited for. A static member does not leave, so that it can come back to its partitions.
    /// - Parameter onEvent: Hears what still arrives, such as the answers to commits. Rebalances are answered here.
    /// - Returns: Whether the member closed in order within the time.
    @discardableResult
    public func close(within limit: Duration = .seconds(5), onEvent: (ConsumerEvent) -> Void = { _ in }) -> Bool {
        guard !isClosed else { return true }
        let deadline = Deadline(in: limit)
        if !isStaticMember, hasSubscribed { rd_kafka_unsubscribe(handle.pointer) }
        // Every rebalance is answered before the close begins: librdkafka before 2.3 takes the answer to an assignment
        // for a complete unassignment while it closes, and then waits for ever.
        serve(until: deadline, onEvent) {
            // What was assigned by hand stays assigned: no rebalance will take it.
            outstandingCommits == 0 && heldCommits.isEmpty && pendingRebalance == nil
                && (isStaticMember || !hasSubscribed || table.assigned.isEmpty)
        }
        let isInOrder = leave(until: deadline, onEvent)
        dismantle(destroyWithin: max(deadline.remaining, .milliseconds(200)))
        return isInOrder
    }

    /// Drops the connections without a word to the group, as a killed process would.
    public func abandon() {
        guard !isClosed else { return }
        dismantle(destroyWithin: .seconds(1))
    }

    /// Takes events, answers rebalances and hands on the rest until `isDone` or the deadline.
    private func serve(until deadline: Deadline, _ onEvent: (ConsumerEvent) -> Void, isDone: () -> Bool) {
        while true {
            wakeup.drain()
            while let event = nextEvent() {
                answer(event)
                onEvent(event)
            }
            answerPending()
            if isDone() || deadline.hasPassed { return }
            wakeup.wait(milliseconds: min(100, deadline.remaining.milliseconds + 1))
        }
    }

    private func answer(_ event: ConsumerEvent) {
        switch event {
        case .assigned: try? assign([])
        case .revoked(let partitions, _): acknowledgeRevocation(partitions)
        default: break
        }
    }

    /// Answers a rebalance that the owner was told of and had not answered.
    private func answerPending() {
        switch pendingRebalance {
        case .assignment: try? assign([])
        case .revocation: acknowledgeRevocation(assignment)
        case nil: break
        }
    }

    private func leave(until deadline: Deadline, _ onEvent: (ConsumerEvent) -> Void) -> Bool {
        // The queue that librdkafka forwards the group's events to while it closes; it has to be another one than
        // the group's own.
        guard let queue = rd_kafka_queue_new(handle.pointer) else { return false }
        defer { rd_kafka_queue_destroy(queue) }
        wakeup.watch(queue)
        defer { WakeupDescriptor.unwatch(queue) }
        if let error = rd_kafka_consumer_close_queue(handle.pointer, queue) {
            rd_kafka_error_destroy(error)
            return false
        }
        while rd_kafka_consumer_closed(handle.pointer) == 0 {
            wakeup.drain()
            while let event = poll(queue, evenIfEmpty: true) {
                answer(event)
                onEvent(event)
            }
            if deadline.hasPassed { return rd_kafka_consumer_closed(handle.pointer) != 0 }
            wakeup.wait(milliseconds: min(20, deadline.remaining.milliseconds + 1))
        }
        return true
    }

    private func dismantle(destroyWithin limit: Duration) {
        isClosed = true
        release(table.assigned)
        topics.values.forEach { rd_kafka_topic_destroy($0) }
        topics = [:]
        for queue in [groupQueue, replyQueue] {
            WakeupDescriptor.unwatch(queue)
            rd_kafka_queue_destroy(queue)
        }
        if wouldAbort {
            handle.leak()
        } else {
            handle.destroy(within: limit, flags: RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE)
        }
    }

    /// librdkafka before 2.3 aborts when it destroys a member of a sticky group that has joined and was never assigned
    /// anything (an assertion on `assignor_state`). Such a client is not destroyed; it has left its group, and its
    /// threads sleep until the process ends.
    private var wouldAbort: Bool {
        guard strategy.isCooperative, hasSubscribed, !hasBeenAssigned, ClientLibrary.number < 0x0203_00ff else {
            return false
        }
        return rebalanceProtocol != "NONE"
    }

    /// `NONE` until the group has answered the first request to join.
    var rebalanceProtocol: String? { rd_kafka_rebalance_protocol(handle.pointer).map { String(cString: $0) } }
}
