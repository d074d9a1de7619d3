import Testing

@testable import Delivery

/// One suite over every choice of what is kept in order: each test runs under all three.
@Suite("The order of events") struct OrderTests {
    private typealias Place = (offset: Int64, key: UInt64, partition: UInt32)

    private static let places: [Place] = [(0, 1, 0), (1, 1, 0), (2, 2, 0), (3, 1, 0), (0, 1, 1), (1, 2, 1)]

    /// Whether the later of two events waits for the earlier, said anew and not taken from the core.
    private static func waits(_ later: Place, for earlier: Place, _ order: Order) -> Bool {
        guard later.partition == earlier.partition, later.offset > earlier.offset else { return false }
        switch order {
        case .key: return later.key == earlier.key
        case .partition: return true
        case .none: return false
        }
    }

    private func started(_ order: Order) throws -> (Driver, [EventID]) {
        var driver = Driver(Driver.configuration(concurrency: 100, order: order))
        driver.assign(to: 0)
        driver.assign(to: 1)
        let events = try Self.places.map { try driver.accept($0.offset, key: $0.key, of: $0.partition) }
        driver.prepareAll()
        return (driver, events)
    }

    /// The events that may run when those of `settled` are.
    private static func running(_ order: Order, settled: Set<Int>) -> Set<Int> {
        Set(
            places.indices.filter { later in
                !settled.contains(later)
                    && !places.indices.contains {
                        !settled.contains($0) && waits(places[later], for: places[$0], order)
                    }
            })
    }

    @Test("Runs exactly what waits for nothing, from the first event to the last (D2)", arguments: Order.allCases)
    func order(_ order: Order) throws {
        var (driver, events) = try started(order)
        var settled: Set<Int> = []
        var running: Set<Int> = []
        while settled.count < events.count {
            running.formUnion(driver.taken().calls.compactMap(events.firstIndex))
            #expect(running == Self.running(order, settled: settled))
            let next = try #require(running.max())
            running.remove(next)
            settled.insert(next)
            driver.finish(events[next], 200)
        }
        #expect(driver.core.status.activeKeys == 0)
    }

    @Test("Tells when more than a quarter of what is at hand waits behind others of its key (D2)")
    func heldUpByKeys() throws {
        var driver = Driver(Driver.configuration(concurrency: 100))
        driver.assign(to: 0)
        let hot = try driver.accept(0, key: 1)
        for offset in 1...5 { _ = try driver.accept(Int64(offset), key: UInt64(offset) + 1) }
        #expect(!driver.core.isHeldUpByKeys)
        _ = try driver.accept(6, key: 1)
        #expect(!driver.core.isHeldUpByKeys)
        _ = try driver.accept(7, key: 1)
        #expect(!driver.core.isHeldUpByKeys, "two of eight")
        _ = try driver.accept(8, key: 1)
        #expect(driver.core.isHeldUpByKeys, "three of nine")
        driver.prepareAll()
        driver.finish(hot, 200)
        #expect(!driver.core.isHeldUpByKeys, "two of eight again")
    }

    @Test("An event that backs off holds back what waits for it, and nothing else (D2, D5)", arguments: Order.allCases)
    func holdsBack(_ order: Order) throws {
        var (driver, events) = try started(order)
        driver.finish(events[0], 503)
        _ = driver.taken()
        let others = Self.running(order, settled: []).subtracting([0])
        for other in others { driver.finish(events[other], 200) }
        let free = Self.running(order, settled: others).subtracting([0])
        #expect(Set(driver.taken().calls) == Set(free.map { events[$0] }))
    }

    @Test("The commit stays below the first unsettled event (D1)", arguments: Order.allCases)
    func commits(_ order: Order) throws {
        var (driver, events) = try started(order)
        driver.finish(events[0], 503)
        for event in events.dropFirst() where driver.actions.calls.contains(event) { driver.finish(event, 200) }
        driver.advance(.milliseconds(1_050))
        for case .commit(PartitionID(0), let offset, _) in driver.taken() { #expect(offset == 0) }
        #expect(driver.core.status(of: driver.partition)?.watermark == 0)
    }

    @Test(
        "A parked event lets go what waits for it once its dead letter is acknowledged (D10)", arguments: Order.allCases
    )
    func parks(_ order: Order) throws {
        var (driver, events) = try started(order)
        _ = driver.taken()
        driver.finish(events[0], 400)
        #expect(driver.taken() == [.park(events[0], .rejected(status: 400))])
        driver.core.parked(events[0], succeeded: true, now: driver.now, into: &driver.actions)
        driver.prepareAll()
        let freed = Self.running(order, settled: [0]).subtracting(Self.running(order, settled: []))
        #expect(Set(driver.taken().calls) == Set(freed.map { events[$0] }))
    }

    @Test("An event never runs beside itself when its partition comes back (D2, D6)", arguments: Order.allCases)
    func comesBack(_ order: Order) throws {
        var driver = Driver(Driver.configuration(order: order))
        driver.assign()
        let flying = try driver.accept(7, key: 1)
        driver.prepareAll()
        driver.core.revoked(
            [driver.partition], request: RevocationID(1), lost: true, now: driver.now, into: &driver.actions)
        driver.assign()
        _ = driver.taken()
        let again = try driver.accept(7, key: 1)
        driver.prepareAll()
        #expect(driver.taken() == [])
        driver.finish(flying, 200)
        #expect(driver.taken() == [.release(flying, nil), .call(again)])
    }

    @Test("Two partitions never wait for each other", arguments: Order.allCases)
    func partitions(_ order: Order) throws {
        var driver = Driver(Driver.configuration(order: order))
        for partition in 0..<3 as Range<UInt32> {
            driver.assign(to: partition)
            let event = try driver.accept(5, key: 1, of: partition)
            driver.prepareAll()
            #expect(driver.taken().calls == [event])
        }
    }
}
