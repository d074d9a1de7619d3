/// What the core remembers of one buffered event.
struct Event: Sendable {
    var generation: UInt32 = 0
    var state = EventState.free
    /// A call of this event succeeded.
    var isApplied = false
    /// Has left the `ready` state once: its settling may come at any time.
    var isStarted = false
    /// Its call in flight is the trial of a half-open circuit.
    var isTrial = false
    /// In the list of its partition's unsettled events.
    var isTracked = false
    /// A call of the current step may have taken effect already: ask first (D4).
    var isEffectUnknown = false
    /// It failed, and what its steps did is being undone: `step` is the one whose compensation is at hand.
    var isCompensating = false
    /// That is durable.
    var isFailureRecorded = false
    /// Under way behind an event of its key that is not settled.
    var isFollowing = false
    /// The event that it follows was let go without being settled.
    var isForsaken = false
    /// It followed another, and is prepared anew: what is in doubt of it stays so.
    var isTakenBack = false
    /// What it is settled as once the one in front of it is.
    var settlement = Settlement.skipped
    var step: UInt16 = 0
    var system: UInt16 = 0
    /// Faults in a row of the current step (or of its dead letter or record): the exponent of the back-off.
    var attempts: UInt16 = 0
    /// Answers of a declared doubtful status to the current step.
    var doubtfulAnswers: UInt16 = 0
    /// The most events of a batch that it may be in, after a larger one failed; 0: as many as the step allows.
    var batchLimit: UInt16 = 0
    /// The batch that it waits in or is sent in.
    var batch = Batch.none
    var parkReason = ParkReason.malformed
    /// What is being recorded of it.
    var recording = Recording.receipt
    var partition: UInt32 = 0
    var byteCount = 0
    var preparedByteCount = 0
    var key: UInt64 = 0
    var since = Instant.zero
    /// An earlier probe could miss an effect that is still to come.
    var probeNotBefore = Instant.zero

    /// In one of the states in which the shell owes an answer.
    var isInFlight: Bool {
        switch state {
        case .calling, .probing, .parking, .recording, .preparing: true
        default: false
        }
    }
}

/// The slots of the buffered events, used again last in, first out.
struct EventTable: Sendable {
    private var events: [Event] = []
    private var unused: [Slot] = []

    init(slots: Int = 0) {
        events.reserveCapacity(slots)
        unused.reserveCapacity(slots)
    }

    /// Slots that exist, used or not.
    var slotCount: Int { events.count }

    subscript(slot: Slot) -> Event {
        @inline(__always) get { events[Int(slot)] }
        @inline(__always) _modify { yield &events[Int(slot)] }
    }

    /// A free slot; `nil` when a new one must be added first.
    mutating func take() -> Slot? {
        unused.popLast()
    }

    /// Adds a slot and takes it.
    mutating func addSlot() -> Slot {
        events.append(Event())
        return Slot(truncatingIfNeeded: events.count - 1)
    }

    func id(_ slot: Slot) -> EventID {
        EventID(slot: slot, generation: events[Int(slot)].generation)
    }

    /// The slot of an event that is still the one meant (D6).
    func slot(of id: EventID) -> Slot? {
        guard id.slot < events.count, events[Int(id.slot)].generation == id.generation else { return nil }
        return id.slot
    }

    /// From now on, results for the former use of this slot are too late.
    mutating func fence(_ slot: Slot) {
        events[Int(slot)].generation &+= 1
    }

    /// Gives a slot back. The caller has fenced it.
    mutating func free(_ slot: Slot) {
        events[Int(slot)] = Event(generation: events[Int(slot)].generation)
        unused.append(slot)
    }
}
