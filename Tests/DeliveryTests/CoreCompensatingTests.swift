import Testing

@testable import Delivery

/// What earlier steps did is undone before an event is parked: decided durably first, last step first (D4, D5, D6, D10).
@Suite("Core: compensating") struct CoreCompensatingTests {
    /// An event whose first `done` steps had their effects; the next one is called. Systems 0 and 1.
    private func driver(done: Int32 = 1) throws -> (Driver, EventID) {
        var configuration = Driver.configuration(concurrency: 1, systems: 2)
        configuration.records = true
        configuration.compensations = [RetryPolicy(), RetryPolicy(statuses: [409], attempts: 2), nil]
        var driver = Driver(configuration)
        driver.assign()
        let event = try driver.accept(0, key: 1)
        driver.prepareAll(steps: 3)
        for _ in 0..<done {
            answer(&driver, event, 200)
            record(&driver, event)
            driver.prepareAll(steps: 3)
        }
        #expect(driver.taken().last == .call(event))
        return (driver, event)
    }

    private func answer(_ driver: inout Driver, _ event: EventID, _ status: Int, retryAfter: Duration? = nil) {
        driver.core.finished(
            event, .answered(status: status, retryAfter: retryAfter), now: driver.now, into: &driver.actions)
    }

    private func record(_ driver: inout Driver, _ event: EventID, succeeded: Bool = true) {
        driver.core.recorded(event, succeeded: succeeded, now: driver.now, into: &driver.actions)
    }

    /// What the shell finds when it is asked for a compensation.
    private func prepared(_ driver: inout Driver, _ event: EventID, _ answer: Prepared) {
        driver.core.prepared(event, answer, now: driver.now, into: &driver.actions)
    }

    private func undo(_ step: Int32, at system: UInt16 = 1) -> Prepared {
        .call(SystemID(system), step: step, byteCount: 0)
    }

    private let refused = ParkReason.rejected(status: 422)

    @Test("The decision is durable before the first compensation is called, and each has its receipt")
    func order() throws {
        var (driver, event) = try driver(done: 2)
        answer(&driver, event, 422)
        #expect(driver.taken() == [.prepareCompensation(event, refused)])
        prepared(&driver, event, undo(1))
        #expect(driver.taken() == [.record(event, .failure)])
        record(&driver, event)
        #expect(driver.taken() == [.prepareCompensation(event, refused)])
        prepared(&driver, event, undo(1))
        #expect(driver.taken() == [.call(event)])
        answer(&driver, event, 204)
        #expect(driver.taken() == [.record(event, .receipt)])
        record(&driver, event)
        #expect(driver.taken() == [.prepareCompensation(event, refused)])
        prepared(&driver, event, undo(0))
        #expect(driver.taken() == [.call(event)])
        answer(&driver, event, 204)
        record(&driver, event)
        _ = driver.taken()
        prepared(&driver, event, .done)
        #expect(driver.taken() == [.park(event, refused)])
        driver.core.parked(event, succeeded: true, now: driver.now, into: &driver.actions)
        record(&driver, event)
        #expect(driver.taken().contains(.release(event, .parked)))
        #expect(driver.core.status.counters.compensations == 2)
    }

    @Test("An event of which nothing is to be undone is parked at once, without a decision")
    func nothingToUndo() throws {
        var (driver, event) = try driver(done: 0)
        answer(&driver, event, 422)
        prepared(&driver, event, .done)
        #expect(driver.taken() == [.prepareCompensation(event, refused), .park(event, refused)])
    }

    @Test("D5: a fault found in preparing a step is compensated too, one behind a parked key is not")
    func preparation() throws {
        for (reason, isAsked) in [(ParkReason.mapping, true), (.schema, true), (.behindParked, false)] {
            var (driver, event) = try driver(done: 0)
            answer(&driver, event, 200)
            record(&driver, event)
            _ = driver.taken()
            prepared(&driver, event, .fault(reason))
            #expect(driver.taken() == [isAsked ? .prepareCompensation(event, reason) : .park(event, reason)])
        }
    }

    @Test("A decision that cannot be written is written again, and nothing is undone until it is")
    func decisionFails() throws {
        var (driver, event) = try driver()
        answer(&driver, event, 422)
        prepared(&driver, event, undo(0))
        _ = driver.taken()
        for _ in 0..<3 {
            record(&driver, event, succeeded: false)
            #expect(driver.taken().isEmpty)
            driver.advanceToDeadline()
            #expect(driver.taken().filter { $0 == .record(event, .failure) }.count == 1)
        }
        record(&driver, event)
        #expect(driver.taken() == [.prepareCompensation(event, refused)])
    }

    /// An event whose first step is being undone at system 1.
    private func undoing(_ step: Int32 = 0) throws -> (Driver, EventID) {
        var (driver, event) = try driver(done: step + 1)
        answer(&driver, event, 422)
        prepared(&driver, event, undo(step))
        record(&driver, event)
        prepared(&driver, event, undo(step))
        #expect(driver.taken().last == .call(event))
        return (driver, event)
    }

