import Delivery
import JSON
import Receipts
import Reconciliation

/// What is known of one key when it is compared.
struct KeyKnowledge {
    var isParked = false
    var parkedFrom: Int64 = 0
    /// What is remembered of the key, a JSON object on one line.
    var references: [UInt8]?
    /// The record's value, as it lies in the topic of receipts.
    var payload: [UInt8] = []
}

/// What is known of a key, and what its events say that the system should hold.
extension Reconciler {
    // MARK: - What is known of a key

    func knowledge(_ cursor: KeyCursor?) -> KeyKnowledge {
        guard let cursor, cursor.count > 0 else { return KeyKnowledge() }
        return knowledge(Array(cursor.payload(cursor.count - 1)))
    }

    /// - Parameter value: the value of a key's record in the topic of receipts.
    func knowledge(_ value: [UInt8]) -> KeyKnowledge {
        var knowledge = KeyKnowledge(payload: value)
        guard !value.isEmpty else { return knowledge }
        value.withUnsafeBytes { bytes in
            guard let state = try? notes.parse(bytes) else { return }
            if let parked = state["parked"], parked.kind == .object {
                knowledge.isParked = true
                knowledge.parkedFrom = Int64(parked["first"]?.int ?? 0)
            }
            if let references = state["references"], references.kind == .object {
                knowledge.references = Array(references.compactText.utf8)
            }
        }
        return knowledge
    }

    func path(of key: [UInt8], _ knowledge: KeyKnowledge) -> Result<String, CompiledReconciliation.MissingReference> {
        guard let references = knowledge.references else { return compiled.path(of: key, references: nil) }
        return references.withUnsafeBytes { bytes in
            compiled.path(of: key, references: try? notes.parse(bytes))
        }
    }

    // MARK: - What should be there

    struct Decision {
        let index: Int
        let place: DeadLetter.Place
        let expectation: Expectation
        var origin: Finding.Origin { .init(partition: place.partition, offset: place.offset) }
    }

    /// What the events of a key say that the system should hold; `nil`: nothing. A document is valid until the next
    /// event is looked at.
    func decide(_ events: KeyCursor, _ knowledge: KeyKnowledge) -> Decision? {
        guard events.count > 1 else { return decide(events.payload(0), knowledge) }
        var order = inTime(events)
        if compiled.expectations.hasVersion { order = newest(events, order).map { [$0] } ?? [] }
        for index in order.reversed() {
            if let decision = decide(events.payload(index), knowledge, index) { return decision }
        }
        return nil
    }

    func decide(_ event: UnsafeRawBufferPointer, _ knowledge: KeyKnowledge, _ index: Int = 0) -> Decision? {
        RecordSpilling.read(event, into: record)
        let expectation = compiled.expectations.expectation(of: record, references: references(knowledge))
        if case .silent = expectation { return nil }
        return Decision(index: index, place: RecordSpilling.place(of: event), expectation: expectation)
    }

    /// The events by partition and offset, or by their times where a key has some in several partitions.
    private func inTime(_ events: KeyCursor) -> [Int] {
        let places = (0..<events.count).map { index -> (DeadLetter.Place, Int64) in
            let event = events.payload(index)
            return (RecordSpilling.place(of: event), RecordSpilling.time(of: event))
        }
        guard places.contains(where: { $0.0.partition != places[0].0.partition }) else {
            return Array(places.indices)
        }
        return places.indices.sorted {
            let (a, b) = (places[$0], places[$1])
            return a.0.partition == b.0.partition ? a.0.offset < b.0.offset : a.1 < b.1
        }
    }

    /// The event that no later one makes stale (D13).
    private func newest(_ events: KeyCursor, _ order: [Int]) -> Int? {
        var best: (index: Int, version: EventVersion?)?
        for index in order {
            RecordSpilling.read(events.payload(index), into: record)
            if case .silent = compiled.expectations.expectation(of: record, isJudged: true) { continue }
            let version = compiled.expectations.version(of: record)
            if let known = best?.version, let version, version.isOlder(than: known) { continue }
            best = (index, version)
        }
        return best?.index
    }

    private func references(_ knowledge: KeyKnowledge) -> ByteBuffer? {
        guard let bytes = knowledge.references else { return nil }
        referenceBuffer.removeAll()
        bytes.withUnsafeBytes { referenceBuffer.append($0) }
        return referenceBuffer
    }
}
