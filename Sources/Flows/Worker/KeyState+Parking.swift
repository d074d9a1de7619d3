import Receipts

/// A key's mark while its events are parked (D9).
extension KeyState {
    /// The state with one more parked event, at this time in milliseconds since 1970.
    func parking(_ offset: Int64, at time: Int64) -> KeyState {
        var state = self
        let parked = self.parked ?? ParkedMark(first: offset, last: offset, since: time)
        state.parked = ParkedMark(
            first: min(parked.first, offset), last: max(parked.last, offset), since: parked.since)
        return state.written(at: .parked(offset))
    }

    /// Whether this state, which was written to park `offset`, says of the key's first parked event what no longer holds:
    /// a redrive has moved the mark that is known now, or taken it away. Marks with other last events are not overtaken;
    /// each of them is written by the event that it ends with.
    func isOvertaken(by known: KeyState, parking offset: Int64) -> Bool {
        known.parking(offset, at: 0).parked?.first != parked?.first
    }
}
