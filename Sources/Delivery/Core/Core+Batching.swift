/// Calls with several events (`BatchPolicy`).
///
/// Every event keeps its own life: it is prepared, recorded, parked and settled like any other, and its key has one
/// event in a batch at most, because the next one is prepared when this one is settled (D2); but see
/// `Core+Following.swift`. Only the call is shared.
/// An event that is in doubt is asked about alone (D4) and joins a batch after a miss.
///
/// Which event is to blame when a call fails as a whole nobody knows. So its events are tried again in batches of half
/// the size at most, down to one: what is wrong with one event, or with too many, ends there, and the others go on.
extension Core {
    // MARK: Collecting

    /// Whether the event's step is sent in batches, and the event may be sent now. A compensation is a call of its own.
    func isBatched(_ slot: Slot) -> Bool {
        guard !openBatches.isEmpty, !events[slot].isEffectUnknown, !events[slot].isCompensating else { return false }
        let step = Int(events[slot].step)
        return step < openBatches.count && openBatches[step] != nil
    }

    /// `→ queued`, in a batch.
    mutating func joinBatch(_ slot: Slot, now: Instant) {
        let step = Int(events[slot].step)
        guard let policy = openBatches[step]?.policy else { return }
        let isRetry = isRetried(slot)
        let limit = batchLimit(of: slot, policy)
        let byteCount = events[slot].preparedByteCount
        var number = openBatches[step]?[isRetry: isRetry] ?? Batch.none
        if number != Batch.none, !batches[number].hasRoom(limit: limit, byteCount: byteCount, of: policy) {
            close(number)
            number = Batch.none
        }
        if number == Batch.none { number = openBatch(for: slot, policy, isRetry: isRetry, now: now) }
        batchLinks.append(slot, to: &batches[number].items)
        batches[number].count += 1
        batches[number].byteCount += byteCount
        batches[number].limit = min(batches[number].limit, limit)
        events[slot].batch = number
        setState(slot, .queued, now: now)
        if batches[number].isFull(policy) {
            close(number)
        } else if batches[number].dueAt <= now || isDraining(slot) {
            queueBatch(number)
        }
        if policy.takesSameKey { letFollow(slot, now: now) }
    }

    /// Whether it joins the batches of those that have met a fault.
    func isRetried(_ slot: Slot) -> Bool { events[slot].attempts > 0 || events[slot].batchLimit > 0 }

    /// The most events of a batch that it may be in.
    func batchLimit(of slot: Slot, _ policy: BatchPolicy) -> Int {
        events[slot].batchLimit > 0 ? min(policy.items, Int(events[slot].batchLimit)) : policy.items
    }

    private mutating func openBatch(for slot: Slot, _ policy: BatchPolicy, isRetry: Bool, now: Instant) -> UInt32 {
        let number = batches.take()
        batches[number].step = events[slot].step
        batches[number].system = events[slot].system
        batches[number].isRetry = isRetry
        batches[number].limit = policy.items
        batches[number].dueAt = now.advanced(byNanoseconds: max(0, policy.linger.wholeNanoseconds))
        openBatches[Int(events[slot].step)]?[isRetry: isRetry] = number
        return number
    }

    private mutating func close(_ number: UInt32) {
        openBatches[Int(batches[number].step)]?.close(number)
        queueBatch(number)
    }

    /// `open → queued`: waits for a slot of the system, by its first event.
    private mutating func queueBatch(_ number: UInt32) {
        guard !batches[number].isQueued else { return }
        batches[number].isQueued = true
        lineUp(batches[number].items.first, of: number)
        systems[Int(batches[number].system)].queuedCount += 1
    }

    private mutating func lineUp(_ slot: Slot, of number: UInt32) {
        let system = Int(batches[number].system)
        if batches[number].isRetry {
            queues.append(slot, to: &systems[system].retries)
        } else {
            queues.append(slot, to: &systems[system].fresh)
        }
    }

    private mutating func leaveLine(_ slot: Slot, of number: UInt32) {
        let system = Int(batches[number].system)
        if batches[number].isRetry {
            queues.remove(slot, from: &systems[system].retries)
        } else {
            queues.remove(slot, from: &systems[system].fresh)
        }
    }

    /// An event that waits in a batch is taken out of it.
    mutating func leaveBatch(_ slot: Slot) {
        let number = events[slot].batch
        let isFirst = batches[number].items.first == slot
        let mustLineUp = batches[number].isQueued && isFirst
        if mustLineUp { leaveLine(slot, of: number) }
        batchLinks.remove(slot, from: &batches[number].items)
        batches[number].count -= 1
        batches[number].byteCount -= events[slot].preparedByteCount
        events[slot].batch = Batch.none
        if batches[number].count == 0 {
            if batches[number].isQueued { systems[Int(batches[number].system)].queuedCount -= 1 }
            openBatches[Int(batches[number].step)]?.close(number)
            batches.free(number)
        } else if mustLineUp {
            lineUp(batches[number].items.first, of: number)
        }
    }

    // MARK: Time

    /// When an open batch is due.
    var batchDeadline: Instant? {
        var earliest: Instant?
        for case let open? in openBatches {
            for number in [open.fresh, open.retries] where number != Batch.none && !batches[number].isQueued {
                earliest = min(earliest ?? .distantFuture, batches[number].dueAt)
            }
        }
        return earliest
    }

