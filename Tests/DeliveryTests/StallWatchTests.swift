import Testing

@testable import Delivery

@Suite("Stalled partitions") struct StallWatchTests {
    private let partition = PartitionID(3)
    private let system = SystemID(1)
    private var watch = StallWatch(patience: .seconds(60))

    private func second(_ seconds: Int64) -> Instant { Instant(nanoseconds: seconds * 1_000_000_000) }

    private func status(
        offset: Int64?, _ state: EventState = .backingOff, attempts: Int = 7, committed: Int64? = nil
    ) -> PartitionStatus {
        PartitionStatus(
            isDraining: false, watermark: offset ?? 100, committed: committed ?? offset ?? 100, unsettled: 1,
            isMetadataFull: false, commitPendingSince: nil,
            waitsFor: offset.map {
                .init(
                    event: EventID(slot: 0, generation: 0), offset: $0, state: state, since: .zero,
                    system: system, attempts: attempts)
            })
    }

    private mutating func look(_ status: PartitionStatus?, at seconds: Int64) -> [StallWatch.Change] {
        watch.look(at: status.map { [(partition, $0)] } ?? [], now: second(seconds))
    }

    private func stall(
        _ cause: Stall.Cause, since: Int64, offset: Int64 = 5, attempts: Int = 7
    ) -> Stall {
        Stall(
            partition: partition, since: second(since), offset: offset, attempts: attempts, isMetadataFull: false,
            cause: cause)
    }

    @Test("A partition whose oldest event stays is told once, again after ten minutes, and once when it moves")
    mutating func told() {
        let expected = stall(.system(system, .nextTry), since: 10)
        #expect(look(status(offset: 5), at: 10) == [])
        #expect(look(status(offset: 5), at: 69) == [])
        #expect(watch.stalls == [])
        #expect(look(status(offset: 5), at: 70) == [.began(expected)])
        #expect(watch.stalls == [expected])
        for time in [71, 200, 669] as [Int64] { #expect(look(status(offset: 5), at: time) == []) }
        #expect(look(status(offset: 5), at: 670) == [.goesOn(expected)])
        #expect(look(status(offset: 5), at: 671) == [])
        #expect(look(status(offset: 5), at: 1_270) == [.goesOn(expected)])
        #expect(look(status(offset: 6), at: 1_280) == [.ended(expected, after: .seconds(1_270))])
        #expect(watch.stalls == [])
    }

    @Test("What holds it is told as it is now, without another word in the log")
    mutating func changingState() {
        _ = look(status(offset: 5), at: 0)
        _ = look(status(offset: 5), at: 60)
        #expect(look(status(offset: 5, .calling, attempts: 8), at: 61) == [])
        #expect(watch.stalls == [stall(.system(system, .answer), since: 0, attempts: 8)])
    }

    @Test("A partition that moves, or has nothing to do, is never stalled")
    mutating func moves() {
        for time in 0..<200 as Range<Int64> { #expect(look(status(offset: time / 50), at: time) == []) }
        for time in 200..<400 as Range<Int64> { #expect(look(status(offset: nil), at: time) == []) }
    }

    @Test("Nothing to do in between begins the time anew")
    mutating func idleBetween() {
        _ = look(status(offset: 5), at: 0)
        _ = look(status(offset: nil), at: 50)
        #expect(look(status(offset: 5), at: 51) == [])
        #expect(look(status(offset: 5), at: 110) == [])
        #expect(look(status(offset: 5), at: 111).count == 1)
    }

    @Test("Commits that are never confirmed are a stall, even while events settle (D1)")
    mutating func commits() {
        for time in 0..<60 as Range<Int64> {
            #expect(look(status(offset: 100 + time, committed: 40), at: time) == [])
        }
        let expected = stall(.commit, since: 0, offset: 160, attempts: 0)
        #expect(look(status(offset: 160, committed: 40), at: 60) == [.began(expected)])
        #expect(look(status(offset: 161, committed: 161), at: 61) == [.ended(expected, after: .seconds(61))])
    }

    @Test("A partition that is given back is stalled no longer, and begins anew when it comes back")
    mutating func givenBack() {
        _ = look(status(offset: 5), at: 0)
        _ = look(status(offset: 5), at: 60)
        #expect(look(nil, at: 61) == [.ended(stall(.system(system, .nextTry), since: 0), after: .seconds(61))])
        #expect(look(status(offset: 5), at: 62) == [])
        #expect(watch.stalls == [])
    }

    @Test(
        "The cause follows the event's state",
        arguments: [
            (EventState.queued, "slot"), (.calling, "answer"), (.backingOff, "backing_off"),
            (.parking, "dead_letter"), (.parkBackingOff, "dead_letter"), (.waiting, "worker"), (.ready, "worker"),
        ])
    mutating func causes(state: EventState, reason: String) {
        _ = look(status(offset: 5, state), at: 0)
        _ = look(status(offset: 5, state), at: 60)
        #expect(watch.stalls.map(\.cause.reason) == [reason])
    }

    @Test("It wants to look once a second")
    mutating func due() {
        #expect(watch.isDue(now: second(1)))
        _ = look(nil, at: 1)
        #expect(!watch.isDue(now: second(1) + .milliseconds(999)))
        #expect(watch.isDue(now: second(2)))
    }

    @Test("A core whose system fails is seen to stall, and to go on (D5)")
    mutating func core() throws {
        var driver = Driver()
        driver.assign(CommittedPosition(offset: 7, metadata: ""))
        let event = try driver.accept(7, key: 1)
        driver.prepareAll()
        var changes: [StallWatch.Change] = []
        for _ in 0..<120 {
            if driver.taken().calls.contains(event) { driver.finish(event, 503) }
            driver.advance(.seconds(1))
            let status = try #require(driver.core.status(of: driver.partition))
            changes += watch.look(at: [(driver.partition, status)], now: driver.now)
        }
        guard case .began(let stall)? = changes.first else {
            Issue.record("no stall: \(changes)")
            return
        }
        #expect(changes.count == 1)
        #expect(stall.offset == 7)
        #expect(stall.attempts > 3)
    }
}
