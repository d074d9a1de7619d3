import CLibcurl
import Glibc
import Logging

/// Makes HTTP calls for one worker, many at a time, on the worker's own thread.
///
/// The owner's loop is: ``start(_:tag:)`` what it wants, ``poll(timeoutMilliseconds:also:)``, ``collect(_:)`` what has
/// ended. Nothing happens between those calls, and nothing on another thread but name resolution, which libcurl does.
/// Only ``waker`` may be used elsewhere. After warm-up a call allocates nothing here; libcurl allocates a little.
///
/// Not thread-safe and not `Sendable`: one thread owns a caller.
public final class HTTPCaller {
    /// Ends a poll of this caller from any thread.
    public let waker: Waker
    /// Calls that were started and not yet collected.
    public private(set) var inFlight = 0

    private let multi: UnsafeMutableRawPointer
    private let loop: UnsafeMutablePointer<EventLoop>
    private let logger: Logger
    private let wallClock: () -> Int64
    private var systems: [System] = []
    private var transfers: [TransferPointer] = []
    private var finished: [TransferPointer] = []
    private var collecting: [TransferPointer] = []

    /// - Parameters:
    ///   - logger: told of what an operator acts on; never of a secret or a payload.
    ///   - connectionLimit: the most connections kept open while no call uses them; should be at least the number of
    ///     calls in flight over all systems, or connections are opened and closed all the time.
    ///   - wallClock: seconds since 1970, for `Retry-After` with a date.
    /// - Throws: ``CallerError`` when the machine gives no descriptors or memory.
    public init(
        logger: Logger, connectionLimit: Int = 1024, wallClock: @escaping () -> Int64 = { Int64(time(nil)) }
    ) throws(CallerError) {
        guard Library.initialized == CURLE_OK else { throw CallerError(reason: Library.text(Library.initialized)) }
        guard let waker = Waker(), let state = EventLoop(waker: waker.descriptor) else {
            throw CallerError(reason: String(cString: strerror(errno)))
        }
        guard let multi = curl_multi_init() else { throw CallerError(reason: "out of memory") }
        self.waker = waker
        self.multi = multi
        self.logger = logger
        self.wallClock = wallClock
        loop = .allocate(capacity: 1)
        loop.initialize(to: state)
        penstock_multi_set_long(multi, CURLMOPT_MAXCONNECTS, connectionLimit)
        penstock_multi_set_long(multi, CURLMOPT_PIPELINING, Int(CURLPIPE_MULTIPLEX))
        penstock_multi_set_socket_function(multi, TransferCallbacks.socketInterest)
        penstock_multi_set_pointer(multi, CURLMOPT_SOCKETDATA, loop)
        penstock_multi_set_timer_function(multi, TransferCallbacks.timer)
        penstock_multi_set_pointer(multi, CURLMOPT_TIMERDATA, loop)
    }

    deinit {
        for transfer in transfers {
            if transfer.pointee.phase == .running { curl_multi_remove_handle(multi, transfer.pointee.easy) }
        }
        // The connections go first: closing them calls back into the loop. They use an easy handle of the multi's own.
        curl_multi_cleanup(multi)
        for transfer in transfers {
            transfer.deinitialize(count: 1)
            transfer.deallocate()
        }
        loop.deinitialize(count: 1)
        loop.deallocate()
    }

    /// Adds a system that can be called from now on.
    /// - Throws: ``EndpointError`` naming the key whose value cannot be used.
    public func add(_ endpoint: SystemEndpoint) throws(EndpointError) -> SystemIndex {
        let system = try System(index: systems.count, endpoint: endpoint)
        // The first transfer shows whether libcurl takes the options.
        guard let transfer = makeTransfer(system) else { throw .refused(reason: "out of memory") }
        let code = TransferOptions.apply(to: transfer, endpoint: endpoint, loop: loop)
        guard code == CURLE_OK else { throw .refused(reason: Library.text(code)) }
        system.idle.append(transfer)
        systems.append(system)
        return SystemIndex(rawValue: system.index)
    }

    // MARK: - Starting

    /// Starts a call. It is sent by the next ``poll(timeoutMilliseconds:also:)``, and its completion is collected
    /// exactly once, whatever happens.
    /// - Parameter tag: given back with the completion; free to choose, best unique among the calls in flight.
    /// - Throws: ``RequestError`` when the request must not be sent. Then there is no completion.
    public func start(_ request: borrowing Request, tag: UInt64) throws(RequestError) {
        guard systems.indices.contains(request.system.rawValue) else { throw .unknownSystem }
        guard RequestPath.isValid(request.path) else { throw .invalidPath }
        let system = systems[request.system.rawValue]
        let transfer = try idleTransfer(of: system)
        do {
            try prepare(transfer, system, request)
        } catch {
            system.idle.append(transfer)
            throw error
        }
        transfer.pointee.tag = tag
        transfer.pointee.startedAt = MonotonicClock.now()
        transfer.pointee.resends = 0
        transfer.pointee.verdict = nil
        transfer.pointee.rewind()
        inFlight += 1
        run(transfer)
    }

    private func idleTransfer(of system: System) throws(RequestError) -> TransferPointer {
        if let transfer = system.idle.popLast() { return transfer }
        guard let transfer = makeTransfer(system) else { throw .refused(reason: "out of memory") }
        let code = TransferOptions.apply(to: transfer, endpoint: system.endpoint, loop: loop)
        guard code == CURLE_OK else { throw .refused(reason: Library.text(code)) }
        return transfer
    }

