import Delivery
import HTTPCalls
import JQ
import JSON

/// Calls with several events: each event's part of the answer.
extension StepRunner {
    /// What the answer to a call with several events means, and what is odd about it. The slots take notice of what
    /// each event was answered.
    ///
    /// - Parameter tell: told of what should have been remembered of an answer, and was not.
    func judgeBatch(
        status: Int, retryAfterSeconds: Int?, body: UnsafeRawBufferPointer, _ slots: [EventSlot],
        tell: (String?, EventSlot) -> Void
    ) -> (outcome: BatchOutcome, problem: String?) {
        let step = flow.steps[slots[0].step]
        // `success_statuses` speaks of events: where each has its own answer, that of the call means only that.
        guard let results = step.batch?.results, (200..<300).contains(status) else {
            for slot in slots { tell(note(status: status, body: body, in: slot), slot) }
            return (.whole(step.outcome(status: status, retryAfterSeconds: retryAfterSeconds)), nil)
        }
        do {
            let answer = body.isEmpty ? Value.null : try batchWriter.document.parse(body)
            var matching = BatchMatching(slots)
            try batchWriter.evaluator.all(results, answer) { result in
                matching.add(BatchItemResult(result))
                return true
            }
            let outcomes = outcomes(of: matching, slots, step, tell: tell)
            let problems = [matching.problem, step.batch?.takesSameKey == true ? disorder(outcomes, slots) : nil]
            let told = problems.compactMap(\.self)
            return (.items(outcomes), told.isEmpty ? nil : told.joined(separator: ", "))
        } catch {
            // What cannot be read says nothing of any event.
            for slot in slots { slot.noteFailure() }
            return (.whole(.sentNoAnswer), "results: \(error)")
        }
    }

    /// What is said where the system took an event behind one of the same key that it did not take. The order of the effects
    /// is lost by then; that it must not happen is what ‘same_key: in_order’ says of the system.
    private func disorder(_ outcomes: [Outcome?], _ slots: [EventSlot]) -> String? {
        var stopped: Set<[UInt8]> = []
        var count = 0
        for (slot, outcome) in zip(slots, outcomes) {
            guard let key = flow.order == .partition ? [] : slot.orderKey else { continue }
            if case .answered(200..<300, _)? = outcome {
                if stopped.contains(key) { count += 1 }
            } else {
                stopped.insert(key)
            }
        }
        return count == 0
            ? nil
            : "\(count) events taken behind one of their key that was not: the system does not keep the order that "
                + "‘same_key: in_order’ relies on"
    }

    private func outcomes(
        of matching: BatchMatching, _ slots: [EventSlot], _ step: CompiledStep, tell: (String?, EventSlot) -> Void
    ) -> [Outcome?] {
        zip(slots, matching.results).map { slot, result in
            guard let result, let status = result.status else {
                slot.noteFailure()
                return nil
            }
            batchItemBody.removeAll()
            if let body = result.body { batchItemBody.write(body) }
            tell(note(status: status, body: batchItemBody.bytes, in: slot), slot)
            return step.outcome(status: status, retryAfterSeconds: nil)
        }
    }
}

/// One of the objects that `results` yields.
struct BatchItemResult {
    /// `nil`: it has none, and is meant by its position.
    let key: String?
    /// Whether it has a key, though it may be none that can be compared.
    let hasKey: Bool
    /// `nil`: it has none, and says nothing.
    let status: Int?
    let body: Value?

    init(_ value: Value) {
        let key = value.member("key").flatMap { $0.kind == .null ? nil : $0 }
        hasKey = key != nil
        self.key = key?.scalarText
        status = value.member("status").flatMap(BatchItemResult.status)
        body = value.member("body")
    }

    /// A number, or a text of digits, as bulk interfaces like to give it.
    private static func status(_ value: Value) -> Int? {
        guard let status = value.scalarText.flatMap({ Double($0) }), (100..<600).contains(status) else { return nil }
        return Int(exactly: status)
    }
}

/// Finds the event that each result is of. Results of one key are those of the events with that key, in turn.
struct BatchMatching {
    private(set) var results: [BatchItemResult?]
    /// The event of each key that has no result yet, the first one first.
    private var positions: [String: Int] = [:]
    /// The next event of the same key.
    private var following: [Int?]
    private var count = 0
    private var strangers = 0
    private var repeated = 0

    init(_ slots: [EventSlot]) {
        results = Array(repeating: nil, count: slots.count)
        following = Array(repeating: nil, count: slots.count)
        positions.reserveCapacity(slots.count)
        for (position, slot) in slots.enumerated().reversed() {
            let key = slot.resultKey ?? slot.idempotencyKey
            following[position] = positions[key]
            positions[key] = position
        }
    }

    /// By its key; by its position where it has none. What comes once too often does not count.
    mutating func add(_ result: BatchItemResult) {
        let position = result.hasKey ? result.key.flatMap { positions[$0] } : count
        count += 1
        guard let position, position < results.count else { return strangers += 1 }
        guard results[position] == nil else { return repeated += 1 }
        results[position] = result
        if let key = result.key, let next = following[position] { positions[key] = next }
    }

    /// What is odd about the answer, in words.
    var problem: String? {
        let silent = results.count { $0?.status == nil }
        var parts: [String] = []
        if silent > 0 { parts.append("no result with a status for \(silent) of \(results.count) events") }
        if strangers > 0 { parts.append("\(strangers) results of no event of the call") }
        if repeated > 0 { parts.append("\(repeated) second results of an event") }
        return parts.isEmpty ? nil : parts.joined(separator: ", ")
    }
}
