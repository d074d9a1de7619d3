import Testing

@testable import Delivery

@Suite("The core: an event's life") struct CoreRunningTests {
    @Test("fetched → prepare → call → prepare → release, then a commit after the interval")
    func life() throws {
        var driver = Driver()
        driver.assign()
        let event = try driver.accept(7, key: 1)
        #expect(driver.actions == [.prepare(event, step: 0)])
        driver.prepareAll()
        #expect(driver.taken() == [.call(event)])
        driver.core.finished(event, .answered(status: 201, retryAfter: nil), now: driver.now, into: &driver.actions)
        #expect(driver.actions == [.prepare(event, step: 1)])
        driver.prepareAll()
        #expect(driver.taken() == [.release(event, .applied)])
        #expect(driver.core.nextDeadline == driver.now + .seconds(1))
        driver.advance(.seconds(1))
        #expect(driver.taken() == [.commit(driver.partition, offset: 8, metadata: "")])
        driver.core.committed(driver.partition, offset: 8, succeeded: true, now: driver.now, into: &driver.actions)
        driver.advance(.seconds(10))
        #expect(driver.taken() == [])
        #expect(driver.core.nextDeadline == nil)
    }

    @Test("An event with no step left was skipped if no call succeeded")
    func skipped() throws {
        var driver = Driver()
        driver.assign()
        let event = try driver.accept(0, key: 1)
        driver.core.prepared(event, .done, now: driver.now, into: &driver.actions)
        #expect(driver.actions.last == .release(event, .skipped))
    }

    @Test("Of one key one event runs, in order; other keys run beside it (D2)")
    func order() throws {
        var driver = Driver()
        driver.assign()
        let events = try (0..<4).map { try driver.accept($0, key: $0 == 3 ? 2 : 1) }
        driver.prepareAll()
        #expect(driver.taken().calls == [events[0], events[3]])
        driver.finish(events[0], 200)
        #expect(driver.taken().calls == [events[1]])
        driver.finish(events[1], 503)
        #expect(driver.taken().calls == [])
        driver.advanceToDeadline()
        #expect(driver.taken().calls == [events[1]])
        driver.finish(events[1], 200)
        #expect(driver.taken().calls == [events[2]])
    }

    @Test("A key that backs off takes no slot of its system (D2)")
    func slotIsFree() throws {
        var driver = Driver(Driver.configuration(concurrency: 1))
        driver.assign()
        let first = try driver.accept(0, key: 1)
        let second = try driver.accept(1, key: 2)
        driver.prepareAll()
        #expect(driver.taken().calls == [first])
        driver.finish(first, 500)
        #expect(driver.taken().calls == [second])
    }

    @Test("No more calls at once than the limit; who waits, waits in line")
    func concurrency() throws {
        var driver = Driver(Driver.configuration(concurrency: 2))
        driver.assign()
        let events = try (0..<5).map { try driver.accept($0, key: UInt64($0)) }
        driver.prepareAll()
        #expect(driver.taken().calls == [events[0], events[1]])
        driver.finish(events[1], 200)
        driver.finish(events[0], 200)
        #expect(driver.taken().calls == [events[2], events[3]])
        #expect(driver.core.status(of: SystemID(0))?.inFlight == 2)
    }

    @Test("A commit carries what is settled ahead, and a restart runs only the rest (D1, D7)")
    func restart() throws {
        var driver = Driver()
        driver.assign()
        let events = try (0..<4).map { try driver.accept($0, key: UInt64($0)) }
        driver.prepareAll()
        driver.finish(events[1], 200)
        driver.finish(events[3], 200)
        driver.advance(.seconds(1))
        let commit = try driver.onlyCommit()
        #expect(commit.offset == 0 && commit.metadata.hasPrefix("penstock/1 "))

        var next = Driver()
        next.assign(CommittedPosition(offset: commit.offset, metadata: commit.metadata))
        #expect((0..<4).map { next.fetch($0, key: UInt64($0)) != nil } == [true, false, true, false])
        #expect(next.core.status.counters.settledBefore == 2)
    }

    @Test("Metadata that is not ours is ignored with a warning, and everything runs again (D7)")
    func foreignMetadata() {
        var driver = Driver()
        driver.assign(CommittedPosition(offset: 5, metadata: "some other client"))
        #expect(driver.taken() == [.metadataIgnored(driver.partition, .foreign)])
        #expect(driver.fetch(5, key: 1) != nil)
    }

