import Testing

@testable import Delivery

/// Calls with several events: when they go, and what their answers do to each event.
@Suite("Batches in the core")
struct CoreBatchingTests {
    private func driver(
        items: Int = 3, bytes: Int = 1 << 20, linger: Duration = .milliseconds(20), concurrency: Int = 1,
        retryPolicies: [RetryPolicy] = [], change: (inout CoreConfiguration) -> Void = { _ in }
    ) -> Driver {
        var configuration = Driver.configuration(concurrency: concurrency, retryPolicies: retryPolicies)
        configuration.batches = [BatchPolicy(items: items, bytes: bytes, linger: linger)]
        change(&configuration)
        var driver = Driver(configuration)
        driver.assign()
        return driver
    }

    /// Fetches events of different keys, and has them prepared.
    private func fetch(_ count: Int, _ driver: inout Driver, from offset: Int64 = 0) throws -> [EventID] {
        try (0..<Int64(count)).map { index in
            let event = try driver.accept(offset + index, key: UInt64(offset + index) + 1)
            driver.prepareAll(byteCount: 10)
            return event
        }
    }

    // MARK: When a batch goes

    @Test("a full batch goes at once, with its events in order, in one slot")
    func full() throws {
        var driver = driver(concurrency: 2)
        let events = try fetch(3, &driver)
        #expect(driver.taken().batches.map(\.events) == [events])
        #expect(driver.core.status(of: SystemID(0))?.inFlight == 1)
        #expect(driver.core.status.counters.calls == 1)
    }

    @Test("a batch that is not full waits for its linger, though a slot is free, and then goes")
    func linger() throws {
        var driver = driver()
        let events = try fetch(2, &driver)
        driver.advance(.milliseconds(19))
        #expect(driver.taken().batches.isEmpty)
        #expect(driver.core.nextDeadline == driver.now + .milliseconds(1))
        driver.advance(.milliseconds(1))
        #expect(driver.taken().batches.map(\.events) == [events])
    }

    @Test("a linger of nought takes what is there")
    func noLinger() throws {
        var driver = driver(items: 10, linger: .zero)
        let first = try fetch(1, &driver)
        let call = try #require(driver.taken().batches.first)
        #expect(call.events == first)
        let others = try fetch(4, &driver, from: 1)
        finish(call.id, answers(200), &driver)
        #expect(driver.taken().batches.map(\.events) == [others])
    }

    @Test("a batch that is due waits for a slot, and takes more until it has one")
    func dueAndOpen() throws {
        var driver = driver(items: 3, linger: .milliseconds(5))
        _ = try fetch(3, &driver)
        let call = try #require(driver.taken().batches.first)
        let others = try fetch(4, &driver, from: 3)
        driver.advance(.milliseconds(50))
        #expect(driver.taken().batches.isEmpty, "the slot is taken")
        finish(call.id, answers(200, 200, 200), &driver)
        #expect(driver.taken().batches.map(\.events) == [Array(others.prefix(3))])
    }

    @Test("bytes close a batch; what has more alone goes alone")
    func bytes() throws {
        var driver = driver(items: 10, bytes: 25, concurrency: 4)
        let events = try fetch(3, &driver)
        driver.advance(.milliseconds(20))
        #expect(driver.taken().batches.map(\.events) == [Array(events.prefix(2)), [events[2]]])
        let large = try driver.accept(3, key: 9)
        driver.prepareAll(byteCount: 500)
        #expect(driver.taken().batches.map(\.events) == [[large]])
    }

    @Test("D2: a key has one event in a batch; its next one waits until it is settled")
    func keys() throws {
        var driver = driver(items: 10)
        let first = try driver.accept(0, key: 7)
        let second = try driver.accept(1, key: 7)
        driver.prepareAll()
        driver.advance(.milliseconds(20))
        let call = try #require(driver.taken().batches.first)
        #expect(call.events == [first])
        finish(call.id, answers(200), &driver)
        driver.advance(.milliseconds(20))
        #expect(driver.taken().batches.map(\.events) == [[second]])
    }

    @Test("one token of the rate and one slot for each call")
    func limits() throws {
        var driver = driver(items: 2, linger: .zero, concurrency: 8) { configuration in
            configuration.systems[0].rate = RateLimit(perSecond: 10, burst: 1)
        }
        _ = try fetch(4, &driver)
        // The first event goes alone: it found nobody else.
        #expect(driver.taken().batches.map(\.events.count) == [1])
        driver.advance(.milliseconds(100))
        #expect(driver.taken().batches.map(\.events.count) == [2])
    }

    // MARK: What an answer does

