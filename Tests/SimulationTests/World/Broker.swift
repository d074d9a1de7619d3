/// What the group tells a member.
enum Message {
    case assigned([Int])
    case revoked(request: Int, partitions: [Int])
    /// The group went on without the member.
    case lost
}

/// A consumer group and its committed positions: eager or cooperative rebalances, eviction, fencing of commits.
struct Broker {
    struct Member {
        var id: Int
        var worker: Int
    }

    struct Committed {
        var offset: Int64
        var metadata: String
        var commit: Int
        var tampering: Tampering?
    }

    private(set) var members: [Member] = []
    private(set) var owners: [Int?]
    private var isRevoking: [Bool]
    private var requests: [Int: (member: Int, partitions: [Int])] = [:]
    var committed: [Committed?]
    /// Metadata of earlier commits, for tampering.
    private var history: [[(offset: Int64, metadata: String)]]
    private let isCooperative: Bool
    private var intents: [Int: Tampering] = [:]
    private var memberCount = 0
    private var requestCount = 0
    /// Turns the assignment, so that partitions move.
    private var salt = 0
    /// Eager: everything must be given back before anything is assigned.
    private var mustCollect = false

    init(_ plan: Plan) {
        owners = Array(repeating: nil, count: plan.partitionCount)
        isRevoking = Array(repeating: false, count: plan.partitionCount)
        committed = Array(repeating: nil, count: plan.partitionCount)
        history = Array(repeating: [], count: plan.partitionCount)
        isCooperative = plan.isCooperative
    }

    func owns(_ member: Int?, _ partition: Int) -> Bool {
        member != nil && owners[partition] == member
    }

    mutating func join(worker: Int, salt: Int) -> Int {
        memberCount += 1
        members.append(Member(id: memberCount, worker: worker))
        changed(salt)
        return memberCount
    }

    mutating func remove(_ member: Int, salt: Int) {
        members.removeAll { $0.id == member }
        requests = requests.filter { $0.value.member != member }
        for partition in owners.indices where owners[partition] == member {
            owners[partition] = nil
            isRevoking[partition] = false
        }
        changed(salt)
    }

    mutating func acknowledge(_ request: Int) {
        guard let (member, partitions) = requests.removeValue(forKey: request) else { return }
        for partition in partitions where owners[partition] == member {
            owners[partition] = nil
            isRevoking[partition] = false
        }
    }

    func isOpen(_ request: Int) -> Bool {
        requests[request] != nil
    }

    private mutating func changed(_ salt: Int) {
        self.salt = salt
        mustCollect = !isCooperative
    }

    /// Tells what to say to whom now.
    mutating func reconcile() -> [(worker: Int, Message)] {
        var messages: [(worker: Int, Message)] = []
        let targets = owners.indices.map { partition in
            members.isEmpty ? nil : members[(partition + salt) % members.count].id
        }
        for member in members {
            let toRevoke = owners.indices.filter {
                owners[$0] == member.id && !isRevoking[$0] && (mustCollect || targets[$0] != member.id)
            }
            guard !toRevoke.isEmpty else { continue }
            requestCount += 1
            requests[requestCount] = (member.id, toRevoke)
            for partition in toRevoke { isRevoking[partition] = true }
            messages.append((member.worker, .revoked(request: requestCount, partitions: toRevoke)))
        }
        if mustCollect {
            guard owners.allSatisfy({ $0 == nil }) else { return messages }
            mustCollect = false
        }
        for member in members {
            let toAssign = owners.indices.filter { owners[$0] == nil && targets[$0] == member.id }
            guard !toAssign.isEmpty else { continue }
            for partition in toAssign { owners[partition] = member.id }
            messages.append((member.worker, .assigned(toAssign)))
        }
        return messages
    }

    mutating func accept(partition: Int, offset: Int64, metadata: String, commit: Int) {
        committed[partition] = Committed(offset: offset, metadata: metadata, commit: commit)
        if !metadata.isEmpty { history[partition].append((offset, metadata)) }
    }

    /// From now on, until a commit can be tampered with as asked, positions are looked at with ill will.
    mutating func tamper(_ partition: Int, _ tampering: Tampering) {
        intents[partition] = tampering
    }

    /// What a member reads when it is given the partition.
    mutating func position(of partition: Int) -> Committed? {
        guard var position = committed[partition], let tampering = intents[partition] else {
            return committed[partition]
        }
        guard let text = tampered(position, partition, tampering), text != position.metadata else { return position }
        intents[partition] = nil
        position.metadata = text
        position.tampering = tampering
        return position
    }

    private func tampered(_ position: Committed, _ partition: Int, _ tampering: Tampering) -> String? {
        switch tampering {
        case .foreign: return "connect-offset 17"
        case .otherVersion: return "penstock/7 " + position.metadata.dropFirst(11)
        case .emptied: return ""
        case .damaged:
            guard let last = position.metadata.last else { return nil }
            return position.metadata.dropLast() + (last == "A" ? "g" : "A")
        case .otherOffset:
            return history[partition].last { $0.offset != position.offset }?.metadata
        }
    }
}
