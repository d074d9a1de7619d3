/// Behind what a key's state was written: an event of the key, and how far that one was.
///
/// Of two states of a key the later one is valid, in whatever order they lie in the topic. A worker that was taken for
/// dead and goes on may still write what it knew before, behind what the new owner has written: that must not take a
/// parked mark away (D9), nor a reference or a version.
public struct KeyMoment: Equatable, Comparable, Sendable {
    /// The event's source offset.
    public var offset: Int64
    /// How far the event was: see the functions that make one.
    public var stage: Int

    public init(offset: Int64, stage: Int) {
        self.offset = offset
        self.stage = stage
    }

    /// The steps of a flow are fewer.
    private static let steps = 64

    /// A step of the event has succeeded.
    public static func applied(_ offset: Int64, step: Int) -> KeyMoment { KeyMoment(offset: offset, stage: step) }

    /// A step of the event is undone: the last is the first.
    public static func undone(_ offset: Int64, step: Int) -> KeyMoment {
        KeyMoment(offset: offset, stage: 2 * steps - 1 - step)
    }

    /// The event is parked.
    public static func parked(_ offset: Int64) -> KeyMoment { KeyMoment(offset: offset, stage: 2 * steps) }

    /// An operator's redrive or replay has come so far.
    public static func released(through offset: Int64) -> KeyMoment {
        KeyMoment(offset: offset, stage: 2 * steps + 1)
    }

    public static func < (left: KeyMoment, right: KeyMoment) -> Bool {
        left.offset != right.offset ? left.offset < right.offset : left.stage < right.stage
    }
}
