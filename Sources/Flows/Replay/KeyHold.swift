import JSON
import Receipts

/// That a replay runs old events of a key, so that its new ones wait: a record `replaying:<order key>` of the topic of
/// redrives.
///
/// The worker that owns the partition marks the key as parked from ``through`` on, which is an event that is settled:
/// new events of the key are parked behind it (D9), and nothing of the key runs any more. When what was in flight of
/// the partition is settled, the worker writes the key's state, and by that tells the replay that it may begin. The
/// replay ends as a redrive does: it runs what was parked behind, and writes ``KeyRedriven``.
public struct KeyHold: Sendable, Equatable {
    /// The name of the replay.
    public var name: String
    /// The last offset of the key that the replay may run.
    public var through: Int64
    /// Milliseconds since 1970.
    public var time: Int64

    public init(name: String, through: Int64, time: Int64) {
        self.name = name
        self.through = through
        self.time = time
    }

    func write(to text: ByteBuffer) {
        text.append("{\"name\":")
        text.writeString(name)
        text.append(",\"through\":\(through),\"time\":\(time)}")
    }

    init?(_ value: Value) {
        guard value.kind == .object, let name = value["name"]?.string, let through = value["through"]?.int,
            let time = value["time"]?.int
        else { return nil }
        self.init(name: name, through: Int64(through), time: Int64(time))
    }
}

extension KeyState {
    /// The state of a key whose new events are to wait. A key that is parked already stays as it is: nothing of it runs.
    func held(_ hold: KeyHold) -> KeyState {
        guard parked == nil else { return self }
        var state = self
        state.parked = ParkedMark(first: hold.through, last: hold.through, since: hold.time)
        return state
    }
}
