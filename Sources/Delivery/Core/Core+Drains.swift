/// A request that is answered when all its partitions are let go.
struct Drain: Sendable {
    /// `nil`: the shutdown.
    var request: RevocationID?
    var partitions: [PartitionID]
}

extension Core {
    /// `active → draining`: releases what waits, counts what is in flight.
    mutating func beginDrain(_ partition: Int, until deadline: Instant, now: Instant, into actions: inout [Action]) {
        partitions[partition].phase = .draining
        partitions[partition].drainDeadline = deadline
        partitions[partition].commitDeadline = deadline.advanced(byNanoseconds: commitTimeout)
        partitions[partition].isPaused = true
        actions.append(.pause(partitionID(partition)))
        var pending = 0
        forEachUnsettled(partition) { core, slot in
            if core.isWaitedFor(slot) {
                pending += 1
                core.hurryBatch(of: slot)
            } else {
                core.leaveLists(slot)
                core.letGo(slot, now: now, into: &actions)
            }
        }
        partitions[partition].pendingCount = pending
        progressDrain(partition, now: now, into: &actions)
    }

    /// Whether a drain waits for the event. An event between two steps that could be called at once is finished,
    /// for the steps behind it would otherwise be repeated by the next owner.
    private func isWaitedFor(_ slot: Slot) -> Bool {
        let event = events[slot]
        if event.state == .finished { return !event.isForsaken }
        return event.isInFlight
            || (event.state == .queued && event.isApplied && !event.isCompensating
                && systems[Int(event.system)].isAvailable)
    }

    /// An event of a draining partition is settled or let go.
    mutating func drainedOne(_ partition: Int, now: Instant, into actions: inout [Action]) {
        partitions[partition].pendingCount -= 1
        progressDrain(partition, now: now, into: &actions)
        answerDrains(into: &actions)
    }

    /// When nothing is waited for any more: commits, waits for the answer, then lets go.
    mutating func progressDrain(_ partition: Int, now: Instant, into actions: inout [Action]) {
        guard partitions[partition].phase == .draining, partitions[partition].pendingCount == 0 else { return }
        if partitions[partition].commit.isReady(now) {
            commit(partition, now: now, into: &actions)
        } else if partitions[partition].commit.isIdle {
            forget(partition, now: now, into: &actions)
        }
    }

    mutating func endOverdueDrains(now: Instant, into actions: inout [Action]) {
        for partition in partitions.indices where partitions[partition].phase == .draining {
            if partitions[partition].pendingCount > 0, partitions[partition].drainDeadline <= now {
                abandonRest(partition, now: now, into: &actions)
            }
            if partitions[partition].phase == .draining, partitions[partition].commitDeadline <= now {
                forget(partition, now: now, into: &actions)
            }
        }
        answerDrains(into: &actions)
    }

    /// The drain's time is over: what is still in flight is unknown (D4), and its result will change nothing (D6).
    private mutating func abandonRest(_ partition: Int, now: Instant, into actions: inout [Action]) {
        forEachUnsettled(partition) { core, slot in
            core.abandon(slot, now: now, into: &actions)
        }
        partitions[partition].pendingCount = 0
        progressDrain(partition, now: now, into: &actions)
    }

    /// `active, draining → absent`: lets go of everything without a commit.
    mutating func forget(_ partition: Int, now: Instant, into actions: inout [Action]) {
        forEachUnsettled(partition) { core, slot in
            if core.events[slot].state == .withdrawn {
                core.events.free(slot)
            } else {
                core.events[slot].isTracked = false
                core.abandon(slot, now: now, into: &actions)
            }
        }
        let isPaused = partitions[partition].isPaused
        partitions[partition] = Partition()
        partitions[partition].isPaused = isPaused
    }

    /// Answers the requests whose partitions are all let go, oldest first.
    mutating func answerDrains(into actions: inout [Action]) {
        guard !drains.isEmpty else { return }
        drains.removeAll { drain in
            let isOpen = drain.partitions.contains { id in
                id.index < partitions.count && partitions[Int(id.index)].phase == .draining
            }
            guard !isOpen else { return false }
            actions.append(drain.request.map(Action.acknowledgeRevocation) ?? .drained)
            return true
        }
    }

    /// Calls `body` with each unsettled event of the partition, in order; `body` may free the slot.
    private mutating func forEachUnsettled(_ partition: Int, _ body: (inout Core, Slot) -> Void) {
        var slot = partitions[partition].tracker.unsettled.first
        while slot != .none {
            let next = offsets.links.next(slot)
            body(&self, slot)
            slot = next
        }
    }

    /// What is in flight becomes abandoned; what is not is let go.
    private mutating func abandon(_ slot: Slot, now: Instant, into actions: inout [Action]) {
        switch events[slot].state {
        case .calling: setState(slot, .abandonedCall, now: now)
        case .probing: setState(slot, .abandonedProbe, now: now)
        case .parking: setState(slot, .abandonedPark, now: now)
        case .recording: setState(slot, .abandonedRecord, now: now)
        case .abandonedCall, .abandonedProbe, .abandonedPark, .abandonedRecord, .withdrawn, .free: break
        case .waiting, .ready, .preparing, .queued, .backingOff, .parkBackingOff, .recordBackingOff, .finished:
            leaveLists(slot)
            letGo(slot, now: now, into: &actions)
        }
    }

    /// Takes an event that is not in flight out of whatever it waits in.
    private mutating func leaveLists(_ slot: Slot) {
        let event = events[slot]
        switch event.state {
        case .ready: queues.remove(slot, from: &partitions[Int(event.partition)].ready)
        case .queued: leaveQueue(slot, of: Int(event.system))
        case .backingOff, .parkBackingOff, .recordBackingOff: timers.cancel(slot)
        case .preparing: preparingCount -= 1
        default: break
        }
        forsake(behind: slot)
        _ = keys.remove(slot, key: event.key)
    }

    /// Releases an event that is in no list but its partition's, without settling it. Its slot stays taken while the
    /// partition counts it among the unsettled.
    mutating func letGo(_ slot: Slot, now: Instant, into actions: inout [Action]) {
        let event = events[slot]
        counters.withdrawn += 1
        actions.append(.release(events.id(slot), nil))
        events.fence(slot)
        if event.isTracked {
            setState(slot, .withdrawn, now: now)
        } else {
            events.free(slot)
        }
        uncount(event, into: &actions)
    }
}
