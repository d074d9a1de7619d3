import CLibcurl

extension HTTPCaller {
    /// Sends what was started, takes what came, and waits when there is nothing to do.
    ///
    /// Returns at once when a completion waits to be collected; otherwise when a call has ended, one of `descriptors`
    /// is readable, ``Waker/wake()`` was called, libcurl's own time-outs are due, or the time is up.
    /// - Parameters:
    ///   - timeoutMilliseconds: the longest to wait; 0 not at all, -1 without bound.
    ///   - descriptors: others to wait for, at most 64; best the same array each time. They are watched level-triggered.
    /// - Returns: which of `descriptors` are readable, and whether the waker was used.
    public func poll(timeoutMilliseconds: Int32, also descriptors: [Int32] = []) -> Readiness {
        precondition(descriptors.count <= Readiness.limit, "too many descriptors")
        loop.pointee.watch(descriptors)
        noteTime()
        sendPending()
        let sleep = timeToDeadline(runTimer(timeoutMilliseconds))
        takeFinished()
        let count = loop.pointee.wait(timeoutMilliseconds: finished.isEmpty ? sleep : 0)
        // What is connected by now would be sent at once.
        noteTime()
        var readiness = Readiness()
        for index in 0..<count { handle(loop.pointee.event(index), &readiness) }
        _ = runTimer(0)
        takeFinished()
        endOverdue()
        sendPending()
        return readiness
    }

    /// Looks at the clock where calls may be sent next.
    private func noteTime() {
        let now = MonotonicClock.now()
        if let longestTurnMilliseconds, now - lastSeen > Int64(longestTurnMilliseconds) * 1_000_000 { withdrawUnsent() }
        lastSeen = now
    }

    /// Runs what libcurl's timer is due for: above all, the calls just started.
    /// - Returns: how long to wait then, in milliseconds; not longer than `limit`.
    private func runTimer(_ limit: Int32) -> Int32 {
        let sleep = timeToTimer(limit)
        guard sleep == 0, loop.pointee.timer != .max else { return sleep }
        guard loop.pointee.timer <= MonotonicClock.now() else { return sleep }
        loop.pointee.clearTimer()
        var running: Int32 = 0
        curl_multi_socket_action(multi, -1, 0, &running)
        return timeToTimer(limit)
    }

    private func timeToTimer(_ limit: Int32) -> Int32 {
        guard loop.pointee.timer != .max else { return limit }
        let remaining = max(0, loop.pointee.timer - MonotonicClock.now())
        let milliseconds = Int32(clamping: (remaining + 999_999) / 1_000_000)
        return limit < 0 ? milliseconds : min(limit, milliseconds)
    }

    private func handle(
        _ event: (descriptor: Int32, events: UInt32, entry: EventLoop.Entry), _ readiness: inout Readiness
    ) {
        switch event.entry.role {
        case .direct:
            if let connection = event.entry.owner { serve(connection, event.events) }
        case .wakeup:
            waker.drain()
            readiness.isWoken = true
        case .watched: readiness.insert(event.entry.watchIndex)
        case .connection, .foreign:
            guard loop.pointee.isWanted(event.descriptor) else { return }
            var running: Int32 = 0
            curl_multi_socket_action(multi, event.descriptor, EventLoop.select(event.events), &running)
        case .none: return
        }
    }

    /// Takes the transfers that libcurl has finished.
    private func takeFinished() {
        var remaining: Int32 = 0
        while let message = curl_multi_info_read(multi, &remaining) {
            let result = penstock_message_result(message)
            var pointer: UnsafeMutableRawPointer?
            guard result >= 0, let easy = message.pointee.easy_handle else { continue }
            penstock_easy_get_pointer(easy, CURLINFO_PRIVATE, &pointer)
            guard let transfer = pointer?.assumingMemoryBound(to: Transfer.self) else { continue }
            transfer.pointee.result = CURLcode(rawValue: UInt32(result))
            let connection = newConnection(transfer)
            takeOut(transfer)
            if let connection { send(transfer, over: connection) } else { ended(transfer) }
        }
    }

    /// Hands a transfer's easy handle to libcurl.
    /// - Returns: whether libcurl took it.
    func putIn(_ transfer: TransferPointer) -> Bool {
        let code = curl_multi_add_handle(multi, transfer.pointee.easy)
        transfer.pointee.isInLibrary = code == CURLM_OK
        if code != CURLM_OK {
            finish(transfer, .notSent(reason: CallFault(.other, String(cString: curl_multi_strerror(code)))))
        }
        return code == CURLM_OK
    }

    /// Takes a transfer's easy handle back.
    func takeOut(_ transfer: TransferPointer) {
        guard transfer.pointee.isInLibrary else { return }
        transfer.pointee.isInLibrary = false
        curl_multi_remove_handle(multi, transfer.pointee.easy)
    }

    /// A run of a transfer has ended.
    func ended(_ transfer: TransferPointer) {
        let system = systems[transfer.pointee.system]
        if transfer.pointee.isTokenRequest {
            tokenRequestEnded(transfer, system)
        } else if !(system.usesToken && repeatsAfterRejection(transfer, system)) {
            finish(transfer, nil)
        }
    }

    /// A call has ended.
    /// - Parameter verdict: its outcome, unless libcurl's result tells it.
    func finish(_ transfer: TransferPointer, _ verdict: CallOutcome?) {
        transfer.pointee.phase = .finished
        transfer.pointee.finishedAt = MonotonicClock.now()
        if let verdict { transfer.pointee.verdict = verdict }
        finished.append(transfer)
    }
}
