import Delivery
import HTTPCalls

/// One worker's part in ``SharedLimits``.
struct LimitMembership {
    private struct Member {
        let name: String
        let number: Int
        /// It has a limit to share, not only a `Retry-After` to tell of.
        let isShared: Bool
        /// The last `Retry-After` told or heard of.
        var heldBackUntil = Instant.zero
    }

    private let limits: SharedLimits
    private var members: [Member]
    private var holdCount = 0
    private let hasShares: Bool
    private var nextExchange = Instant.zero

    init(_ limits: SharedLimits, _ systems: [SystemDefinition], waker: Waker) {
        self.limits = limits
        members = systems.map { system in
            Member(
                name: system.name, number: limits.join(system.name, system.limits, waker: waker),
                isShared: system.limits.isShared)
        }
        hasShares = members.contains(where: \.isShared)
    }

    /// When the worker must come again; `nil` when there is nothing to share.
    var deadline: Instant? { hasShares ? nextExchange : nil }

    /// Tells the others what the worker has learnt and hears what they have, before the core starts calls.
    mutating func meet(_ core: inout Core, now: Instant) {
        for index in members.indices { tell(index, core) }
        let count = limits.holdCount
        if count != holdCount {
            holdCount = count
            for index in members.indices { hear(index, &core, now: now) }
        }
        guard hasShares, nextExchange <= now else { return }
        nextExchange = now + .milliseconds(100)
        for index in members.indices where members[index].isShared { exchange(index, &core, now: now) }
    }

    private mutating func tell(_ index: Int, _ core: Core) {
        guard let until = core.heldBackUntil(id(index)), until > members[index].heldBackUntil else { return }
        members[index].heldBackUntil = until
        limits.holdBack(members[index].name, until: until, from: members[index].number)
    }

    private mutating func hear(_ index: Int, _ core: inout Core, now: Instant) {
        let until = limits.heldBackUntil(members[index].name)
        guard until > members[index].heldBackUntil else { return }
        members[index].heldBackUntil = until
        if until > now { core.holdBack(id(index), until: until) }
    }

    private func exchange(_ index: Int, _ core: inout Core, now: Instant) {
        let demand = core.takeDemand(of: id(index), now: now)
        guard let share = limits.exchange(members[index].name, members[index].number, demand) else { return }
        core.setShare(share, of: id(index), now: now)
    }

    private func id(_ index: Int) -> SystemID { SystemID(UInt16(index)) }

    /// What the worker had is free for the others.
    func leave() {
        for member in members { limits.leave(member.name, member.number) }
    }
}

extension SystemLimits {
    /// The workers of a process have a limit together.
    fileprivate var isShared: Bool {
        if case .adaptive = concurrency { return true }
        return rate != nil
    }
}
