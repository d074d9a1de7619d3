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
    /// The longest that a turn of the owner's loop takes, each wait included, unless the process stood still; `nil`: any
    /// time. After a longer one, what was to be sent is not sent any more and ends as cancelled: meanwhile it may have
    /// become wrong to send it.
    public var longestTurnMilliseconds: Int?
    /// When the clock was looked at last before calls were sent.
    var lastSeen = MonotonicClock.now()
    /// Calls that were started and not yet collected.
    public internal(set) var inFlight = 0

    let multi: UnsafeMutableRawPointer
    let loop: UnsafeMutablePointer<EventLoop>
    let logger: Logger
    let wallClock: () -> Int64
    var systems: [System] = []
    var transfers: [TransferPointer] = []
    var finished: [TransferPointer] = []
    var collecting: [TransferPointer] = []
    /// Direct calls to be sent in the next turn, those that were cancelled meanwhile among them.
    var pending: [TransferPointer] = []
    var sending: [TransferPointer] = []
    let connectionLimit: Int
    /// Connections of all systems that no call uses.
    var keptCount = 0
    let answerSettings = AnswerSettings()
    let received = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)

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
        self.connectionLimit = connectionLimit
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
        for transfer in transfers { abandon(transfer) }
        for system in systems { closeKept(system) }
        // The connections go first: closing them calls back into the loop. They use an easy handle of the multi's own.
        curl_multi_cleanup(multi)
        for transfer in transfers {
            transfer.deinitialize(count: 1)
            transfer.deallocate()
        }
        loop.deinitialize(count: 1)
        loop.deallocate()
        received.deallocate()
    }

    /// Adds a system that can be called from now on.
    /// - Throws: ``EndpointError`` naming the key whose value cannot be used.
    public func add(_ endpoint: SystemEndpoint) throws(EndpointError) -> SystemIndex {
        let system = try System(index: systems.count, endpoint: endpoint)
        // The first transfers show whether libcurl takes the options.
        do {
            system.idle.append(try makeTransfer(system))
            try makeTokenTransfer(system)
        } catch {
            throw .refused(reason: error.reason)
        }
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
        transfer.pointee.begin(tag: tag, now: MonotonicClock.now())
        inFlight += 1
        if system.usesToken { authorize(transfer, system) } else { run(transfer) }
    }

    private func idleTransfer(of system: System) throws(RequestError) -> TransferPointer {
        if let transfer = system.idle.popLast() { return transfer }
        do { return try makeTransfer(system) } catch { throw .refused(reason: error.reason) }
    }

    /// Makes one more transfer for a system, with the options that stay.
    private func makeTransfer(_ system: System) throws(CallerError) -> TransferPointer {
        try makeTransfer(system, baseURL: system.baseURL, endpoint: system.endpoint, isTokenRequest: false)
    }

    func makeTransfer(
        _ system: System, baseURL: [UInt8], endpoint: SystemEndpoint, isTokenRequest: Bool
    ) throws(CallerError) -> TransferPointer {
        guard
            let state = Transfer(
                system: system.index, isTokenRequest: isTokenRequest, isDirect: system.isDirect && !isTokenRequest,
                endpoint: endpoint, baseURL: baseURL)
        else { throw CallerError(reason: "out of memory") }
        let transfer = TransferPointer.allocate(capacity: 1)
        transfer.initialize(to: state)
        transfers.append(transfer)
        let code = TransferOptions.apply(to: transfer, endpoint: endpoint, loop: loop)
        guard code == CURLE_OK else { throw CallerError(reason: Library.text(code)) }
        if transfer.pointee.isDirect { try aim(transfer, system) }
        return transfer
    }

    func prepare(
        _ transfer: TransferPointer, _ system: System, _ request: borrowing Request
    ) throws(RequestError) {
        try system.check(request.headers)
        if system.isDirect { return transfer.pointee.openText(request, system) }
        transfer.pointee.setMethod(request.method.name, body: request.body)
        transfer.pointee.setLines(request.headers, adding: system.lines, hasToken: system.usesToken)
        try transfer.pointee.setPath(request.path)
    }

    /// Hands a prepared transfer to libcurl, or has it sent in the next turn.
    func run(_ transfer: TransferPointer) {
        transfer.pointee.phase = .running
        if transfer.pointee.isDirect { enqueue(transfer) } else { _ = putIn(transfer) }
    }
}
