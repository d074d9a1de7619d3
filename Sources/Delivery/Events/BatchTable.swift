/// Events that are in one call, or will be.
///
/// `open → queued → sent`: an open batch takes more events. It is queued when it is full, or when its first event has
/// waited long enough; then it waits for a slot of its system, as its first event, and is still open unless it is full.
struct Batch: Sendable {
    var generation: UInt32 = 0
    var items = SlotList()
    var count = 0
    var byteCount = 0
    var step: UInt16 = 0
    var system: UInt16 = 0
    /// Of events that have met a fault, or that are tried in fewer because a larger batch failed.
    var isRetry = false
    /// The most events, for the sake of those in it.
    var limit = 0
    /// When it is sent although it is not full.
    var dueAt = Instant.zero
    var isQueued = false
    var isSent = false
    var isTrial = false
    var startedAt = Instant.zero
    /// How many events it had when others were last looked for to fill it.
    var filledCount = 0

    /// In no batch.
    static let none = UInt32.max

    /// Whether one more event fits, which may be in no batch of more than `limit`.
    func hasRoom(limit: Int, byteCount: Int, of policy: BatchPolicy) -> Bool {
        count == 0 || (count < min(limit, self.limit) && self.byteCount + byteCount <= policy.bytes)
    }

    func isFull(_ policy: BatchPolicy) -> Bool {
        count >= limit || byteCount >= policy.bytes
    }
}

/// The batches of one step that take more events: those of events without a fault, and those of the others. They are
/// apart because a few events that the system refuses must not spoil the batches of all (D2).
struct OpenBatches: Sendable {
    private(set) var policy: BatchPolicy
    var fresh = Batch.none
    var retries = Batch.none

    init(_ policy: BatchPolicy) {
        self.policy = policy
        self.policy.items = min(max(1, policy.items), Int(UInt16.max))
    }

    subscript(isRetry isRetry: Bool) -> UInt32 {
        get { isRetry ? retries : fresh }
        set { if isRetry { retries = newValue } else { fresh = newValue } }
    }

    /// The batch takes no more.
    mutating func close(_ batch: UInt32) {
        if fresh == batch { fresh = Batch.none }
        if retries == batch { retries = Batch.none }
    }
}

/// The batches that there are, used again last in, first out.
struct BatchTable: Sendable {
    private var batches: [Batch] = []
    private var unused: [UInt32] = []

    subscript(number: UInt32) -> Batch {
        @inline(__always) get { batches[Int(number)] }
        @inline(__always) _modify { yield &batches[Int(number)] }
    }

    mutating func take() -> UInt32 {
        if let number = unused.popLast() { return number }
        batches.append(Batch())
        return UInt32(batches.count - 1)
    }

    mutating func free(_ number: UInt32) {
        batches[Int(number)] = Batch(generation: batches[Int(number)].generation &+ 1)
        unused.append(number)
    }

    func id(_ number: UInt32) -> BatchID {
        BatchID(index: number, generation: batches[Int(number)].generation)
    }

    /// The batch that is still the one meant, and in flight.
    func sent(_ id: BatchID) -> UInt32? {
        guard id.index < batches.count, self[id.index].generation == id.generation, self[id.index].isSent else {
            return nil
        }
        return id.index
    }
}
