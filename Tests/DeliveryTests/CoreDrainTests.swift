import Testing

@testable import Delivery

@Suite("The core: rebalance and shutdown (D6, D11)") struct CoreDrainTests {
    private let request = RevocationID(9)

    /// One event in flight, one behind it, one that backs off.
    private func busy() throws -> (Driver, flying: EventID, waiting: EventID, backingOff: EventID) {
        var driver = Driver()
        driver.assign()
        let backingOff = try driver.accept(0, key: 1)
        let flying = try driver.accept(1, key: 2)
        let waiting = try driver.accept(2, key: 2)
        driver.prepareAll()
        driver.finish(backingOff, 503)
        _ = driver.taken()
        return (driver, flying, waiting, backingOff)
    }

    private func revoke(_ driver: inout Driver, lost: Bool = false) {
        driver.core.revoked(
            [driver.partition], request: request, lost: lost, now: driver.now, into: &driver.actions)
    }

    @Test("Revocation releases what waits, drains what is in flight, commits, and then lets go (D6)")
    func drain() throws {
        var (driver, flying, waiting, backingOff) = try busy()
        revoke(&driver)
        #expect(driver.taken() == [.pause(driver.partition), .release(backingOff, nil), .release(waiting, nil)])
        #expect(driver.fetch(3, key: 5) == nil)
        driver.finish(flying, 200)
        let actions = driver.taken()
        #expect(actions.first == .release(flying, .applied))
        let commit = try #require(actions.commits.first)
        #expect(commit.offset == 0 && !commit.metadata.isEmpty)
        #expect(actions.count == 2)
        driver.core.committed(driver.partition, offset: 0, succeeded: true, now: driver.now, into: &driver.actions)
        #expect(driver.taken() == [.acknowledgeRevocation(request)])
        #expect(driver.core.status(of: driver.partition) == nil)
        #expect(driver.core.status.bufferedEvents == 0 && driver.core.status.activeKeys == 0)
    }

    @Test("At the drain's deadline what is settled is committed; what is in flight is unknown (D4, D6)")
    func deadline() throws {
        var (driver, flying, _, _) = try busy()
        let settled = try driver.accept(3, key: 9)
        driver.prepareAll()
        driver.finish(settled, 200)
        revoke(&driver)
        _ = driver.taken()
        driver.advance(.seconds(15))
        let commit = try driver.onlyCommit()
        #expect(commit.offset == 0 && !commit.metadata.isEmpty)
        driver.core.committed(driver.partition, offset: 0, succeeded: true, now: driver.now, into: &driver.actions)
        #expect(driver.taken() == [.acknowledgeRevocation(request)])
        #expect(driver.core.status(of: SystemID(0))?.inFlight == 1)
        driver.finish(flying, 200)
        #expect(driver.taken() == [.release(flying, nil)])
        #expect(driver.core.status(of: SystemID(0))?.inFlight == 0)
        #expect(driver.core.status.counters.applied == 1)
    }

    @Test("A commit that is not answered does not hold the revocation for ever (D6)")
    func commitDeadline() throws {
        var (driver, flying, _, _) = try busy()
        revoke(&driver)
        driver.finish(flying, 200)
        _ = driver.taken()
        driver.now = Instant.zero + .seconds(20)
        driver.advance(.zero)
        #expect(driver.taken().last == .acknowledgeRevocation(request))
    }

    @Test("A failed commit is repeated while the drain has time")
    func commitRepeated() throws {
        var (driver, flying, _, _) = try busy()
        revoke(&driver)
        driver.finish(flying, 200)
        _ = driver.taken()
        driver.core.committed(driver.partition, offset: 0, succeeded: false, now: driver.now, into: &driver.actions)
        driver.advanceToDeadline()
        #expect(driver.taken().commits.count == 1)
        driver.core.committed(driver.partition, offset: 0, succeeded: true, now: driver.now, into: &driver.actions)
        #expect(driver.taken() == [.acknowledgeRevocation(request)])
    }

    @Test("A draining partition retries nothing: a fault lets the event go")
    func faultWhileDraining() throws {
        var (driver, flying, _, _) = try busy()
        revoke(&driver)
        _ = driver.taken()
        driver.finish(flying, 503)
        #expect(driver.taken() == [.release(flying, nil), .acknowledgeRevocation(request)])
    }

    @Test("A draining partition finishes the steps of an event in flight, and parks an event fault")
    func stepsWhileDraining() throws {
        var driver = Driver(Driver.configuration(concurrency: 1))
        driver.assign()
        let event = try driver.accept(0, key: 1)
        driver.prepareAll(steps: 2)
        revoke(&driver)
        _ = driver.taken()
        driver.core.finished(event, .answered(status: 200, retryAfter: nil), now: driver.now, into: &driver.actions)
        driver.prepareAll(steps: 2)
        #expect(driver.taken() == [.call(event)])
        driver.core.finished(event, .answered(status: 400, retryAfter: nil), now: driver.now, into: &driver.actions)
        #expect(driver.taken() == [.park(event, .rejected(status: 400))])
        driver.core.parked(event, succeeded: true, now: driver.now, into: &driver.actions)
        #expect(driver.taken() == [.release(event, .parked), .commit(driver.partition, offset: 1, metadata: "")])
    }

    @Test("Lost partitions are forgotten at once, without a commit; late results are fenced (D6)")
    func lost() throws {
        var (driver, flying, waiting, backingOff) = try busy()
        revoke(&driver, lost: true)
        #expect(
            driver.taken() == [.release(backingOff, nil), .release(waiting, nil), .acknowledgeRevocation(request)])
        driver.advance(.seconds(60))
        #expect(driver.taken() == [])
        driver.finish(flying, 200)
        #expect(driver.taken() == [.release(flying, nil)])
        driver.finish(flying, 200)
        #expect(driver.taken() == [])
        #expect(driver.core.status.counters.fenced == 2)
    }

    @Test("The key of a call from a lost assignment stays held until it ends (D2)")
    func keyOfAbandonedCall() throws {
        var (driver, flying, _, _) = try busy()
        revoke(&driver, lost: true)
        driver.assign()
        _ = driver.taken()
        let again = try driver.accept(1, key: 2)
        driver.prepareAll()
        #expect(driver.taken() == [])
        driver.finish(flying, 200)
        #expect(driver.taken() == [.release(flying, nil), .call(again)])
    }

    @Test("A loss in the middle of a drain answers both requests")
    func lostWhileDraining() throws {
        var (driver, _, _, _) = try busy()
        revoke(&driver)
        _ = driver.taken()
        driver.core.revoked(
            [driver.partition], request: RevocationID(10), lost: true, now: driver.now, into: &driver.actions)
        #expect(driver.taken() == [.acknowledgeRevocation(request), .acknowledgeRevocation(RevocationID(10))])
    }

    @Test("Partitions that are not ours are given back at once")
    func notOurs() {
        var driver = Driver()
        driver.core.revoked([PartitionID(4)], request: request, lost: false, now: driver.now, into: &driver.actions)
        #expect(driver.taken() == [.acknowledgeRevocation(request)])
    }

    @Test("Other partitions go on while one is drained (cooperative rebalance)")
    func othersGoOn() throws {
        var (driver, _, _, _) = try busy()
        driver.assign(to: 1)
        revoke(&driver)
        _ = driver.taken()
        let event = try driver.accept(0, key: 2, of: 1)
        driver.prepareAll()
        #expect(driver.taken() == [.call(event)])
    }

    @Test("Shutdown takes nothing new, drains, commits and ends (D11)")
    func shutdown() throws {
        var (driver, flying, waiting, backingOff) = try busy()
        driver.core.shutdown(now: driver.now, into: &driver.actions)
        #expect(driver.taken() == [.pause(driver.partition), .release(backingOff, nil), .release(waiting, nil)])
        driver.assign(to: 1)
        #expect(driver.fetch(0, key: 1, of: 1) == nil)
        driver.finish(flying, 200)
        #expect(driver.taken().commits.count == 1)
        driver.core.committed(driver.partition, offset: 0, succeeded: true, now: driver.now, into: &driver.actions)
        #expect(driver.taken() == [.drained])
    }

    @Test("Shutdown with nothing to do ends at once, and a deadline is kept (D11)")
    func shutdownDeadline() throws {
        var idle = Driver()
        idle.core.shutdown(now: idle.now, into: &idle.actions)
        #expect(idle.taken() == [.drained])

        var (driver, _, _, _) = try busy()
        driver.core.shutdown(deadline: driver.now + .seconds(8), now: driver.now, into: &driver.actions)
        _ = driver.taken()
        driver.advance(.seconds(3))
        #expect(driver.taken().last == .drained)
    }

    @Test("A pause from before a drain is lifted when the partition comes back")
    func resumeAfterDrain() {
        var driver = Driver()
        driver.assign()
        revoke(&driver)
        #expect(driver.taken() == [.pause(driver.partition), .acknowledgeRevocation(request)])
        driver.assign()
        #expect(driver.taken() == [.resume(driver.partition)])
    }
}
