import Delivery

/// Workers of one process that call one system, in virtual time.
struct Scenario {
    /// A worker, and how many events come to it.
    struct Member {
        var driver: Driver
        /// Events in a second; `nil`: always more than can be called.
        var perSecond: Double?
        var share: Int?
        var nextOffset: Int64 = 0
        var owed = 0.0
        /// When its calls started.
        var starts: [Instant] = []
        /// When its calls were answered well.
        var successes: [Instant] = []
        var limits: [Int] = []
    }

    private struct Answer {
        var time: Instant
        var member: Int
        var event: EventID
        var outcome: Outcome
    }

    var server: ScenarioServer
    var members: [Member]
    var shares: LimitShares
    private var pending: [Answer] = []
    private(set) var now = Instant.zero
    private let isSharing: Bool

    init(_ server: ScenarioServer, _ limits: SystemLimits, rates: [Double?] = [nil], isSharing: Bool = true) {
        self.server = server
        self.isSharing = isSharing
        shares = LimitShares(limits)
        members = rates.map { Member(driver: Driver(Scenario.configuration(limits)), perSecond: $0) }
        for index in members.indices {
            members[index].driver.assign()
            guard isSharing else { continue }
            members[index].share = shares.join()
            exchange(index)
        }
    }

    private static func configuration(_ limits: SystemLimits) -> CoreConfiguration {
        CoreConfiguration(
            systems: [limits], backOff: BackOff(initial: .milliseconds(50), maximum: .seconds(1)),
            buffer: BufferLimits(events: 2_000))
    }

    /// Lets time pass; every millisecond is looked at, as a worker would with its poll.
    mutating func run(_ time: Duration) {
        let end = now + time
        while now < end {
            now = now + .milliseconds(1)
            deliver()
            for index in members.indices { turn(index) }
        }
    }

    private mutating func deliver() {
        let due = pending.filter { $0.time <= now }.sorted { $0.time < $1.time }
        pending.removeAll { $0.time <= now }
        for answer in due {
            members[answer.member].driver.now = now
            members[answer.member].driver.finish(answer.event, answer.outcome)
            if case .answered(200, _) = answer.outcome { members[answer.member].successes.append(now) }
        }
    }

    private mutating func turn(_ index: Int) {
        members[index].driver.now = now
        if isSharing { tellOthers(index) }
        // The members come one after the other, each ten times a second.
        if isSharing, (now.nanoseconds / 1_000_000 + Int64(index) * 37) % 100 == 0 { exchange(index) }
        produce(index)
        members[index].driver.advance(.zero)
        for action in members[index].driver.taken() { perform(action, index) }
        if now.nanoseconds % 100_000_000 == 0 {
            members[index].limits.append(members[index].driver.core.status(of: SystemID(0))?.concurrency ?? 0)
        }
    }

    private mutating func tellOthers(_ index: Int) {
        guard let until = members[index].driver.core.heldBackUntil(SystemID(0)) else { return }
        for other in members.indices where other != index {
            members[other].driver.core.holdBack(SystemID(0), until: until)
        }
    }

    private mutating func exchange(_ index: Int) {
        guard let id = members[index].share else { return }
        let demand = members[index].driver.core.takeDemand(of: SystemID(0), now: now)
        members[index].driver.core.setShare(shares.exchange(id, demand), of: SystemID(0), now: now)
    }

    private mutating func produce(_ index: Int) {
        members[index].owed += (members[index].perSecond ?? 0) / 1_000
        while members[index].perSecond == nil
            ? members[index].driver.core.status.bufferedEvents < 1_000 : members[index].owed >= 1
        {
            members[index].owed -= 1
            let offset = members[index].nextOffset
            members[index].nextOffset += 1
            members[index].driver.fetch(offset, key: UInt64(offset))
            members[index].driver.prepareAll()
        }
    }

    private mutating func perform(_ action: Action, _ index: Int) {
        switch action {
        case .call(let event):
            let (time, outcome) = server.take(now: now)
            members[index].starts.append(now)
            pending.append(Answer(time: time, member: index, event: event, outcome: outcome))
        case .commit(let partition, let offset, _):
            members[index].driver.confirm(partition, offset)
        default: break
        }
    }
}

extension Scenario {
    /// The limit of a worker in the last `seconds`, ten times a second.
    func limits(_ member: Int = 0, last seconds: Int) -> [Int] {
        Array(members[member].limits.suffix(seconds * 10))
    }

    /// Calls answered well in the last `seconds`, for each second.
    func throughput(_ member: Int = 0, last seconds: Int) -> Double {
        let from = Instant(nanoseconds: now.nanoseconds - Int64(seconds) * 1_000_000_000)
        return Double(members[member].successes.count { $0 > from }) / Double(seconds)
    }

    /// Calls started in the last `seconds`, for each second.
    func startRate(_ member: Int = 0, last seconds: Int) -> Double {
        let from = Instant(nanoseconds: now.nanoseconds - Int64(seconds) * 1_000_000_000)
        return Double(members[member].starts.count { $0 > from }) / Double(seconds)
    }

    /// All workers' starts, in order.
    var starts: [Instant] { members.flatMap(\.starts).sorted() }

    /// The most calls that started within any `window`.
    func mostStarts(within window: Duration) -> Int {
        let starts = starts
        var first = 0
        var most = 0
        for last in starts.indices {
            while starts[first] + window <= starts[last] { first += 1 }
            most = max(most, last - first + 1)
        }
        return most
    }
}

extension Driver {
    mutating func finish(_ event: EventID, _ outcome: Outcome) {
        core.finished(event, outcome, now: now, into: &actions)
        prepareAll()
    }

    mutating func confirm(_ partition: PartitionID, _ offset: Int64) {
        core.committed(partition, offset: offset, succeeded: true, now: now, into: &actions)
    }
}
