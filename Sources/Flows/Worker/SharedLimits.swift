import Delivery
import HTTPCalls
import Synchronization

/// What the workers of one process share of each system: its rate, the concurrency they have found, and its
/// `Retry-After`.
///
/// A worker comes a few times a second and when a system tells it to wait, never for an event, so that one lock for all
/// systems is enough. Processes share nothing: each has the whole of a limit.
public final class SharedLimits: Sendable {
    private struct System {
        var shares: LimitShares
        var heldBackUntil = Instant.zero
        var wakers: [Int: Waker] = [:]
    }

    private let systems = Mutex<[String: System]>([:])
    /// How often a system told a worker to wait. Read on each turn of a loop, without the lock.
    private let holds = Atomic(0)

    public init() {}

    /// Changes when a worker was told to wait.
    var holdCount: Int { holds.load(ordering: .acquiring) }

    /// - Returns: the worker's number with this system.
    func join(_ name: String, _ limits: SystemLimits, waker: Waker) -> Int {
        systems.withLock { systems in
            var system = systems[name] ?? System(shares: LimitShares(limits))
            let member = system.shares.join()
            system.wakers[member] = waker
            systems[name] = system
            return member
        }
    }

    func leave(_ name: String, _ member: Int) {
        systems.withLock { systems in
            systems[name]?.shares.leave(member)
            systems[name]?.wakers[member] = nil
        }
    }

    /// Says what the worker wants, and takes what it gets.
    func exchange(_ name: String, _ member: Int, _ demand: LimitDemand) -> LimitShare? {
        systems.withLock { $0[name]?.shares.exchange(member, demand) }
    }

    /// Holds back all workers that call the system, those too that come later, and wakes the others to hear of it.
    func holdBack(_ name: String, until: Instant, from member: Int) {
        let wakers: [Waker]? = systems.withLock { systems in
            guard let system = systems[name], system.heldBackUntil < until else { return nil }
            systems[name]?.heldBackUntil = until
            return system.wakers.filter { $0.key != member }.map(\.value)
        }
        guard let wakers else { return }
        holds.add(1, ordering: .releasing)
        for waker in wakers { waker.wake() }
    }

    func heldBackUntil(_ name: String) -> Instant {
        systems.withLock { $0[name]?.heldBackUntil ?? .zero }
    }
}
