extension Core {
    /// The answer to `Action.commit`.
    public mutating func committed(
        _ id: PartitionID, offset: Int64, succeeded: Bool, now: Instant, into actions: inout [Action]
    ) {
        let partition = Int(id.index)
        guard
            partition < partitions.count, partitions[partition].phase != .absent,
            partitions[partition].commit.answered(
                offset, succeeded: succeeded, retryAt: now.advanced(byNanoseconds: commitRetryInterval))
        else {
            counters.fenced += 1
            return
        }
        if succeeded {
            counters.commits += 1
            windowMoved(partition, now: now, into: &actions)
        } else {
            counters.commitFailures += 1
            tick(at: now.advanced(byNanoseconds: commitRetryInterval))
        }
        progressDrain(partition, now: now, into: &actions)
        answerDrains(into: &actions)
    }

    /// Something of the partition is settled that no commit carries.
    mutating func commitLater(_ partition: Int, now: Instant) {
        partitions[partition].commit.changed()
        tick(at: now.advanced(byNanoseconds: commitInterval))
    }

    private mutating func tick(at instant: Instant) {
        commitTick = min(commitTick ?? instant, instant)
    }

    /// Commits the watermark, with what is settled beyond it, from one snapshot (D1, D7).
    mutating func commit(_ partition: Int, now: Instant, into actions: inout [Action]) {
        guard let offset = partitions[partition].tracker.watermark(in: offsets) else { return }
        partitions[partition].tracker.describe(in: offsets, to: &metadata)
        let text = metadata.finish(offset: offset)
        partitions[partition].commit.started(offset, now: now)
        tick(at: now.advanced(byNanoseconds: commitTimeout))
        actions.append(.commit(partitionID(partition), offset: offset, metadata: text))
    }

    mutating func commitWhatIsDue(now: Instant, into actions: inout [Action]) {
        commitTick = nil
        var isBusy = false
        for partition in partitions.indices where partitions[partition].phase != .absent {
            if partitions[partition].commit.expire(now, after: commitTimeout) { counters.commitFailures += 1 }
            if partitions[partition].commit.isReady(now) { commit(partition, now: now, into: &actions) }
            if !partitions[partition].commit.isIdle { isBusy = true }
        }
        if isBusy { tick(at: now.advanced(byNanoseconds: min(commitInterval, commitTimeout))) }
    }
}
