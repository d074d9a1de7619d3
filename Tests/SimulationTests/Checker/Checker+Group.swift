/// Assignments, revocations, shutdowns, commits: D1, D6, D7, D11, D12.
extension Checker {
    // MARK: Assignments

    mutating func assigned(_ worker: Int, _ partition: Int, _ commit: Int?, _ tampered: Bool) {
        var known: Set<Int> = []
        var start = Int64.min
        if let commit {
            let view = commits[commit]
            start = view.offset
            if !tampered {
                let origin = assignments[view.assignment]
                known = origin.known.union(origin.settled.prefix(view.settledCount))
            }
        }
        if let old = workers[worker]?.held[partition] { assignments[old].isOver = true }
        guard workers[worker]?.isShuttingDown == false else { return }
        // The rebalance has forgotten any pause.
        workers[worker]?.paused.remove(partition)
        workers[worker]?.held[partition] = assignments.count
        assignments.append(
            AssignmentView(
                worker: worker, partition: partition, known: known, receipts: receipts, startOffset: start,
                startedAt: now, confirmed: start))
    }

    mutating func metadataIgnored(_ worker: Int, _ partition: Int) {
        guard let number = workers[worker]?.held[partition] else { return }
        workers[worker]?.mustWarn = nil
        expect(
            assignments[number].known.isEmpty, "D7",
            "worker \(worker) ignores good metadata of partition \(partition)")
    }

    mutating func revokeAsked(_ worker: Int, _ request: Int, _ partitions: [Int], _ lost: Bool) {
        workers[worker]?.revocations[request] = .init(partitions: partitions, lost: lost, at: now)
        for partition in partitions {
            guard let number = workers[worker]?.held[partition] else { continue }
            if lost {
                assignments[number].isOver = true
                workers[worker]?.held[partition] = nil
            } else if !assignments[number].isDraining {
                assignments[number].isDraining = true
                assignments[number].drainAt = now
            }
        }
    }

    mutating func revokeAcknowledged(_ worker: Int, _ request: Int) {
        guard let revocation = workers[worker]?.revocations.removeValue(forKey: request) else {
            expect(false, "D6", "worker \(worker) acknowledges request \(request) that is not open")
            return
        }
        let limit = Plan.drainTimeout + Plan.commitTimeout
        if workers[worker]?.lastPoll != nil {
            expect(
                now - revocation.at <= limit + slack(worker), "D6",
                "worker \(worker) took \(now - revocation.at) µs to give back \(revocation.partitions)")
        }
        guard !revocation.lost else { return }
        for partition in revocation.partitions {
            guard let number = workers[worker]?.held[partition] else { continue }
            checkLetGo(worker, number)
            assignments[number].isOver = true
            workers[worker]?.held[partition] = nil
        }
    }

    /// A worker that was stalled may be late by as much.
    private func slack(_ worker: Int) -> Time {
        let stalls = plan.faults.reduce(0) { sum, fault in
            if case .stall(_, _, let duration) = fault { sum + duration } else { sum }
        }
        return stalls + 1_000
    }

    /// A partition is let go: drained, and committed if the broker was well.
    private mutating func checkLetGo(_ worker: Int, _ number: Int) {
        let assignment = assignments[number]
        for (_, event) in workers[worker]?.live ?? [:] where event.assignment == number {
            expect(
                event.isCalling || event.isParking || event.recording != nil, "D6",
                "record \(event.record) waits in a partition let go")
            expect(
                now >= assignment.drainAt + Plan.drainTimeout, "D6",
                "partition \(assignment.partition) is let go with record \(event.record) in flight")
        }
        let commitDeadline = assignment.drainAt + Plan.drainTimeout + Plan.commitTimeout
        expect(
            assignment.pendingCommit == nil || now >= commitDeadline, "D6",
            "partition \(assignment.partition) is let go before its commit is answered")
        expect(
            assignment.covered == assignment.settled.count
                || (assignment.hasCommitTrouble && now >= commitDeadline), "D6",
            "partition \(assignment.partition) is let go without a commit of all that is settled")
    }

    mutating func shutdownAsked(_ worker: Int) {
        workers[worker]?.isShuttingDown = true
        workers[worker]?.shutdownAt = now
        for number in workers[worker]?.held.values.map({ $0 }) ?? [] where !assignments[number].isDraining {
            assignments[number].isDraining = true
            assignments[number].drainAt = now
        }
    }

    mutating func checkDrained(_ worker: Int) {
        guard let view = workers[worker] else { return }
        expect(view.isShuttingDown, "D11", "worker \(worker) ends without being asked to")
        expect(
            now - view.shutdownAt <= Plan.drainTimeout + Plan.commitTimeout + slack(worker), "D11",
            "worker \(worker) took \(now - view.shutdownAt) µs to end")
        for number in view.held.values { checkLetGo(worker, number) }
    }

    // MARK: Commits

    mutating func commitAsked(_ worker: Int, _ partition: Int, _ offset: Int64, _ length: Int, _ commit: Int) {
        precondition(commit == commits.count)
        guard let number = workers[worker]?.held[partition] else {
            expect(false, "D6", "worker \(worker) commits partition \(partition) that it does not hold")
            commits.append(CommitView(assignment: 0, offset: offset, settledCount: 0, at: now))
            return
        }
        let assignment = assignments[number]
        commits.append(
            CommitView(assignment: number, offset: offset, settledCount: assignment.settled.count, at: now))
        expect(length < max(plan.metadataLimit, 1), "D7", "metadata of \(length) bytes")
        expect(offset >= assignment.lastOffset, "D1", "the commit goes back from \(assignment.lastOffset) to \(offset)")
        expect(offset >= assignment.startOffset, "D1", "the commit goes back behind its start")
        if let pending = assignment.pendingCommit {
            expect(
                now - commits[pending].at >= Plan.commitTimeout, "D1",
                "two commits of partition \(partition) are in flight")
            assignments[number].hasCommitTrouble = true
        }
        checkNothingPassed(number, offset)
        assignments[number].lastOffset = offset
        assignments[number].pendingCommit = commit
        assignments[number].covered = assignment.settled.count
    }

