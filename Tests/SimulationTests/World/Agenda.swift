/// What is to happen later in the world.
enum Upcoming {
    case produce(record: Int)
    case fault(Int)
    case turn(worker: Int, ticket: Int)
    case callArrives(call: Int)
    case callAnswered(call: Int, CallResult)
    case callRepeated(call: Int, CallResult)
    case probeAnswered(call: Int, ProbeResult)
    case probeRepeated(call: Int, ProbeResult)
    /// What a call asked for is done, after its answer.
    case effectComes(call: Int, item: Int)
    case batchAnswered(call: Int, BatchResult)
    case batchRepeated(call: Int, BatchResult)
    case parkAnswered(worker: Int, event: UInt64, succeeded: Bool)
    case recordArrives(write: Int)
    case recordAnswered(worker: Int, event: UInt64, succeeded: Bool)
    case commitArrives(commit: Int)
    case commitAnswered(commit: Int, succeeded: Bool)
    case deliver(worker: Int, Message)
    case sessionExpires(worker: Int)
    case revocationOverdue(worker: Int, request: Int)
    case start
}

/// A binary heap by time, first come first served at the same time.
struct Agenda {
    private var heap: [(time: Time, order: Int, what: Upcoming)] = []
    private var count = 0

    mutating func add(_ time: Time, _ what: Upcoming) {
        count += 1
        heap.append((time, count, what))
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard isEarlier(child, parent) else { break }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    mutating func next() -> (time: Time, what: Upcoming)? {
        guard let first = heap.first else { return nil }
        let last = heap.removeLast()
        if !heap.isEmpty {
            heap[0] = last
            var parent = 0
            while true {
                var child = 2 * parent + 1
                guard child < heap.count else { break }
                if child + 1 < heap.count, isEarlier(child + 1, child) { child += 1 }
                guard isEarlier(child, parent) else { break }
                heap.swapAt(child, parent)
                parent = child
            }
        }
        return (first.time, first.what)
    }

    private func isEarlier(_ left: Int, _ right: Int) -> Bool {
        heap[left].time != heap[right].time
            ? heap[left].time < heap[right].time : heap[left].order < heap[right].order
    }
}