    private func makeTransfer(_ system: System) -> TransferPointer? {
        guard
            let state = Transfer(
                system: system.index, isTokenRequest: false, endpoint: system.endpoint, baseURL: system.baseURL)
        else { return nil }
        let transfer = TransferPointer.allocate(capacity: 1)
        transfer.initialize(to: state)
        transfers.append(transfer)
        return transfer
    }

    private func prepare(
        _ transfer: TransferPointer, _ system: System, _ request: borrowing Request
    ) throws(RequestError) {
        transfer.pointee.setMethod(request.method.name, body: request.body)
        try system.writeLines(request.headers, hasBody: request.body != nil, to: transfer)
        if let url = transfer.pointee.head.setPath(request.path) {
            let code = penstock_easy_set_string(transfer.pointee.easy, CURLOPT_URL, url)
            guard code == CURLE_OK else { throw .refused(reason: Library.text(code)) }
        }
    }

    /// Hands a prepared transfer to libcurl.
    private func run(_ transfer: TransferPointer) {
        transfer.pointee.phase = .running
        let code = curl_multi_add_handle(multi, transfer.pointee.easy)
        if code != CURLM_OK {
            finish(transfer, .notSent(reason: CallFault(.other, String(cString: curl_multi_strerror(code)))))
        }
    }

    // MARK: - Driving

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
        let sleep = runTimer(timeoutMilliseconds)
        takeFinished()
        let count = loop.pointee.wait(timeoutMilliseconds: finished.isEmpty ? sleep : 0)
        var readiness = Readiness()
        for index in 0..<count { handle(loop.pointee.event(index), &readiness) }
        if count == 0 || loop.pointee.timer != .max { _ = runTimer(0) }
        takeFinished()
        return readiness
    }

    /// Runs what is due.
    /// - Returns: how long to wait then, in milliseconds.
    private func runTimer(_ limit: Int32) -> Int32 {
        guard loop.pointee.timer != .max else { return limit }
        let remaining = loop.pointee.timer - MonotonicClock.now()
        if remaining > 0 {
            let milliseconds = Int32(clamping: (remaining + 999_999) / 1_000_000)
            return limit < 0 ? milliseconds : min(limit, milliseconds)
        }
        loop.pointee.clearTimer()
        var running: Int32 = 0
        curl_multi_socket_action(multi, -1, 0, &running)
        return loop.pointee.timer == .max ? limit : runTimerAgain(limit)
    }

    private func runTimerAgain(_ limit: Int32) -> Int32 {
        let remaining = max(0, loop.pointee.timer - MonotonicClock.now())
        let milliseconds = Int32(clamping: (remaining + 999_999) / 1_000_000)
        return limit < 0 ? milliseconds : min(limit, milliseconds)
    }

    private func handle(
        _ event: (descriptor: Int32, role: EventLoop.Role, events: UInt32, watchIndex: UInt8),
        _ readiness: inout Readiness
    ) {
        switch event.role {
        case .wakeup:
            waker.drain()
            readiness.isWoken = true
        case .watched: readiness.insert(event.watchIndex)
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
            curl_multi_remove_handle(multi, easy)
            guard let transfer = pointer?.assumingMemoryBound(to: Transfer.self) else { continue }
            transfer.pointee.result = CURLcode(rawValue: UInt32(result))
            finish(transfer, nil)
        }
    }

    private func finish(_ transfer: TransferPointer, _ verdict: CallOutcome?) {
        transfer.pointee.phase = .finished
        transfer.pointee.finishedAt = MonotonicClock.now()
        if let verdict { transfer.pointee.verdict = verdict }
        finished.append(transfer)
    }

    // MARK: - Collecting

    /// Hands out the calls that have ended since the last time, each once. `body` may start and cancel calls; what
    /// ends meanwhile is handed out the next time.
    public func collect(_ body: (borrowing Completion) throws -> Void) rethrows {
        guard !finished.isEmpty else { return }
        swap(&finished, &collecting)
        defer { collecting.removeAll(keepingCapacity: true) }
        for transfer in collecting {
            inFlight -= 1
            defer { recycle(transfer) }
            try body(completion(of: transfer))
        }
    }

    private func completion(of transfer: TransferPointer) -> Completion {
        let outcome = transfer.pointee.outcome()
        return Completion(
            tag: transfer.pointee.tag,
            system: SystemIndex(rawValue: transfer.pointee.system),
            outcome: outcome,
            retryAfterSeconds: nil,
            durationNanoseconds: transfer.pointee.finishedAt - transfer.pointee.startedAt,
            resendCount: Int(transfer.pointee.resends + max(0, transfer.pointee.begun - 1)),
            transfer: transfer)
    }

    private func recycle(_ transfer: TransferPointer) {
        transfer.pointee.phase = .idle
        transfer.pointee.verdict = nil
        transfer.pointee.shrink()
        systems[transfer.pointee.system].idle.append(transfer)
    }

    /// Ends a call early. Its completion is handed out by the next ``collect(_:)`` as cancelled, unless it has ended
    /// already. All calls with this tag are ended; an unknown tag is no error.
    public func cancel(tag: UInt64) {
        for transfer in transfers where transfer.pointee.tag == tag && !transfer.pointee.isTokenRequest {
            guard transfer.pointee.phase == .running else { continue }
            curl_multi_remove_handle(multi, transfer.pointee.easy)
            let fault = CallFault(.cancelled, "")
            finish(transfer, transfer.pointee.begun == 0 ? .notSent(reason: fault) : .sentNoAnswer(reason: fault))
        }
    }
}