    @Test("each event has its own outcome: applied, parked, and backed off")
    func outcomes() throws {
        var driver = driver()
        let events = try fetch(3, &driver)
        let call = try #require(driver.taken().batches.first)
        finish(call.id, answers(201, 422, 429), &driver)
        let actions = driver.taken()
        #expect(actions.contains(.release(events[0], .applied)))
        #expect(actions.contains(.park(events[1], .rejected(status: 422))))
        #expect(driver.core.status.backingOff == 1)
        driver.advance(.milliseconds(200))
        driver.advance(.milliseconds(20))
        #expect(driver.taken().batches.map(\.events) == [[events[2]]], "it joins a later batch")
    }

    @Test("D4: no word about an event is no answer to it", arguments: [[200, nil], [200]] as [[Int?]])
    func silence(statuses: [Int?]) throws {
        var driver = driver(items: 2)
        let events = try fetch(2, &driver)
        let call = try #require(driver.taken().batches.first)
        finish(call.id, .items(statuses.map { $0.map { .answered(status: $0, retryAfter: nil) } }), &driver)
        #expect(driver.taken().contains(.release(events[0], .applied)))
        #expect(driver.core.status.backingOff == 1)
    }

    @Test("D5: a batch refused as a whole is halved at once until only the bad event is alone, and that is parked")
    func splitting() throws {
        var driver = driver(items: 4)
        let events = try fetch(4, &driver)
        var calls: [[EventID]] = []
        var parked: [EventID] = []
        for _ in 0..<20 {
            driver.advance(.milliseconds(20))
            let actions = driver.taken()
            for case .park(let event, _) in actions {
                parked.append(event)
                driver.core.parked(event, succeeded: true, now: driver.now, into: &driver.actions)
            }
            for call in actions.batches {
                calls.append(call.events)
                let isBad = call.events.contains(events[2])
                finish(call.id, .whole(.answered(status: isBad ? 400 : 200, retryAfter: nil)), &driver)
            }
        }
        #expect(calls == [events, [events[0], events[1]], [events[2], events[3]], [events[2]], [events[3]]])
        #expect(parked == [events[2]])
        #expect(driver.core.status.counters.applied == 3)
        #expect(driver.core.status.counters.targetFaults == 0)
    }

    @Test(
        "a batch that a system had no room for comes back whole, one that may have been too much in halves",
        arguments: [
            (Outcome.answered(status: 503, retryAfter: nil), [4]), (.notSent, [4]),
            (.answered(status: 401, retryAfter: nil), [4]), (.answered(status: 500, retryAfter: nil), [2, 2]),
            (.sentNoAnswer, [2, 2]),
        ])
    func comingBack(outcome: Outcome, sizes: [Int]) throws {
        var driver = driver(items: 4, concurrency: 4)
        _ = try fetch(4, &driver)
        let call = try #require(driver.taken().batches.first)
        finish(call.id, .whole(outcome), &driver)
        #expect(driver.core.status.counters.targetFaults == 1, "one call, one fault")
        #expect(driver.core.status.backingOff == 4)
        driver.advance(.seconds(2))
        driver.advance(.milliseconds(20))
        #expect(driver.taken().batches.map(\.events.count) == sizes)
    }