    /// Everything below the offset is settled, here or before.
    private mutating func checkNothingPassed(_ number: Int, _ offset: Int64) {
        let assignment = assignments[number]
        var record = assignment.checkedUpTo
        while record < plan.records.count {
            defer { record += 1 }
            guard plan.records[record].partition == assignment.partition else { continue }
            guard plan.records[record].offset < offset else { break }
            guard plan.records[record].offset >= assignment.startOffset, isProduced[record] else { continue }
            expect(
                assignment.settledSet.contains(record) || assignment.known.contains(record), "D1",
                "worker \(assignment.worker) commits \(offset) past the unsettled record \(record)")
            expect(isSettled[record], "D1", "the commit \(offset) passes record \(record), which nobody settled")
        }
        assignments[number].checkedUpTo = max(0, record - 1)
    }

    mutating func commitAccepted(_ commit: Int) {
        let view = commits[commit]
        expect(
            workers[assignments[view.assignment].worker] != nil, "D1", "a commit of nobody is accepted")
    }

    mutating func commitEnded(_ commit: Int, _ succeeded: Bool) {
        let number = commits[commit].assignment
        commits[commit].isAnswered = true
        if assignments[number].pendingCommit == commit {
            assignments[number].pendingCommit = nil
            if succeeded {
                assignments[number].confirmed = max(assignments[number].confirmed, commits[commit].offset)
            } else {
                assignments[number].covered = -1
                assignments[number].hasCommitTrouble = true
            }
        }
    }

    // MARK: The loop

    mutating func polled(_ worker: Int) {
        guard let view = workers[worker] else { return }
        if let last = view.lastPoll {
            expect(
                now - last <= Plan.maximumPollInterval, "D12",
                "worker \(worker) did not poll for \(now - last) µs")
        }
        if view.lastPoll == nil { workers[worker]?.resumedAt = now }
        workers[worker]?.lastPoll = now
    }

    mutating func turnEnded(_ worker: Int, _ deadline: Time?) {
        guard let view = workers[worker] else { return }
        if let deadline {
            expect(deadline > now, "D12", "worker \(worker) is asked to turn again at once")
        }
        expect(view.mustWarn == nil, "D7", "metadata of partition \(view.mustWarn ?? -1) is ignored without a warning")
        checkBounds(worker, view)
        checkNotIdle(worker, view)
        checkLinger(worker, view)
        for (number, system) in view.systems.enumerated() {
            if let should = system.shouldAlarm {
                expect(
                    system.hasAlarm == should, "D5",
                    "the alarm of system \(number) is \(system.hasAlarm ? "up" : "down")")
            }
        }
    }

    /// The buffer is bounded, and at the bound every partition is paused (D8).
    private mutating func checkBounds(_ worker: Int, _ view: WorkerView) {
        let prepared = view.live.values.reduce(0) { $0 + $1.preparedBytes }
        let bytes = view.bufferedBytes + prepared
        // The event that reaches the bound may pass it; a prepared request may come on top.
        expect(
            view.live.count <= plan.bufferEvents, "D8",
            "worker \(worker) holds \(view.live.count) events, bound \(plan.bufferEvents)")
        expect(
            view.bufferedBytes <= plan.bufferBytes + 200, "D8",
            "worker \(worker) holds \(view.bufferedBytes) bytes of records, bound \(plan.bufferBytes)")
        if view.live.count >= plan.bufferEvents || bytes >= plan.bufferBytes {
            for partition in view.held.keys {
                expect(
                    view.paused.contains(partition), "D8",
                    "worker \(worker) is full and fetches partition \(partition)")
            }
        }
        if view.live.isEmpty, !view.isShuttingDown {
            for (partition, number) in view.held where !assignments[number].isDraining {
                expect(
                    !view.paused.contains(partition), "no stall",
                    "worker \(worker) is empty and keeps partition \(partition) paused")
            }
        }
    }

    /// The system's rate would let a call start.
    func mayCall(_ view: SystemView, _ system: PlannedSystem) -> Bool {
        var view = view
        view.fill(system, now)
        return system.rate == nil || view.tokens >= 1_000_000 + system.slack
    }

    /// Where nothing is in flight and every system is well, each partition's oldest event runs or backs off.
    private mutating func checkNotIdle(_ worker: Int, _ view: WorkerView) {
        guard
            view.systems.allSatisfy({ $0.inFlight == 0 && $0.state == .closed && $0.postponedUntil < now }),
            view.systems.indices.allSatisfy({ mayCall(view.systems[$0], plan.systems[$0]) }),
            !view.live.values.contains(where: { $0.isCalling || $0.isParking || $0.recording != nil })
        else { return }
        var oldest: [Int: LiveEvent] = [:]
        for event in view.live.values where !assignments[event.assignment].isOver {
            if event.record < oldest[event.assignment]?.record ?? .max { oldest[event.assignment] = event }
        }
        for event in oldest.values {
            if mayWaitToProbe(event) || mayLinger(event, view) { continue }
            expect(
                event.failures > 0 && now - event.idleSince <= Plan.backOffMaximum + Plan.retryAfterCeiling,
                "no stall", "worker \(worker) is idle while record \(event.record) waits since \(event.idleSince)")
        }
    }
}