    @Test("D5: a compensation backs off like any call, honours Retry-After, and never parks for a target fault")
    func targetFault() throws {
        var (driver, event) = try undoing()
        answer(&driver, event, 503, retryAfter: .seconds(7))
        #expect(driver.taken().isEmpty)
        driver.advance(.milliseconds(6_999))
        #expect(driver.taken().calls.isEmpty)
        driver.advance(.milliseconds(1))
        driver.advanceToDeadline()
        #expect(driver.taken().calls == [event])
        for _ in 0..<20 {
            driver.core.finished(event, .sentNoAnswer, now: driver.now, into: &driver.actions)
            driver.advanceToDeadline()
            #expect(driver.taken().calls == [event])
        }
        answer(&driver, event, 200)
        #expect(driver.taken() == [.record(event, .receipt)])
    }

    @Test("A compensation that is an event fault parks the event at once, and says so")
    func compensationRejected() throws {
        var (driver, event) = try undoing()
        answer(&driver, event, 404)
        #expect(driver.taken() == [.park(event, .compensation)])
    }

    @Test("A compensation that cannot be prepared parks the event, but not before the decision is durable")
    func compensationUnprepared() throws {
        var (driver, event) = try driver()
        answer(&driver, event, 422)
        prepared(&driver, event, .fault(.compensation))
        #expect(driver.taken() == [.prepareCompensation(event, refused), .record(event, .failure)])
        record(&driver, event)
        prepared(&driver, event, .fault(.compensation))
        #expect(driver.taken() == [.prepareCompensation(event, refused), .park(event, .compensation)])
    }

    @Test("Its doubtful statuses are those of the compensation, not of the step")
    func doubtful() throws {
        var (driver, event) = try undoing(1)
        answer(&driver, event, 409)
        driver.advanceToDeadline()
        #expect(driver.taken().calls == [event])
        answer(&driver, event, 409)
        #expect(driver.taken() == [.park(event, .compensation)])
        (driver, event) = try undoing(0)
        answer(&driver, event, 409)
        #expect(driver.taken() == [.park(event, .compensation)])
    }

    @Test("What an earlier owner decided is gone on with, and no step is called")
    func resumed() throws {
        var configuration = Driver.configuration()
        configuration.records = true
        configuration.compensations = [RetryPolicy()]
        var driver = Driver(configuration)
        driver.assign()
        let event = try driver.accept(0, key: 1)
        #expect(driver.taken() == [.prepare(event, step: 0)])
        prepared(&driver, event, .failed(refused))
        #expect(driver.taken() == [.prepareCompensation(event, refused)])
        prepared(&driver, event, undo(0, at: 0))
        #expect(driver.taken() == [.call(event)])
        answer(&driver, event, 204)
        record(&driver, event)
        prepared(&driver, event, .done)
        #expect(driver.taken().last == .park(event, refused))
    }

    @Test("A redrive begins anew when all is undone")
    func again() throws {
        var (driver, event) = try undoing()
        answer(&driver, event, 204)
        record(&driver, event)
        _ = driver.taken()
        prepared(&driver, event, .again)
        #expect(driver.taken() == [.prepare(event, step: 0)])
        prepared(&driver, event, undo(0, at: 0))
        answer(&driver, event, 422)
        #expect(driver.taken() == [.call(event), .prepareCompensation(event, refused)])
        prepared(&driver, event, undo(0))
        #expect(driver.taken() == [.record(event, .failure)])
    }

    @Test("D6: a drain waits for what is in flight, and begins no compensation")
    func drain() throws {
        var (driver, event) = try undoing()
        driver.core.revoked(
            [driver.partition], request: RevocationID(1), lost: false, now: driver.now, into: &driver.actions)
        #expect(!driver.taken().contains(.acknowledgeRevocation(RevocationID(1))))
        answer(&driver, event, 204)
        #expect(driver.taken() == [.record(event, .receipt)])
        record(&driver, event)
        prepared(&driver, event, undo(0))
        #expect(driver.taken().contains(.release(event, nil)))
    }

    @Test("D6: a drain makes the decision durable, so that the next owner undoes and does not repeat")
    func drainBeforeDecision() throws {
        var (driver, event) = try driver()
        driver.core.revoked(
            [driver.partition], request: RevocationID(1), lost: false, now: driver.now, into: &driver.actions)
        answer(&driver, event, 422)
        prepared(&driver, event, undo(0))
        #expect(driver.taken().last == .record(event, .failure))
        record(&driver, event)
        prepared(&driver, event, undo(0))
        #expect(driver.taken().contains(.release(event, nil)))
    }

    @Test("D4: a compensation is not probed, whatever its step is")
    func notProbed() throws {
        var configuration = Driver.configuration()
        configuration.records = true
        configuration.probes = [ProbePolicy(settleAfter: .seconds(5))]
        configuration.compensations = [RetryPolicy()]
        var driver = Driver(configuration)
        driver.assign()
        let event = try driver.accept(0, key: 1)
        prepared(&driver, event, .failed(refused))
        prepared(&driver, event, undo(0, at: 0))
        #expect(driver.taken().last == .call(event))
        driver.core.finished(event, .sentNoAnswer, now: driver.now, into: &driver.actions)
        driver.advanceToDeadline()
        #expect(driver.taken().last == .call(event))
    }

    @Test("Where nothing is recorded, nothing is undone")
    func withoutRecords() throws {
        var configuration = Driver.configuration()
        configuration.compensations = [RetryPolicy()]
        var driver = Driver(configuration)
        driver.assign()
        let event = try driver.accept(0, key: 1)
        driver.prepareAll(steps: 2)
        driver.core.finished(event, .answered(status: 422, retryAfter: nil), now: driver.now, into: &driver.actions)
        #expect(driver.taken().last == .park(event, refused))
    }
}