    @Test("events that met a fault do not share a batch with those that did not")
    func apart() throws {
        var driver = driver(items: 2, concurrency: 4)
        let bad = try fetch(2, &driver)
        finish(try #require(driver.taken().batches.first).id, .whole(.answered(status: 503, retryAfter: nil)), &driver)
        driver.now = driver.now + .milliseconds(101)
        let good = try fetch(1, &driver, from: 2)
        driver.advance(.zero)
        driver.advance(.milliseconds(20))
        #expect(Set(driver.taken().batches.map(\.events)) == [bad, good])
    }

    @Test("the circuit counts a call as one, and as well if one of its events was dealt with")
    func circuit() throws {
        var driver = driver(items: 2, concurrency: 4) { configuration in
            configuration.systems[0].circuit = CircuitLimits(failureThreshold: 2)
        }
        _ = try fetch(6, &driver)
        let calls = driver.taken().batches
        finish(calls[0].id, answers(503, 500), &driver)
        finish(calls[1].id, answers(503, 422), &driver)
        finish(calls[2].id, answers(nil, nil), &driver)
        #expect(driver.core.status(of: SystemID(0))?.circuit == .closed)
        #expect(driver.core.status.counters.targetFaults == 2)
    }

    @Test("a status declared doubtful counts for its event only when that is answered for itself")
    func doubtful() throws {
        var driver = driver(items: 2, retryPolicies: [RetryPolicy(statuses: [409], attempts: 1)])
        let events = try fetch(2, &driver)
        finish(try #require(driver.taken().batches.first).id, .whole(.answered(status: 409, retryAfter: nil)), &driver)
        let actions = driver.taken()
        #expect(!actions.contains(.park(events[0], .rejected(status: 409))))
        finish(try #require(actions.batches.first).id, answers(409), &driver)
        #expect(driver.taken().contains(.park(events[0], .rejected(status: 409))))
    }

    @Test("D6: an answer that comes twice changes nothing the second time")
    func twice() throws {
        var driver = driver(items: 1)
        _ = try fetch(1, &driver)
        let call = try #require(driver.taken().batches.first)
        finish(call.id, answers(200), &driver)
        finish(call.id, answers(422), &driver)
        #expect(driver.core.status.counters.fenced == 1)
        #expect(driver.core.status.counters.applied == 1)
    }

    // MARK: Drains

    @Test("D6: a drain lets go of what waits in a batch, and waits for the batch in flight")
    func drain() throws {
        var driver = driver(items: 2)
        let sent = try fetch(2, &driver)
        let call = try #require(driver.taken().batches.first)
        driver.advance(.milliseconds(1))
        driver.core.revoked(
            [driver.partition], request: RevocationID(1), lost: false, now: driver.now, into: &driver.actions)
        #expect(!driver.taken().contains(.acknowledgeRevocation(RevocationID(1))))
        finish(call.id, answers(200, 503), &driver)
        let actions = driver.taken()
        #expect(actions.contains(.release(sent[0], .applied)))
        #expect(actions.contains(.release(sent[1], nil)), "nothing is repeated in a drain")
        #expect(actions.commits.map(\.offset) == [1])
    }

    @Test("D6: what waits in an open batch of a revoked partition is let go, the others go on")
    func drainOfWaiting() throws {
        var driver = driver(items: 3)
        driver.assign(to: 1)
        let gone = try fetch(1, &driver)
        let stays = try driver.accept(0, key: 5, of: 1)
        driver.prepareAll()
        driver.core.revoked(
            [driver.partition], request: RevocationID(1), lost: false, now: driver.now, into: &driver.actions)
        #expect(driver.taken().contains(.release(gone[0], nil)))
        driver.advance(.milliseconds(20))
        #expect(driver.taken().batches.map(\.events) == [[stays]])
    }

    @Test("D11: an event between two steps waits for no others when the worker stops")
    func shutdown() throws {
        var configuration = Driver.configuration(concurrency: 1)
        configuration.batches = [nil, BatchPolicy(items: 10, linger: .seconds(5))]
        var driver = Driver(configuration)
        driver.assign()
        let event = try driver.accept(0, key: 1)
        driver.prepareAll(steps: 2)
        driver.core.finished(event, .answered(status: 200, retryAfter: nil), now: driver.now, into: &driver.actions)
        driver.prepareAll(steps: 2)
        #expect(driver.taken().batches.isEmpty)
        driver.core.shutdown(now: driver.now, into: &driver.actions)
        #expect(driver.taken().batches.map(\.events) == [[event]])
    }

    @Test("D4: an event in doubt is asked about alone, and joins a batch after a miss")
    func probes() throws {
        var driver = driver(items: 2, linger: .zero) { configuration in
            configuration.probes = [ProbePolicy(settleAfter: .zero)]
        }
        let events = try fetch(1, &driver)
        let event = events[0]
        #expect(driver.taken().contains(.probe(event)))
        driver.core.probed(event, .miss, now: driver.now, into: &driver.actions)
        let call = try #require(driver.taken().batches.first)
        #expect(call.events == [event])
        finish(call.id, answers(nil), &driver)
        driver.advance(.seconds(1))
        #expect(driver.taken().contains(.probe(event)), "no word is an unknown outcome")
    }
}

extension Array where Element == Action {
    var batches: [(id: BatchID, events: [EventID])] {
        compactMap { if case .callBatch(let id, let events) = $0 { (id, events) } else { nil } }
    }
}

/// Ends a call with several events, and has what follows prepared.
func finish(_ batch: BatchID, _ outcome: BatchOutcome, _ driver: inout Driver) {
    driver.core.finished(batch, outcome, now: driver.now, into: &driver.actions)
    driver.prepareAll(byteCount: 10)
}

/// An answer for each event of a call; `nil`: no word of it.
func answers(_ statuses: Int?...) -> BatchOutcome {
    .items(statuses.map { $0.map { .answered(status: $0, retryAfter: nil) } })
}