    @Test("One commit is in flight; a failed one is repeated with the newest state")
    func commits() throws {
        var driver = Driver()
        driver.assign()
        let events = try (0..<3).map { try driver.accept($0, key: UInt64($0)) }
        driver.prepareAll()
        driver.finish(events[0], 200)
        driver.advance(.seconds(1))
        #expect(driver.taken().commits.map(\.offset) == [1])
        driver.finish(events[1], 200)
        driver.advance(.seconds(1))
        #expect(driver.taken().commits.isEmpty)
        driver.core.committed(driver.partition, offset: 1, succeeded: false, now: driver.now, into: &driver.actions)
        driver.advance(.milliseconds(250))
        #expect(driver.taken().commits.map(\.offset) == [2])
        // No answer at all: after the time-out it is repeated too.
        driver.advance(.seconds(4))
        #expect(driver.taken().commits.isEmpty)
        driver.advance(.seconds(1))
        #expect(driver.taken().commits.map(\.offset) == [2])
    }

    @Test("A partition whose metadata is nearly full starts only the event that holds the watermark")
    func throttle() throws {
        // 24 characters: 4 bytes, 32 offsets as bits.
        var driver = Driver(Driver.configuration(concurrency: 100, metadataByteLimit: 24))
        driver.assign()
        let events = try (0..<100).map { try driver.accept($0, key: UInt64($0)) }
        driver.prepareAll()
        let first = driver.taken().calls
        #expect(first.count == 32)
        #expect(driver.core.status(of: driver.partition)?.isMetadataFull == true)
        driver.finish(events[0], 200)
        #expect(driver.taken().calls == [events[32]])
        for event in first.dropFirst().reversed() { driver.finish(event, 200) }
        #expect(driver.core.status(of: driver.partition)?.watermark == 32)
        #expect(driver.taken().calls.count == 31)
    }

    @Test("At the bound every partition pauses, and a new assignment is paused at once (D8)")
    func pauses() throws {
        var driver = Driver(Driver.configuration(concurrency: 1, buffer: BufferLimits(events: 3, bytes: 1_000)))
        driver.assign()
        driver.assign(to: 1)
        let events = try (0..<3).map { try driver.accept($0, key: UInt64($0)) }
        #expect(driver.taken().suffix(2) == [.pause(PartitionID(0)), .pause(PartitionID(1))])
        driver.assign(to: 2)
        #expect(driver.taken() == [.pause(PartitionID(2))])
        driver.core.prepared(events[0], .done, now: driver.now, into: &driver.actions)
        _ = driver.taken()
        driver.core.prepared(events[1], .done, now: driver.now, into: &driver.actions)
        #expect(driver.taken().contains(.resume(PartitionID(2))))
        #expect(!driver.core.status.isPaused)
    }

    @Test("Prepared requests count against the bytes, and none is prepared ahead of what can start (D8)")
    func preparedBytes() throws {
        var driver = Driver(Driver.configuration(concurrency: 1, buffer: BufferLimits(events: 100, bytes: 1_000)))
        driver.assign()
        for offset: Int64 in 0..<5 { driver.fetch(offset, key: UInt64(offset)) }
        driver.prepareAll(byteCount: 400)
        #expect(driver.core.status.bufferedBytes == 450)
        #expect(driver.taken().calls.count == 1)
    }

    @Test("The stall explanation names the event, its state and since when")
    func explanation() throws {
        var driver = Driver()
        driver.assign()
        let event = try driver.accept(3, key: 1)
        driver.prepareAll()
        driver.advance(.seconds(2))
        driver.finish(event, 503)
        let wait = try #require(driver.core.status(of: driver.partition)?.waitsFor)
        #expect(wait.event == event && wait.offset == 3 && wait.state == .backingOff && wait.attempts == 1)
        #expect(wait.since == driver.now && wait.system == SystemID(0))
    }

    @Test("Actions stay small: they go through a buffer for every event")
    func sizes() {
        #expect(MemoryLayout<Action>.stride <= 40)
        #expect(EventID(rawValue: EventID(slot: 7, generation: 9).rawValue) == EventID(slot: 7, generation: 9))
    }
}