    mutating func queueDueBatches(now: Instant) {
        for step in openBatches.indices {
            for isRetry in [false, true] {
                guard let number = openBatches[step]?[isRetry: isRetry], number != Batch.none else { continue }
                if batches[number].dueAt <= now { queueBatch(number) }
            }
        }
    }

    /// A drain waits for the event: its batch waits for no others.
    mutating func hurryBatch(of slot: Slot) {
        guard events[slot].batch != Batch.none else { return }
        queueBatch(events[slot].batch)
    }

    // MARK: Sending

    /// The batch that would be sent next could take more, and perhaps there are more: an event is being prepared.
    mutating func isFilling(_ system: Int, now: Instant, into actions: inout [Action]) -> Bool {
        let number = events[systems[system].next].batch
        guard number != Batch.none, let open = openBatches[Int(batches[number].step)],
            open[isRetry: batches[number].isRetry] == number, !batches[number].isRetry || open.policy.takesSameKey
        else { return false }
        if preparingCount > 0 { return true }
        // Where the events prepared meanwhile went elsewhere, there is no end of looking for others.
        guard batches[number].count > batches[number].filledCount else { return false }
        batches[number].filledCount = batches[number].count
        return prepareNext(now: now, into: &actions)
    }

    /// How many events more the open batches of a system take.
    func batchRoom(of system: Int) -> Int {
        var room = 0
        for case let open? in openBatches where open.fresh != Batch.none {
            let batch = batches[open.fresh]
            if Int(batch.system) == system { room += batch.limit - batch.count }
        }
        return room
    }

    /// `queued → calling` for all events of the batch.
    mutating func startBatch(_ number: UInt32, now: Instant, into actions: inout [Action]) {
        let system = Int(batches[number].system)
        leaveLine(batches[number].items.first, of: number)
        systems[system].queuedCount -= 1
        openBatches[Int(batches[number].step)]?.close(number)
        systems[system].tookTurn(isRetry: batches[number].isRetry)
        batches[number].isTrial = systems[system].started(now: now)
        batches[number].isSent = true
        batches[number].startedAt = now
        var ids: [EventID] = []
        ids.reserveCapacity(batches[number].count)
        var slot = batches[number].items.first
        while slot != .none {
            setState(slot, .calling, now: now)
            ids.append(events.id(slot))
            slot = batchLinks.next(slot)
        }
        counters.calls += 1
        actions.append(.callBatch(batches.id(number), ids))
    }

    // MARK: Answers

    /// The answer to `Action.callBatch`.
    public mutating func finished(
        _ id: BatchID, _ outcome: BatchOutcome, now: Instant, into actions: inout [Action]
    ) {
        guard let number = batches.sent(id) else {
            counters.fenced += 1
            return
        }
        let step = Int(batches[number].step)
        let answer = BatchAnswer(
            outcome, count: batches[number].count,
            policy: step < configuration.retryPolicies.count ? configuration.retryPolicies[step] : nil)
        let granted = noteHealth(
            of: Int(batches[number].system), isTrial: batches[number].isTrial,
            name: events.id(batches[number].items.first), start: batches[number].startedAt, answer.health.verdict,
            answer.health.outcome, now: now, into: &actions)
        // One random number for all: events that failed together come back together.
        let chance = generator
        for position in 0..<answer.count {
            let slot = batches[number].items.first
            batchLinks.remove(slot, from: &batches[number].items)
            events[slot].batch = Batch.none
            generator = chance
            end(slot, answer, position, granted, now: now, into: &actions)
        }
        if answer.count > 0 { _ = generator.next() }
        batches.free(number)
        startWhatCan(now: now, into: &actions)
    }

    private mutating func end(
        _ slot: Slot, _ answer: BatchAnswer, _ position: Int, _ granted: Int64, now: Instant,
        into actions: inout [Action]
    ) {
        if events[slot].state == .abandonedCall {
            counters.fenced += 1
            noteLateEnd(of: slot, now: now)
            endAbandoned(slot, now: now, into: &actions)
            return
        }
        let outcome = answer.outcome(of: position)
        let verdict = answer.verdict(of: position)
        let isTakenBack = events[slot].isFollowing && !(verdict == .success && isBehindSuccess(slot))
        let pause =
            verdict == .success && !isTakenBack ? 0 : max(granted, doubt(slot, outcome, now: now))
        if let half = answer.splitLimit { events[slot].batchLimit = half }
        if isTakenBack {
            takeBack(slot, notBefore: pause, now: now, into: &actions)
        } else if answer.isSplitAtOnce {
            split(slot, now: now, into: &actions)
        } else {
            act(on: verdict, of: slot, notBefore: pause, now: now, into: &actions)
        }
    }

    /// The system is well and took offence at one of several events: all are tried in smaller batches at once. A
    /// draining partition begins nothing.
    private mutating func split(_ slot: Slot, now: Instant, into actions: inout [Action]) {
        counters.splitEvents += 1
        if isDraining(slot) {
            withdraw(slot, now: now, into: &actions)
        } else {
            queue(slot, now: now, into: &actions)
        }
    }
}
