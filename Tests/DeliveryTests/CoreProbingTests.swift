import Testing

@testable import Delivery

@Suite("The core: probes (D4)") struct CoreProbingTests {
    private static let settle = Duration.seconds(30)

    /// One step that is asked about; the first assignment of a group that has committed nothing, or at a position.
    private func assigned(
        _ position: Int64? = nil, startWindow: Int = 10, concurrency: Int = 4, probes: [ProbePolicy?]? = nil
    ) -> Driver {
        var configuration = Driver.configuration(concurrency: concurrency)
        configuration.probes = probes ?? [ProbePolicy(settleAfter: Self.settle)]
        configuration.startWindow = startWindow
        var driver = Driver(configuration)
        driver.assign(position.map { CommittedPosition(offset: $0, metadata: "") })
        return driver
    }

    /// An event that nobody can have started before: its call is sent at once.
    private func calling() throws -> (Driver, EventID) {
        var driver = assigned(0)
        let event = try driver.accept(100, key: 1)
        driver.prepareAll()
        // The watermark has moved over the gap, and the window with it.
        driver.advance(.seconds(1))
        let commit = try #require(driver.taken().commits.first)
        driver.core.committed(
            driver.partition, offset: commit.offset, succeeded: true, now: driver.now, into: &driver.actions)
        driver.prepareAll()
        #expect(driver.taken() == [.call(event)])
        return (driver, event)
    }

    private func probed(_ driver: inout Driver, _ event: EventID, _ outcome: ProbeOutcome) {
        driver.core.probed(event, outcome, now: driver.now, into: &driver.actions)
        driver.prepareAll()
    }

    @Test("A call without an answer is asked about when its effect can no longer come, and not repeated after a hit")
    func hit() throws {
        var (driver, event) = try calling()
        driver.core.finished(event, .sentNoAnswer, now: driver.now, into: &driver.actions)
        driver.advance(.milliseconds(29_999))
        #expect(driver.taken() == [])
        driver.advance(.milliseconds(1))
        #expect(driver.taken() == [.probe(event)])
        probed(&driver, event, .hit)
        #expect(driver.taken() == [.release(event, .applied)])
        #expect(driver.core.status.counters.probeHits == 1)
    }

    @Test("A miss lets the call be repeated, once: the next unknown outcome asks again")
    func miss() throws {
        var (driver, event) = try calling()
        for _ in 0..<3 {
            driver.core.finished(event, .sentNoAnswer, now: driver.now, into: &driver.actions)
            driver.advance(Self.settle)
            #expect(driver.taken() == [.probe(event)])
            probed(&driver, event, .miss)
            #expect(driver.taken() == [.call(event)])
        }
        driver.finish(event, 201)
        #expect(driver.taken() == [.release(event, .applied)])
    }

    @Test(
        "An error says nothing about the effect: asked, after the wait where the request may still be at work",
        arguments: [(500, true), (503, true), (504, true), (408, true), (429, false), (401, false), (302, false)])
    func errors(status: Int, waits: Bool) throws {
        var (driver, event) = try calling()
        let begin = driver.now
        driver.finish(event, status)
        driver.advanceToDeadline()
        while driver.actions.allSatisfy({ $0 != .probe(event) }) { driver.advanceToDeadline() }
        #expect(driver.actions.calls == [])
        #expect((driver.now - begin >= Self.settle) == waits)
    }

    @Test("A request that was not sent is sent again without a question")
    func notSent() throws {
        var (driver, event) = try calling()
        driver.core.finished(event, .notSent, now: driver.now, into: &driver.actions)
        driver.advanceToDeadline()
        #expect(driver.taken() == [.call(event)])
    }

    @Test(
        "A probe without an answer is repeated; the call is not sent (D5)",
        arguments: [
            Outcome.notSent, .sentNoAnswer, .answered(status: 503, retryAfter: nil),
            .answered(status: 401, retryAfter: nil), .answered(status: 200, retryAfter: nil),
        ])
    func unanswered(outcome: Outcome) throws {
        var (driver, event) = try calling()
        driver.core.finished(event, .sentNoAnswer, now: driver.now, into: &driver.actions)
        driver.advance(Self.settle)
        for _ in 0..<20 {
            #expect(driver.actions.filter { $0 == .probe(event) }.count == 1)
            #expect(driver.taken().calls == [])
            probed(&driver, event, .failed(outcome))
            while driver.actions.allSatisfy({ $0 != .probe(event) }) { driver.advanceToDeadline() }
        }
    }

    @Test("404 is a miss; another answer that speaks of the event parks it")
    func eventFaults() throws {
        for (outcome, expected) in [
            (ProbeOutcome.failed(.answered(status: 404, retryAfter: nil)), nil),
            (.failed(.answered(status: 400, retryAfter: nil)), ParkReason.rejected(status: 400)),
            (.fault(.mapping), .mapping),
        ] {
            var (driver, event) = try calling()
            driver.core.finished(event, .sentNoAnswer, now: driver.now, into: &driver.actions)
            driver.advance(Self.settle)
            _ = driver.taken()
            probed(&driver, event, outcome)
            #expect(driver.taken() == [expected.map { .park(event, $0) } ?? .call(event)])
        }
    }

    @Test("What a former owner may have started is asked about before its first call, after the wait; the rest is not")
    func redelivery() throws {
        var driver = assigned(50)
        let doubtful = try driver.accept(50, key: 1)
        driver.prepareAll()
        #expect(driver.taken() == [])
        driver.advance(Self.settle)
        #expect(driver.taken() == [.probe(doubtful)])
        probed(&driver, doubtful, .miss)
        #expect(driver.taken() == [.call(doubtful)])
        driver.finish(doubtful, 200)
        _ = driver.taken()
        // Nobody started this: ten offsets beyond the position.
        let sure = try driver.accept(60, key: 1)
        driver.prepareAll()
        driver.advance(.seconds(1))
        let commit = try #require(driver.taken().commits.first)
        #expect(commit.offset == 60)
        driver.core.committed(
            driver.partition, offset: 60, succeeded: true, now: driver.now, into: &driver.actions)
        driver.prepareAll()
        #expect(driver.taken() == [.call(sure)])
    }

    @Test("Nothing starts beyond the window over what is confirmed as committed")
    func window() throws {
        var driver = assigned(0, startWindow: 2, probes: [ProbePolicy(settleAfter: .zero)])
        let events = try (0..<4).map { try driver.accept($0, key: UInt64($0)) }
        driver.prepareAll()
        #expect(driver.taken() == [.probe(events[0]), .probe(events[1])])
        for event in events.prefix(2) {
            probed(&driver, event, .miss)
            driver.finish(event, 200)
        }
        #expect(driver.taken().calls == Array(events.prefix(2)))
        driver.advance(.seconds(1))
        let commit = try #require(driver.taken().commits.first)
        #expect(commit.offset == 2)
        driver.advance(.seconds(1))
        #expect(driver.taken() == [])
        driver.core.committed(driver.partition, offset: 2, succeeded: true, now: driver.now, into: &driver.actions)
        driver.prepareAll()
        #expect(driver.taken() == [.call(events[2]), .call(events[3])])
    }

    @Test("Where nothing is committed, the first record stands for the position")
    func withoutPosition() throws {
        var driver = assigned(nil, startWindow: 2, probes: [ProbePolicy(settleAfter: .zero)])
        let events = try (7..<10).map { try driver.accept($0, key: UInt64($0)) }
        driver.prepareAll()
        #expect(driver.taken() == [.probe(events[0]), .probe(events[1])])
    }

    @Test("A probe takes a slot of the system")
    func limits() throws {
        var driver = assigned(0, concurrency: 1, probes: [ProbePolicy(settleAfter: .zero)])
        let first = try driver.accept(0, key: 1)
        let second = try driver.accept(1, key: 2)
        driver.prepareAll()
        #expect(driver.taken() == [.probe(first)])
        probed(&driver, first, .hit)
        #expect(driver.taken() == [.release(first, .applied), .probe(second)])
    }

    @Test("A drain waits for a probe, and sends no call after its miss (D6)")
    func drain() throws {
        var driver = assigned(0, probes: [ProbePolicy(settleAfter: .zero)])
        let event = try driver.accept(0, key: 1)
        driver.prepareAll()
        #expect(driver.taken() == [.probe(event)])
        driver.core.revoked(
            [driver.partition], request: RevocationID(1), lost: false, now: driver.now, into: &driver.actions)
        #expect(driver.taken() == [.pause(driver.partition)])
        probed(&driver, event, .miss)
        #expect(driver.taken() == [.release(event, nil), .acknowledgeRevocation(RevocationID(1))])
    }

    @Test("The wait counts from the end of a lost assignment's call, where that was still in flight here")
    func lateEnd() throws {
        var (driver, lost) = try calling()
        driver.core.revoked(
            [driver.partition], request: RevocationID(1), lost: true, now: driver.now, into: &driver.actions)
        driver.assign(CommittedPosition(offset: 100, metadata: ""))
        let event = try driver.accept(100, key: 1)
        driver.advance(.seconds(20))
        driver.core.finished(lost, .sentNoAnswer, now: driver.now, into: &driver.actions)
        driver.prepareAll()
        _ = driver.taken()
        driver.advance(.milliseconds(29_999))
        #expect(driver.taken() == [])
        driver.advance(.milliseconds(1))
        #expect(driver.taken() == [.probe(event)])
    }

    @Test("Steps without a probe, and flows without, are called at once")
    func withoutProbe() throws {
        var driver = assigned(0, probes: [nil, ProbePolicy(settleAfter: Self.settle)])
        let event = try driver.accept(0, key: 1)
        driver.prepareAll()
        #expect(driver.taken() == [.call(event)])
    }
}
