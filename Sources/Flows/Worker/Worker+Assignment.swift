import Delivery
import Kafka

/// Rebalances (D6): what the group gives is positioned from one snapshot of offset and metadata (D7) before it is
/// fetched; what it takes is drained by the core before it is let go.
extension Worker {
    func takeConsumerEvents() {
        while let event = consumer.nextEvent() {
            switch event {
            case .assigned(let given): position(given)
            case .positions(let request, let result): assign(request: request, result)
            case .revoked(let taken, let isLost): revoke(taken, isLost: isLost)
            case .committed(let results): noteCommits(results)
            case .error(let error): note(error)
            case .partitionError(let partition, let error): note(error, of: partition)
            case .statistics, .endReached: break
            }
            perform()
        }
        retryPositions()
        tellOfWaiting()
    }

    /// A worker that its group keeps waiting says so.
    private func tellOfWaiting() {
        guard let waited = assignmentWatch.due(now: turnTime) else { return }
        logger.warning(
            "waiting for partitions: the group rebalances, or its coordinator does not answer",
            metadata: ["group": "\(settings.flow.group)", "seconds": "\(waited.components.seconds)"])
    }

    private func position(_ given: [TopicPartition]) {
        logger.info("partitions assigned", metadata: ["partitions": "\(numbers(given))"])
        assignmentWatch.ended()
        isAssigned = true
        guard !given.isEmpty else { return assign([]) }
        let request = consumer.requestCommittedPositions(given)
        for partition in given { partitions[partition] = .positioning(request) }
    }

    private func assign(request: PositionsRequestID, _ result: Result<[Kafka.CommittedPosition], KafkaError>) {
        let waiting = partitions.all { $0 == .positioning(request) }
        guard !waiting.isEmpty else { return }
        switch result {
        case .failure(let error):
            logger.warning("committed offsets could not be had; asking again", metadata: ["error": "\(error)"])
            if error.isFatal { return fail(.consumer(error)) }
            positionRetry = turnTime + .milliseconds(500)
        case .success(let positions):
            if let error = positions.lazy.compactMap(\.error).first {
                return assign(request: request, .failure(error))
            }
            load(
                waiting, at: Dictionary(positions.map { ($0.partition, $0) }, uniquingKeysWith: { first, _ in first }))
        }
    }

    /// Begins to read partitions, each at its committed offset, or where `auto.offset.reset` says if it has none.
    func start(_ given: [TopicPartition], at positions: [TopicPartition: Kafka.CommittedPosition]) {
        assign(given.map { PartitionStart($0, at: positions[$0]?.offset.map(StartOffset.offset) ?? .committed) })
        for partition in given {
            partitions[partition] = .assigned
            let position = positions[partition].flatMap { position in
                position.offset.map { Delivery.CommittedPosition(offset: $0, metadata: position.metadata) }
            }
            core.assigned(number(of: partition), position: position, now: turnTime, into: &actions)
        }
    }

    private func assign(_ starts: [PartitionStart]) {
        do {
            try consumer.assign(starts)
        } catch {
            // The group goes on without us; leaving gives the partitions to members that can read them.
            fail(.consumer(error))
        }
    }

    private func number(of partition: TopicPartition) -> PartitionID {
        PartitionID(consumer.index(of: partition))
    }

    private func retryPositions() {
        guard let due = positionRetry, due <= turnTime else { return }
        positionRetry = nil
        let waiting = partitions.all {
            if case .positioning = $0 { true } else { false }
        }
        guard !waiting.isEmpty else { return }
        let request = consumer.requestCommittedPositions(waiting)
        for partition in waiting { partitions[partition] = .positioning(request) }
    }

    private func revoke(_ taken: [TopicPartition], isLost: Bool) {
        logger.info("partitions revoked", metadata: ["partitions": "\(numbers(taken))", "lost": "\(isLost)"])
        let held = taken.filter { partitions[$0] == .assigned }
        let request = RevocationID(nextRevocation)
        nextRevocation &+= 1
        revocations[request] = Revocation(partitions: taken, isLost: isLost)
        for partition in taken {
            partitions[partition] = .revoking(request)
            loading[partition] = nil
        }
        core.revoked(
            held.map { number(of: $0) }, request: request, lost: isLost, now: turnTime, into: &actions)
    }

    func acknowledge(_ request: RevocationID) {
        guard let revocation = revocations.removeValue(forKey: request) else { return }
        for partition in revocation.partitions {
            partitions[partition] = nil
            records?.store.drop(partition.partition)
            records?.assignments.changed(partition.partition)
            records?.redrivenThrough[partition.partition] = nil
        }
        followRedrives()
        consumer.acknowledgeRevocation(revocation.partitions)
        guard partitions.isEmpty, !isShuttingDown else { return }
        assignmentWatch.began(now: turnTime)
        isAssigned = false
    }

    private func noteCommits(_ results: [CommitResult]) {
        for result in results {
            if let error = result.error {
                logger.warning(
                    "commit failed",
                    metadata: ["partition": "\(result.partition.partition)", "error": "\(error)"])
            }
            core.committed(
                number(of: result.partition), offset: result.offset, succeeded: result.error == nil,
                now: turnTime, into: &actions)
        }
    }

    private func note(_ error: KafkaError) {
        if error.isFatal {
            logger.critical("the Kafka client cannot go on", metadata: ["error": "\(error)"])
            fail(.consumer(error))
        } else {
            logger.warning("Kafka", metadata: ["error": "\(error)"])
        }
    }

    private func note(_ error: KafkaError, of partition: TopicPartition) {
        logger.warning(
            "partition cannot be fetched",
            metadata: ["partition": "\(partition.partition)", "error": "\(error)"])
        if error.isFatal { fail(.consumer(error)) }
    }

    private func numbers(_ list: [TopicPartition]) -> String {
        list.map { String($0.partition) }.joined(separator: " ")
    }
}
