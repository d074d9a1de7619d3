import Testing

@testable import Delivery

@Suite("The core: faults (D4, D5, D10)") struct CoreFaultTests {
    private func running(_ configuration: CoreConfiguration = Driver.configuration()) throws -> (Driver, EventID) {
        var driver = Driver(configuration)
        driver.assign()
        let event = try driver.accept(0, key: 1)
        driver.prepareAll()
        _ = driver.taken()
        return (driver, event)
    }

    @Test("An event fault parks; the event is settled when the dead letter is acknowledged, not earlier (D10)")
    func park() throws {
        var (driver, event) = try running()
        driver.finish(event, 422)
        #expect(driver.taken() == [.park(event, .rejected(status: 422))])
        driver.advance(.seconds(5))
        #expect(driver.taken() == [])
        driver.core.parked(event, succeeded: false, now: driver.now, into: &driver.actions)
        #expect(driver.taken() == [])
        driver.advanceToDeadline()
        #expect(driver.taken() == [.park(event, .rejected(status: 422))])
        driver.core.parked(event, succeeded: true, now: driver.now, into: &driver.actions)
        #expect(driver.taken() == [.release(event, .parked)])
    }

    @Test("A system that refuses some keys for long goes on serving the others, through every trial (D2)")
    func refusedKeysStarveNobody() throws {
        let circuit = CircuitLimits(
            failureThreshold: 3, openTime: .milliseconds(50), maximumOpenTime: .milliseconds(50))
        var driver = Driver(Driver.configuration(concurrency: 2, circuit: circuit))
        driver.assign()
        let refused = 0..<10
        for offset in 0..<40 { driver.fetch(Int64(offset), key: UInt64(offset)) }
        driver.prepareAll()
        var rounds = 0
        while driver.core.status.counters.applied < 30, rounds < 2_000 {
            rounds += 1
            let calls = driver.taken().calls
            for event in calls {
                driver.finish(event, refused.contains(Int(event.slot)) ? 503 : 200)
                driver.prepareAll()
            }
            if driver.actions.calls.isEmpty {
                driver.advanceToDeadline()
                driver.prepareAll()
            }
        }
        #expect(driver.core.status.counters.applied == 30)
        // They wait for no back-off of a refused key, only for the circuit now and then.
        #expect(driver.now - .zero < .seconds(2), "\(driver.now - .zero)")
    }

    @Test("A target fault is never parked, however often it comes (D5)")
    func neverParked() throws {
        var (driver, event) = try running()
        for status in [500, 503, 429, 408, 302, 401, 403] + Array(repeating: 500, count: 100) {
            driver.finish(event, status)
            while driver.actions.calls.isEmpty, driver.core.nextDeadline != nil { driver.advanceToDeadline() }
            let actions = driver.taken()
            #expect(actions.calls == [event])
            #expect(!actions.contains { if case .park = $0 { true } else { false } })
        }
    }

    @Test(
        "What was not answered is called again under the same name (D4)", arguments: [Outcome.notSent, .sentNoAnswer])
    func unknown(outcome: Outcome) throws {
        var (driver, event) = try running()
        driver.core.finished(event, outcome, now: driver.now, into: &driver.actions)
        #expect(driver.taken() == [])
        driver.advanceToDeadline()
        #expect(driver.taken() == [.call(event)])
    }

    @Test("A doubtful status is tried again up to the ceiling, then parked")
    func doubtful() throws {
        var (driver, event) = try running(
            Driver.configuration(retryPolicies: [RetryPolicy(statuses: [404], attempts: 3)]))
        for _ in 0..<2 {
            driver.finish(event, 404)
            #expect(driver.taken() == [])
            driver.advanceToDeadline()
            #expect(driver.taken() == [.call(event)])
        }
        driver.finish(event, 404)
        #expect(driver.taken() == [.park(event, .rejected(status: 404))])
    }

    @Test("Retry-After holds back every call of the system (D5)")
    func retryAfter() throws {
        var (driver, event) = try running()
        driver.finish(event, 429, retryAfter: .seconds(30))
        let other = try driver.accept(1, key: 2)
        #expect(driver.taken() == [])
        driver.advance(.seconds(29))
        #expect(driver.taken() == [])
        driver.advance(.seconds(1))
        #expect(Set(driver.taken().calls) == [event, other])
    }

    @Test("A limit that a success says to be used up holds back every call of the system, at most for the ceiling (D5)")
    func limitUsedUp() throws {
        var (driver, event) = try running()
        driver.core.holdBack(SystemID(0), by: .seconds(100_000), now: driver.now)
        driver.finish(event, 200)
        #expect(driver.taken() == [.release(event, .applied)], "the event itself is settled")
        let other = try driver.accept(1, key: 2)
        #expect(driver.taken() == [])
        driver.advance(.seconds(899))
        #expect(driver.taken().calls == [])
        driver.advance(.seconds(1))
        #expect(driver.taken().calls == [other])
    }

    @Test(
        "A refusal opens the circuit at once and raises an alarm, which a success clears (D5)", arguments: [401, 403])
    func refusal(status: Int) throws {
        var (driver, event) = try running()
        driver.finish(event, status)
        let system = SystemID(0)
        #expect(driver.taken() == [.alarm(system, .refused(status: UInt16(status))), .circuit(system, .open)])
        #expect(driver.core.status(of: system)?.alarm == .refused(status: UInt16(status)))
        while driver.actions.calls.isEmpty { driver.advanceToDeadline() }
        #expect(driver.taken() == [.circuit(system, .halfOpen), .call(event)])
        driver.finish(event, 200)
        #expect(driver.taken() == [.alarm(system, .cleared), .circuit(system, .closed), .release(event, .applied)])
    }

    @Test("A redirect is a target fault with an alarm: a wrong address loses nothing (D5)")
    func redirect() throws {
        var (driver, event) = try running()
        driver.finish(event, 301)
        #expect(driver.taken() == [.alarm(SystemID(0), .redirected(status: 301))])
        driver.advanceToDeadline()
        #expect(driver.taken() == [.call(event)])
    }

    @Test("A half-open circuit lets one call through at a time")
    func halfOpen() throws {
        var driver = Driver(Driver.configuration(circuit: CircuitLimits(failureThreshold: 2)))
        driver.assign()
        let events = try (0..<4).map { try driver.accept($0, key: UInt64($0)) }
        driver.prepareAll()
        _ = driver.taken()
        for event in events { driver.finish(event, 500) }
        #expect(driver.taken() == [.circuit(SystemID(0), .open)])
        driver.advance(.seconds(1))
        let trial = driver.taken().calls
        #expect(trial.count == 1)
        driver.finish(trial[0], 200)
        #expect(driver.taken().calls.count == 3)
    }

    @Test("A system that is down does not hold back the events of another")
    func otherSystem() throws {
        var driver = Driver(Driver.configuration(concurrency: 1, systems: 2))
        driver.assign()
        let down = try driver.accept(0, key: 0)
        driver.prepareAll()
        driver.finish(down, 401)
        _ = driver.taken()
        for offset: Int64 in 1...3 {
            let event = try driver.accept(offset, key: UInt64(offset))
            #expect(driver.taken() == [.prepare(event, step: 0)])
            let system = SystemID(offset < 3 ? 0 : 1)
            driver.core.prepared(
                event, .call(system, step: 0, byteCount: 0), now: driver.now, into: &driver.actions)
            #expect(driver.actions.calls == (offset < 3 ? [] : [event]))
            if offset < 3 { driver.actions.removeAll() }
        }
    }

    @Test(
        "Faults that preparing finds park with their reason",
        arguments: [
            (ParkReason.malformed, "malformed"), (.schema, "schema"), (.mapping, "mapping"), (.tombstone, "tombstone"),
            (.rejected(status: 422), "rejected"), (.behindParked, "behind-parked"),
        ])
    func reasons(reason: ParkReason, name: String) throws {
        var driver = Driver()
        driver.assign()
        let event = try driver.accept(0, key: 1)
        driver.core.prepared(event, .fault(reason), now: driver.now, into: &driver.actions)
        #expect(driver.actions.last == .park(event, reason))
        #expect(reason.name == name)
    }
}
