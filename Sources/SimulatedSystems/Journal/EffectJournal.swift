import Synchronization

/// The journal of a system: every effect in its order, and every repeat that was suppressed.
///
/// It forgets nothing, for an account of what happened needs all of it: an effect costs about 1.3 KB, together with the
/// answer that is remembered under its idempotency key.
public final class EffectJournal: Sendable {
    private let content = Mutex<[JournalEntry]>([])

    public init() {}

    /// All entries so far.
    public var entries: [JournalEntry] { content.withLock { $0 } }

    /// The number of entries so far.
    public var count: Int { content.withLock { $0.count } }

    /// Entries from this sequence number on, at most `limit` of them.
    public func entries(from sequence: Int, limit: Int = .max) -> [JournalEntry] {
        content.withLock { Array($0.dropFirst(max(sequence - 1, 0)).prefix(limit)) }
    }

    /// Appends what `entry` makes of the next sequence number.
    func append(_ entry: (_ sequence: Int) -> JournalEntry) {
        content.withLock { $0.append(entry($0.count + 1)) }
    }
}
