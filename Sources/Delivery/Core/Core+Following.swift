/// Several events of a key in one call (`BatchPolicy.takesSameKey`).
///
/// An event *follows* another while it is under way behind it: the one in front waits in a batch that takes more, and the
/// next one of the key is prepared early, to stand behind it in that batch. So all that follow one another are in one
/// call, and the system keeps their order: that is what `takesSameKey` says of it.
///
/// What the one in front comes to is not known by then, so what is done early is provisional:
///
/// - An event that needs no call, or finds no room in the batch, is taken back: it waits for its turn, and is prepared anew.
/// - Of the answer to a call, an event's part counts if it is a success behind a success. The first of a key that
///   failed, unless it is the very first, and all behind it are taken back; so what is parked is parked in order (D9), and
///   what is tried again is tried in order (D2). What a call may have done is still in doubt then (D4).
/// - An event that is done is settled behind the one in front of it, never before.
/// - If a drain lets go of the one in front, those behind it are let go too: the next owner repeats all, in order.
extension Core {
    // MARK: Joining

    /// An event waits in a batch, or a new one of its key has come: the next one may start, to join it.
    mutating func letFollow(_ slot: Slot, now: Instant) {
        let next = keys.next(slot)
        guard next != .none, events[next].state == .waiting, mayFollow(next) else { return }
        events[next].isFollowing = true
        becomeReady(next, now: now)
    }

    /// Whether the event in front of it waits in a batch that it may join.
    private func mayFollow(_ slot: Slot, byteCount: Int = 0) -> Bool {
        let leader = keys.previous(slot)
        guard leader != .none, events[leader].state == .queued, events[leader].batch != Batch.none, !isDraining(slot)
        else { return false }
        let batch = batches[events[leader].batch]
        guard let open = openBatches[Int(batch.step)], open.policy.takesSameKey,
            open[isRetry: isRetried(slot)] == events[leader].batch
        else { return false }
        return batch.hasRoom(limit: batchLimit(of: slot, open.policy), byteCount: byteCount, of: open.policy)
    }

    /// The call that an event was to join has been sent: it waits for its turn.
    mutating func leaveLateFollowers(in partition: Int, now: Instant) {
        while true {
            let slot = partitions[partition].ready.first
            guard slot != .none, events[slot].isFollowing, !mayFollow(slot) else { return }
            queues.remove(slot, from: &partitions[partition].ready)
            events[slot].isFollowing = false
            setState(slot, .waiting, now: now)
        }
    }

    /// The answer to `Action.prepare` for an event that follows. False when it is to be treated like any other: the one in
    /// front of it is settled by now, or its own call is done.
    mutating func preparedFollower(
        _ slot: Slot, _ result: Prepared, now: Instant, into actions: inout [Action]
    ) -> Bool {
        guard events[slot].isFollowing, !events[slot].isApplied else { return false }
        guard case .call(let system, let step, let byteCount) = result else {
            takeBack(slot, now: now, into: &actions)
            return true
        }
        begin(slot, step: step, of: system)
        hold(slot, preparedBytes: byteCount, into: &actions)
        if isBatched(slot), mayFollow(slot, byteCount: byteCount) {
            joinBatch(slot, now: now)
        } else {
            takeBack(slot, now: now, into: &actions)
        }
        return true
    }

    // MARK: Taking back

    /// `calling → waiting`. If the one in front of it waits in a batch again, it may follow there.
    ///
    /// - Parameter notBefore: for how long an effect of its call may still come, in nanoseconds.
    mutating func takeBack(_ slot: Slot, notBefore: Int64, now: Instant, into actions: inout [Action]) {
        events[slot].probeNotBefore = max(events[slot].probeNotBefore, now.advanced(byNanoseconds: notBefore))
        let leader = keys.previous(slot)
        takeBack(slot, now: now, into: &actions)
        if leader != .none { letFollow(leader, now: now) }
    }

    /// `preparing → waiting`, as if nothing had been prepared. It does not follow again into the batch that it did not join.
    private mutating func takeBack(_ slot: Slot, now: Instant, into actions: inout [Action]) {
        counters.takenBack += 1
        guard !isDraining(slot) else { return withdraw(slot, now: now, into: &actions) }
        events[slot].isFollowing = false
        events[slot].isTakenBack = true
        hold(slot, preparedBytes: 0, into: &actions)
        actions.append(.takeBack(events.id(slot)))
        setState(slot, .waiting, now: now)
    }

    /// Whether the event in front of it, in the same call, has had its effect.
    func isBehindSuccess(_ slot: Slot) -> Bool {
        let leader = keys.previous(slot)
        return !events[slot].isForsaken && leader != .none && events[leader].isApplied
    }

    // MARK: Being done

    /// An event is let go without being settled. What follows it will be, too: settled, its effect would stay in front of the
    /// repetition of this one (D2).
    ///
    /// - Returns: the one that follows it, or `.none`.
    @discardableResult
    mutating func forsake(behind slot: Slot) -> Slot {
        let next = keys.next(slot)
        guard next != .none, events[next].isFollowing else { return .none }
        events[next].isForsaken = true
        return next
    }

    /// Done behind an event that is not settled; but if that was let go, so is this one.
    mutating func finish(_ slot: Slot, _ settlement: Settlement, now: Instant, into actions: inout [Action]) {
        if events[slot].isForsaken {
            withdraw(slot, now: now, into: &actions)
        } else {
            events[slot].settlement = settlement
            setState(slot, .finished, now: now)
        }
    }
}
