import Testing

@testable import Delivery

/// Receipts and marks are durable before an event goes on (D9, D10), and cost nobody else a slot (D2).
@Suite("Core: recording") struct CoreRecordingTests {
    private func driver(concurrency: Int = 1, steps: Int32 = 1) throws -> (Driver, EventID) {
        var configuration = Driver.configuration(concurrency: concurrency)
        configuration.records = true
        var driver = Driver(configuration)
        driver.assign()
        let event = try driver.accept(0, key: 1)
        driver.prepareAll(steps: steps)
        #expect(driver.taken().calls == [event])
        return (driver, event)
    }

    private func record(_ driver: inout Driver, _ event: EventID, succeeded: Bool = true) {
        driver.core.recorded(event, succeeded: succeeded, now: driver.now, into: &driver.actions)
    }

    @Test("D4: an event is settled when its receipt is acknowledged, not earlier")
    func settledAfterReceipt() throws {
        var (driver, event) = try driver()
        driver.finish(event, 200)
        #expect(driver.taken() == [.record(event, .receipt)])
        record(&driver, event)
        driver.prepareAll()
        #expect(driver.taken().contains(.release(event, .applied)))
    }

    @Test("An event of which no step is left is settled without being prepared again, if the shell says so")
    func settledAtOnce() throws {
        var (driver, event) = try driver()
        driver.finish(event, 200)
        _ = driver.taken()
        driver.core.recorded(event, succeeded: false, isLast: true, now: driver.now, into: &driver.actions)
        #expect(driver.taken().isEmpty, "what failed is written again first")
        driver.advanceToDeadline()
        #expect(driver.taken() == [.record(event, .receipt)])
        driver.core.recorded(event, succeeded: true, isLast: true, now: driver.now, into: &driver.actions)
        #expect(driver.taken() == [.release(event, .applied)])
    }

    @Test("The next step waits for the receipt of the one before")
    func nextStepWaits() throws {
        var (driver, event) = try driver(steps: 2)
        driver.core.finished(event, .answered(status: 200, retryAfter: nil), now: driver.now, into: &driver.actions)
        #expect(driver.taken() == [.record(event, .receipt)])
        record(&driver, event)
        #expect(driver.taken() == [.prepare(event, step: 1)])
    }

    @Test("D2: while a receipt is written the key is blocked, and the system's slot is free")
    func slotIsFree() throws {
        var (driver, event) = try driver()
        let behind = try driver.accept(1, key: 1)
        let other = try driver.accept(2, key: 2)
        driver.prepareAll()
        driver.finish(event, 200)
        #expect(driver.taken().calls == [other])
        record(&driver, event)
        driver.prepareAll()
        driver.finish(other, 200)
        #expect(driver.taken().calls == [behind])
    }

    @Test("A receipt that fails is written again after a back-off, without another call")
    func writtenAgain() throws {
        var (driver, event) = try driver()
        driver.finish(event, 200)
        _ = driver.taken()
        for _ in 0..<3 {
            record(&driver, event, succeeded: false)
            #expect(driver.taken().isEmpty)
            driver.advanceToDeadline()
            #expect(driver.taken().filter { $0 == .record(event, .receipt) }.count == 1)
        }
        #expect(driver.core.status.counters.recordFailures == 3)
        record(&driver, event)
        driver.prepareAll()
        #expect(driver.taken().contains(.release(event, .applied)))
        #expect(driver.core.status.counters.calls == 1)
    }

    @Test("D9: a parked event is settled when its key is marked")
    func markedBeforeSettled() throws {
        var (driver, event) = try driver()
        driver.finish(event, 400)
        #expect(driver.taken() == [.park(event, .rejected(status: 400))])
        driver.core.parked(event, succeeded: true, now: driver.now, into: &driver.actions)
        #expect(driver.taken() == [.record(event, .parkedMark)])
        record(&driver, event)
        #expect(driver.taken().contains(.release(event, .parked)))
    }

    @Test("D6: a drain waits for the receipt, and withdraws the event if it fails")
    func drain() throws {
        for succeeded in [true, false] {
            var (driver, event) = try driver()
            driver.finish(event, 200)
            driver.core.revoked(
                [driver.partition], request: RevocationID(1), lost: false, now: driver.now, into: &driver.actions)
            #expect(!driver.taken().contains(.acknowledgeRevocation(RevocationID(1))))
            record(&driver, event, succeeded: succeeded)
            driver.prepareAll()
            #expect(driver.taken().contains(.release(event, succeeded ? .applied : nil)))
        }
    }

    @Test("D6: a receipt of a lost assignment settles nothing, but holds the key until it is answered")
    func lost() throws {
        var (driver, event) = try driver()
        driver.finish(event, 200)
        driver.core.revoked(
            [driver.partition], request: RevocationID(1), lost: true, now: driver.now, into: &driver.actions)
        driver.assign()
        _ = driver.taken()
        let again = try driver.accept(0, key: 1)
        driver.prepareAll()
        #expect(driver.taken().calls.isEmpty)
        record(&driver, event)
        driver.prepareAll()
        #expect(driver.taken() == [.release(event, nil), .call(again)])
    }

    @Test("D13: a stale event is settled as skipped, and counted")
    func stale() throws {
        var driver = Driver()
        driver.assign()
        let event = try driver.accept(0, key: 1)
        _ = driver.taken()
        driver.core.prepared(event, .stale, now: driver.now, into: &driver.actions)
        #expect(driver.taken().contains(.release(event, .skipped)))
        #expect(driver.core.status.counters.stale == 1)
        #expect(driver.core.status.counters.skipped == 1)
    }
}
