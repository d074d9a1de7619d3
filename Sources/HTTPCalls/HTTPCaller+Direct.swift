import CLibcurl
import Glibc

/// Calls to systems that are reached without TLS by HTTP/1.1. libcurl resolves the name and connects; the request is
/// written and the answer read here, each with one system call.
extension HTTPCaller {
    // MARK: - Sending

    /// Has a prepared call sent in the next turn.
    func enqueue(_ transfer: TransferPointer) {
        let system = systems[transfer.pointee.system]
        let time = Int64(system.endpoint.timeoutMilliseconds) * 1_000_000
        system.deadlines.append(transfer, due: MonotonicClock.now() + time)
        wait(transfer)
    }

    private func wait(_ transfer: TransferPointer) {
        transfer.pointee.isPending = true
        pending.append(transfer)
    }

    /// Sends what was started since the last turn.
    func sendPending() {
        guard !pending.isEmpty else { return }
        swap(&pending, &sending)
        let now = MonotonicClock.now()
        for transfer in sending where transfer.pointee.isPending {
            transfer.pointee.isPending = false
            // Where one kept connection was dead, the others most likely are, too.
            let isRepeated = transfer.pointee.begun > 0
            if !isRepeated, let connection = keptConnection(systems[transfer.pointee.system], now: now) {
                send(transfer, over: connection)
            } else {
                _ = putIn(transfer)
            }
        }
        sending.removeAll(keepingCapacity: true)
    }

    /// Begins a call's request.
    func send(_ transfer: TransferPointer, over connection: ConnectionPointer) {
        connection.pointee.begin(transfer, at: connection)
        write(transfer, connection)
    }

    private func write(_ transfer: TransferPointer, _ connection: ConnectionPointer) {
        switch connection.pointee.write(transfer) {
        case .done: loop.pointee.setWriting(connection.pointee.descriptor, false)
        case .blocked: loop.pointee.setWriting(connection.pointee.descriptor, true)
        // What the server wrote before it closed may be the answer; reading finds out.
        case .failed(let error): read(transfer, connection, orFail: error)
        }
    }

    // MARK: - Receiving

    /// Something happened on a connection.
    func serve(_ connection: ConnectionPointer, _ events: UInt32) {
        guard let transfer = connection.pointee.transfer else {
            drop(connection)
            return
        }
        if events & ~EventLoop.writable != 0 {
            read(transfer, connection, orFail: nil)
        } else {
            write(transfer, connection)
        }
    }

    /// Reads what came.
    /// - Parameter failure: why the request could not be written: then an answer must be there, or there is none.
    private func read(_ transfer: TransferPointer, _ connection: ConnectionPointer, orFail failure: Int32?) {
        while true {
            let count = recv(connection.pointee.descriptor, received.baseAddress, received.count, 0)
            if count >= 0 {
                let bytes = UnsafeRawBufferPointer(rebasing: received[0..<count])
                switch Connection.receive(connection, bytes, answerSettings) {
                case .answered(let hasRest): return answered(transfer, connection, mayKeep: !hasRest && failure == nil)
                case .invalid(let reason): return refuse(transfer, connection, reason, atEnd: count == 0)
                case .more: break
                }
                // The connection's end, or all there is for now.
                if count == 0 { return lost(transfer, connection, "the server closed the connection") }
                if count < received.count, failure == nil { return }
            } else if errno == EAGAIN || errno == EWOULDBLOCK {
                if let failure { lost(transfer, connection, String(cString: strerror(failure))) }
                return
            } else if errno != EINTR {
                return lost(transfer, connection, String(cString: strerror(failure ?? errno)))
            }
        }
    }

    private func answered(_ transfer: TransferPointer, _ connection: ConnectionPointer, mayKeep: Bool) {
        let isKept = mayKeep && connection.pointee.isPersistent && connection.pointee.isWritten
        transfer.pointee.connection = nil
        connection.pointee.transfer = nil
        if isKept { keep(connection) } else { close(connection) }
        transfer.pointee.result = CURLE_OK
        ended(transfer)
    }

    /// What came is no answer, or too large a one, or ended too early.
    private func refuse(_ transfer: TransferPointer, _ connection: ConnectionPointer, _ reason: String, atEnd: Bool) {
        if atEnd { return lost(transfer, connection, "the server closed the connection within the answer") }
        detach(transfer)
        let fault = transfer.pointee.tooLargeFault ?? CallFault(.invalidResponse, reason)
        finish(transfer, .sentNoAnswer(reason: fault))
    }

    /// The connection was lost before the answer was whole.
    ///
    /// On one that was kept, the server may have closed it just as we wrote: then, before any byte of an answer, the
    /// request is sent again, once more on a new connection.
    private func lost(_ transfer: TransferPointer, _ connection: ConnectionPointer, _ reason: String) {
        let wasDead = connection.pointee.hasAnswered && connection.pointee.receivedCount == 0
        detach(transfer)
        if wasDead && transfer.pointee.mayResend {
            wait(transfer)
        } else {
            finish(transfer, .sentNoAnswer(reason: CallFault(.connectionLost, reason)))
        }
    }

    // MARK: - Ending early

    /// Gives up the run of a call: the connection that it uses is closed.
    func abandon(_ transfer: TransferPointer) {
        transfer.pointee.isPending = false
        takeOut(transfer)
        detach(transfer)
    }

    private func detach(_ transfer: TransferPointer) {
        guard let connection = transfer.pointee.connection else { return }
        transfer.pointee.connection = nil
        connection.pointee.transfer = nil
        close(connection)
    }

    /// How long to wait until a call's time is up, in milliseconds; not longer than `limit`.
    func timeToDeadline(_ limit: Int32) -> Int32 {
        guard limit != 0, let due = systems.lazy.compactMap({ $0.deadlines.next() }).min() else { return limit }
        let remaining = max(0, due - MonotonicClock.now())
        let milliseconds = Int32(clamping: (remaining + 999_999) / 1_000_000)
        return limit < 0 ? milliseconds : min(limit, milliseconds)
    }

    /// Ends the calls whose time is up.
    func endOverdue() {
        let now = MonotonicClock.now()
        for system in systems {
            while let transfer = system.deadlines.takeOverdue(now: now) {
                let isConnecting = transfer.pointee.begun == 0
                abandon(transfer)
                let reason = "no answer within \(system.endpoint.timeoutMilliseconds) ms"
                finish(
                    transfer,
                    isConnecting
                        ? .notSent(reason: CallFault(.connectTimeout, "no connection within the call's time"))
                        : .sentNoAnswer(reason: CallFault(.timeout, reason)))
            }
        }
    }
}
