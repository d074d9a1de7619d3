import JSON
import Receipts

extension KeyState {
    /// The key's state after a redrive that came so far.
    ///
    /// All parked events up to `through` are done: with the last of them the mark goes, and new events run again; else
    /// it begins behind them. To be told the same again, or of an earlier redrive, changes nothing: the topic of
    /// redrives is read from its beginning by every new owner of the partition.
    func after(_ redriven: KeyRedriven, merging merger: ReferenceMerger) throws(ReferenceMerger.Failure) -> KeyState {
        guard let parked, redriven.through >= parked.first else { return self }
        var state = self
        state.parked =
            redriven.through >= parked.last
            ? nil : ParkedMark(first: redriven.through + 1, last: parked.last, since: parked.since)
        try state.take(
            remembered: redriven.references.map { Array($0.utf8) }, version: redriven.eventVersion, merging: merger)
        return state
    }
}

extension KeyRedriven {
    /// The version as it is compared (D13).
    var eventVersion: EventVersion? {
        guard var text = version else { return nil }
        let document = Document()
        return text.withUTF8 { bytes in
            (try? document.parse(UnsafeRawBufferPointer(bytes))).flatMap { EventVersion($0) }
        }
    }
}
