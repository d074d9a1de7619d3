import CLibcurl

extension HTTPCaller {
    /// Hands out the calls that have ended since the last time, each once.
    ///
    /// `body` may start and cancel calls, but neither poll nor collect; what ends meanwhile is handed out the next
    /// time. If it throws, the completion that it was given counts as collected, and the others wait.
    public func collect<Failure>(_ body: (borrowing Completion) throws(Failure) -> Void) throws(Failure) {
        guard !finished.isEmpty else { return }
        swap(&finished, &collecting)
        var next = 0
        defer {
            if next < collecting.count { finished.insert(contentsOf: collecting[next...], at: 0) }
            collecting.removeAll(keepingCapacity: true)
        }
        while next < collecting.count {
            let transfer = collecting[next]
            next += 1
            inFlight -= 1
            defer { recycle(transfer) }
            try body(completion(of: transfer))
        }
    }

    private func completion(of transfer: TransferPointer) -> Completion {
        let outcome = transfer.pointee.outcome()
        let retryAfter = retryAfter(transfer, outcome)
        return Completion(
            tag: transfer.pointee.tag,
            system: SystemIndex(rawValue: transfer.pointee.system),
            outcome: outcome,
            retryAfterSeconds: retryAfter,
            limitResetSeconds: retryAfter == nil ? limitReset(transfer, outcome) : nil,
            durationNanoseconds: transfer.pointee.finishedAt - transfer.pointee.startedAt,
            resendCount: transfer.pointee.resendCount,
            transfer: transfer)
    }

    private func retryAfter(_ transfer: TransferPointer, _ outcome: CallOutcome) -> Int? {
        guard case .answered(let status) = outcome, status >= 300 else { return nil }
        return RetryAfter.seconds(status: status, now: wallClock) { transfer.pointee.answerField($0) }
    }

    private func limitReset(_ transfer: TransferPointer, _ outcome: CallOutcome) -> Int? {
        guard case .answered = outcome else { return nil }
        return RetryAfter.exhausted { transfer.pointee.answerField($0) }
    }

    private func recycle(_ transfer: TransferPointer) {
        transfer.pointee.phase = .idle
        transfer.pointee.verdict = nil
        if !transfer.pointee.isDirect { transfer.pointee.fitReadSize() }
        transfer.pointee.shrink()
        systems[transfer.pointee.system].idle.append(transfer)
    }

    /// Ends a call early. Its completion is handed out by the next ``collect(_:)`` as cancelled, unless it has ended
    /// already. All calls with this tag are ended; an unknown tag is no error.
    public func cancel(tag: UInt64) {
        for transfer in transfers where transfer.pointee.tag == tag && !transfer.pointee.isTokenRequest {
            cancel(transfer, CallFault(.cancelled, ""))
        }
    }

    /// Ends the calls that wait to be sent, or to be sent once more: only what has left already goes on.
    func withdrawUnsent() {
        for transfer in transfers where !transfer.pointee.isTokenRequest {
            let isUnsent = transfer.pointee.begun == 0 || transfer.pointee.isPending
            guard isUnsent else { continue }
            cancel(transfer, CallFault(.cancelled, "the process stood still before the call was sent"))
        }
    }

    private func cancel(_ transfer: TransferPointer, _ fault: CallFault) {
        switch transfer.pointee.phase {
        case .running: abandon(transfer)
        case .waiting: systems[transfer.pointee.system].waiting.removeAll { $0 == transfer }
        case .idle, .finished: return
        }
        finish(transfer, transfer.pointee.begun == 0 ? .notSent(reason: fault) : .sentNoAnswer(reason: fault))
    }
}
