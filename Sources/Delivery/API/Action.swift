/// What the core wants done. The shell performs actions in the order in which they were appended.
public enum Action: Equatable, Sendable {
    /// Evaluate the steps from `step` on (condition, mapping, schema) and answer with `Core.prepared` at once.
    case prepare(EventID, step: Int32)

    /// The event failed for this reason: evaluate the compensation of its last step that had an effect and is not
    /// undone yet, and answer with `Core.prepared` at once: `call` with the step whose compensation it is, `done` when
    /// nothing is to be undone (any more), `fault` when that one cannot be sent.
    /// It comes twice before the first compensation is called: what is to be undone is recorded in between.
    case prepareCompensation(EventID, ParkReason)

    /// What was prepared of the event counts no longer: it is prepared anew from its first step, when an event in front
    /// of it may have changed what there is to prepare.
    case takeBack(EventID)

    /// Send the prepared request; answer with `Core.finished`, exactly once, however long it takes.
    /// The same event may be called again later: the request is kept until `release` or the next `prepare`.
    case call(EventID)

    /// Send the prepared requests of these events, in this order, in one call; answer with `Core.finished` of the batch,
    /// exactly once.
    case callBatch(BatchID, [EventID])

    /// Ask the system whether the prepared call has taken effect already; answer with `Core.probed`, exactly once.
    case probe(EventID)

    /// Write the event to the dead-letter topic; answer with `Core.parked`, exactly once.
    case park(EventID, ParkReason)

    /// Write what must outlive the process before the event goes on; answer with `Core.recorded`, exactly once.
    case record(EventID, Recording)

    /// Forget the slot. `nil`: the event is not settled, somebody else (or we, later) will get it again.
    /// Comes exactly once for each event that `fetched` accepted, and never while a call, a probe, a park or a record
    /// is unanswered.
    case release(EventID, Settlement?)

    /// Commit `offset` (the next one to read) with `metadata`; answer with `Core.committed`.
    case commit(PartitionID, offset: Int64, metadata: String)

    /// Fetch no more records of the partition. What was fetched already may still be handed in.
    case pause(PartitionID)

    /// Fetch records of the partition again.
    case resume(PartitionID)

    /// Give the revoked partitions back to the group: nothing of theirs is outstanding any more.
    case acknowledgeRevocation(RevocationID)

    /// The shutdown is complete: leave the group and end.
    case drained

    /// Something that an operator must act on, or that it is over (`Alarm.cleared`).
    case alarm(SystemID, Alarm)

    /// The circuit of a system changed its state.
    case circuit(SystemID, CircuitState)

    /// The partition's commit metadata was not used; its events after the committed offset run (again).
    case metadataIgnored(PartitionID, CommitMetadata.Fault)
}

/// What is written about an event, where the flow keeps receipts.
public enum Recording: UInt8, Hashable, Sendable {
    /// That the call of the current step succeeded, and what is remembered of its answer.
    case receipt
    /// That the event's key has a parked event (D9).
    case parkedMark
    /// That the event failed, and what of it is to be undone.
    case failure
}

/// How an event was settled.
public enum Settlement: UInt8, Hashable, Sendable, CaseIterable {
    /// At least one step's call succeeded, and no step is left.
    case applied
    /// Nothing to do, by rule.
    case skipped
    /// The dead-letter topic has acknowledged it (D10).
    case parked
}

/// What an operator should know about a system's refusal.
public enum Alarm: Hashable, Sendable {
    /// 401 or 403: the system refuses us. Its calls wait.
    case refused(status: UInt16)
    /// 3xx: the configured address is not the system's. Its calls fail and are tried again.
    case redirected(status: UInt16)
    /// A call succeeded: the former alarm is over.
    case cleared
}

/// The state of a system's circuit.
///
/// Transitions: `closed → open` (faults in a row, or a refusal), `open → halfOpen` (time), `halfOpen → closed`
/// (the trial was answered), `halfOpen → open` (it was not).
public enum CircuitState: UInt8, Hashable, Sendable {
    case closed
    case open
    case halfOpen
}
