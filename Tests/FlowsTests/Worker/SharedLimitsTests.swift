import Delivery
import Foundation
import Testing

@testable import Flows
@testable import HTTPCalls

/// What the workers of one process tell each other of a system: two workers, each with a core of its own.
@Suite("Limits that workers share") struct SharedLimitsTests {
    /// A worker as far as limits are concerned.
    struct Member {
        var core: Core
        var membership: LimitMembership
        let waker: Waker

        init(_ limits: SharedLimits, _ systems: [SystemDefinition]) throws {
            core = Core(CoreConfiguration(systems: systems.map(\.limits)), seed: 1)
            waker = try #require(Waker())
            membership = LimitMembership(limits, systems, waker: waker)
        }

        mutating func meet(_ now: Instant) { membership.meet(&core, now: now) }

        func heldBackUntil(_ system: Int = 0) -> Instant? { core.heldBackUntil(SystemID(UInt16(system))) }

        /// Whether it was woken since this was asked last.
        func wasWoken() -> Bool {
            var count: UInt64 = 0
            return read(waker.descriptor, &count, MemoryLayout<UInt64>.size) > 0
        }
    }

    private static func system(_ name: String = "erp", rate: RateLimit? = nil) throws -> SystemDefinition {
        SystemDefinition(
            name: name, endpoint: SystemEndpoint(name: name, baseURL: "http://127.0.0.1:1"),
            limits: SystemLimits(concurrency: .fixed(4), rate: rate))
    }

    private let now = Instant.zero + .seconds(1)

    @Test("D5: when one worker is told to wait, the others are woken and wait as long; it is not woken itself")
    func holdBack() throws {
        let limits = SharedLimits()
        var told = try Member(limits, [Self.system()])
        var other = try Member(limits, [Self.system()])
        told.core.holdBack(SystemID(0), by: .seconds(30), now: now)
        told.meet(now)
        #expect(other.wasWoken() && !told.wasWoken())
        #expect(other.heldBackUntil() != now + .seconds(30))
        other.meet(now)
        #expect(other.heldBackUntil() == now + .seconds(30))
        // It only heard of it: nobody is told once more.
        told.meet(now)
        #expect(!told.wasWoken() && !other.wasWoken())
    }

    @Test("D5: of two waits the longer one holds, whoever was told")
    func longer() throws {
        let limits = SharedLimits()
        var first = try Member(limits, [Self.system()])
        var second = try Member(limits, [Self.system()])
        first.core.holdBack(SystemID(0), by: .seconds(30), now: now)
        second.core.holdBack(SystemID(0), by: .seconds(10), now: now)
        first.meet(now)
        second.meet(now)
        first.meet(now)
        #expect(first.heldBackUntil() == now + .seconds(30) && second.heldBackUntil() == now + .seconds(30))
    }

    @Test("a wait is the system's: workers that call others go on, and so do those that come when it is over")
    func others() throws {
        let limits = SharedLimits()
        var told = try Member(limits, [Self.system("erp"), Self.system("mail")])
        var elsewhere = try Member(limits, [Self.system("mail")])
        told.core.holdBack(SystemID(0), by: .seconds(30), now: now)
        told.meet(now)
        #expect(!elsewhere.wasWoken())
        var late = try Member(limits, [Self.system("erp")])
        late.meet(now + .seconds(31))
        #expect(late.heldBackUntil() != now + .seconds(30))
        elsewhere.meet(now)
        #expect(elsewhere.heldBackUntil() != now + .seconds(30))
    }

    @Test("who comes while the others wait waits with them")
    func joins() throws {
        let limits = SharedLimits()
        var told = try Member(limits, [Self.system()])
        told.core.holdBack(SystemID(0), by: .seconds(30), now: now)
        told.meet(now)
        var late = try Member(limits, [Self.system()])
        late.meet(now)
        #expect(late.heldBackUntil() == now + .seconds(30))
    }

    @Test("a rate is shared: who comes has nothing until the other has left it its part, and all when that one goes")
    func rate() throws {
        let limits = SharedLimits()
        let system = try Self.system(rate: RateLimit(perSecond: 100, burst: 10))
        var first = try Member(limits, [system])
        #expect(first.membership.deadline != nil)
        first.meet(now)
        let demand = LimitDemand(concurrency: .infinity, perSecond: .infinity)
        let number = limits.join("erp", system.limits, waker: first.waker)
        #expect(limits.exchange("erp", number, demand)?.rate?.perSecond == 0)
        // Not before its time has come does the first one say what it needs.
        first.meet(now + .milliseconds(50))
        #expect(limits.exchange("erp", number, demand)?.rate?.perSecond == 0)
        first.meet(now + .milliseconds(100))
        #expect(limits.exchange("erp", number, demand)?.rate?.perSecond ?? 0 > 0)
        first.membership.leave()
        #expect(limits.exchange("erp", number, demand)?.rate == RateLimit(perSecond: 100, burst: 10))
    }

    @Test("without a limit to share there is no time at which to come")
    func nothingShared() throws {
        let member = try Member(SharedLimits(), [Self.system()])
        #expect(member.membership.deadline == nil)
    }
}
