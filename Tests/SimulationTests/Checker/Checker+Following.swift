/// Several events of a key in one call: all that is begun early may come to nothing, and the order stays.
extension Checker {
    /// The unsettled records of the key in front of the event, in order.
    func ahead(of event: LiveEvent) -> ArraySlice<Int> {
        let assignment = assignments[event.assignment]
        let key = plan.orderKey(event.record)
        return assignment.accepted[key, default: []].dropFirst(assignment.settledOfKey[key, default: 0])
            .prefix { $0 != event.record }
    }

    mutating func checkFollowing(
        _ worker: Int, _ event: LiveEvent, _ what: String, _ behind: (LiveEvent) -> Bool
    ) {
        let live = workers[worker]?.live.values.filter { $0.assignment == event.assignment } ?? []
        for record in ahead(of: event) {
            let leader = live.first { $0.record == record }
            expect(
                leader.map(behind) ?? assignments[event.assignment].isDraining, "D2",
                "\(what) of record \(event.record) while record \(record) of the same key is as it is: "
                    + "\(String(describing: leader))")
        }
    }

    /// It followed another one of its key, and waits for its turn again.
    mutating func takenBack(_ worker: Int, _ name: UInt64) {
        guard let event = workers[worker]?.live[name] else {
            return expect(false, "D6", "an event that is not held is taken back")
        }
        expect(plan.followsInBatches, "D2", "record \(event.record) is taken back where nothing follows")
        expect(
            !ahead(of: event).isEmpty, "following", "record \(event.record) is taken back and is the first of its key")
        expect(
            !event.isCalling && !event.isParking && event.recording == nil && event.recorded.isEmpty, "following",
            "record \(event.record) is taken back while something of it is under way or done")
        if event.succeeded.contains(0) {
            let leader = ahead(of: event).last
            let isBehindSuccess = workers[worker]?.live.values.contains {
                $0.record == leader && $0.assignment == event.assignment && $0.succeeded.contains(0)
            }
            expect(isBehindSuccess != true, "following", "record \(event.record) is taken back after a success")
        }
        workers[worker]?.live[name]?.answer = nil
        workers[worker]?.live[name]?.succeeded = []
        workers[worker]?.live[name]?.doubtfulAnswers = 0
        workers[worker]?.live[name]?.failures = 0
        workers[worker]?.live[name]?.preparedBytes = 0
        workers[worker]?.live[name]?.isUncounted = event.lastResult != nil
    }
}

extension LiveEvent {
    /// It is prepared, and its call has not been sent.
    var waitsInBatch: Bool {
        guard case .call = answer else { return false }
        return !isCalling && !isParking && recording == nil && succeeded.isEmpty
    }
}
