import CLibcurl
import Glibc

/// What libcurl's sockets wait for, in an `epoll` instance of our own, and libcurl's one timer.
///
/// libcurl is driven by `curl_multi_socket_action`: a turn costs what happened in it. `curl_multi_poll` with
/// `curl_multi_perform` costs a walk over every call in flight instead, with a `poll` for each. Measured with 7.88.1 in
/// CPU time per call: 64 in flight to a server that answers at once, about 16 µs against 15 µs, as each walk then finds
/// most calls answered; 256 in flight to one that takes 50 ms, about 30 µs against 35 to 45 µs.
///
/// A kept connection stays registered while no call uses it. libcurl asks to have it removed after each call and
/// added by the next one, which would be two system calls per call; we only note what it wants. That is sound because
/// we open and close those sockets ourselves (`CURLOPT_OPENSOCKETFUNCTION`, `CURLOPT_CLOSESOCKETFUNCTION`) and so
/// know when a number stops meaning that socket.
///
/// Lives at one address while libcurl holds pointers to it. One thread only.
struct EventLoop: ~Copyable {
    /// Whose a descriptor is.
    enum Role: UInt8 {
        case none
        /// The waker's.
        case wakeup
        /// Given by the owner of the loop, to be told when readable.
        case watched
        /// A connection, opened and closed through our callbacks.
        case connection
        /// A connection that libcurl made and handed over.
        case direct
        /// Opened and closed by libcurl unseen (the resolver's).
        case foreign
    }

    struct Entry {
        var role = Role.none
        /// The events that `epoll` watches for; 0 when not registered.
        var registered: UInt32 = 0
        /// The events that libcurl wants now.
        var wanted: UInt32 = 0
        /// The place among the watched descriptors.
        var watchIndex: UInt8 = 0
        /// The connection, when it is direct.
        var owner: ConnectionPointer?
    }

    static let readable = UInt32(EPOLLIN.rawValue)
    static let writable = UInt32(EPOLLOUT.rawValue)

    private let epoll: Int32
    private var entries: UnsafeMutableBufferPointer<Entry>
    private let events: UnsafeMutableBufferPointer<epoll_event>
    private var watched: [Int32] = []
    /// When libcurl's timer is due, on the monotonic clock.
    private(set) var timer = Int64.max

    init?(waker: Int32) {
        epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
        entries = .allocate(capacity: 1024)
        entries.initialize(repeating: Entry())
        events = .allocate(capacity: 256)
        events.initialize(repeating: epoll_event())
        guard epoll >= 0, claim(waker, .wakeup) else { return nil }
        register(waker, Self.readable)
    }

    deinit {
        if epoll >= 0 { close(epoll) }
        entries.deallocate()
        events.deallocate()
    }

    // MARK: - Waiting

    /// Waits for events.
    /// - Returns: how many came; they are read by ``event(_:)`` before the next wait.
    mutating func wait(timeoutMilliseconds: Int32) -> Int {
        Int(max(epoll_wait(epoll, events.baseAddress, Int32(events.count), timeoutMilliseconds), 0))
    }

    /// What came, with the entry of the descriptor as it is now: an event before it may have changed that.
    func event(_ index: Int) -> (descriptor: Int32, events: UInt32, entry: Entry) {
        let descriptor = events[index].data.fd
        return (descriptor, events[index].events, entries[Int(descriptor)])
    }

    mutating func setTimer(milliseconds: Int) {
        timer = milliseconds < 0 ? .max : MonotonicClock.now() + Int64(milliseconds) * 1_000_000
    }

    mutating func clearTimer() { timer = .max }

    // MARK: - Descriptors of the owner

    /// Makes `descriptors` the watched ones.
    mutating func watch(_ descriptors: [Int32]) {
        guard descriptors != watched else { return }
        for descriptor in watched where entries[Int(descriptor)].role == .watched { release(descriptor) }
        watched = descriptors
        for (index, descriptor) in descriptors.enumerated() where descriptor >= 0 {
            guard claim(descriptor, .watched) else { continue }
            entries[Int(descriptor)].watchIndex = UInt8(truncatingIfNeeded: index)
            register(descriptor, Self.readable)
        }
    }

    // MARK: - libcurl's sockets

    /// A socket was opened for a connection.
    mutating func opened(_ descriptor: Int32) -> Bool { claim(descriptor, .connection) }

    /// A connection's socket is about to be closed, which takes it out of `epoll`.
    mutating func closed(_ descriptor: Int32) {
        guard Int(descriptor) < entries.count else { return }
        entries[Int(descriptor)] = Entry()
    }

    /// libcurl wants to know of `events` on a socket from now on; 0 when of none.
    mutating func want(_ descriptor: Int32, _ events: UInt32) -> Bool {
        if Int(descriptor) >= entries.count || entries[Int(descriptor)].role == .none {
            guard events != 0 else { return true }
            guard claim(descriptor, .foreign) else { return false }
        }
        entries[Int(descriptor)].wanted = events
        if events == 0 {
            if entries[Int(descriptor)].role == .foreign { release(descriptor) }
            return true
        }
        return register(descriptor, events)
    }

    /// Whether libcurl should hear of an event on its socket. A connection that no call uses has become readable when
    /// the server closes it; libcurl finds that out before it uses it again, and until then `epoll` would report it
    /// on and on.
    mutating func isWanted(_ descriptor: Int32) -> Bool {
        if entries[Int(descriptor)].wanted != 0 { return true }
        unregister(descriptor)
        return false
    }

    /// `epoll`'s events in libcurl's notation. An error or a hang-up is found by reading.
    static func select(_ events: UInt32) -> Int32 {
        var mask: Int32 = 0
        if events & writable != 0 { mask |= CURL_CSELECT_OUT }
        if events & ~writable != 0 { mask |= CURL_CSELECT_IN }
        if events & UInt32(EPOLLERR.rawValue) != 0 { mask |= CURL_CSELECT_ERR }
        return mask
    }

    // MARK: - Direct connections

    /// Takes over a socket that libcurl opened. It stays registered until it is closed.
    mutating func adopt(_ descriptor: Int32, _ owner: ConnectionPointer) -> Bool {
        guard Int(descriptor) < entries.count, register(descriptor, Self.readable) else { return false }
        entries[Int(descriptor)].role = .direct
        entries[Int(descriptor)].owner = owner
        return true
    }

    func isDirect(_ descriptor: Int32) -> Bool {
        Int(descriptor) < entries.count && entries[Int(descriptor)].role == .direct
    }

    /// Waits for room to write, too, or no longer.
    mutating func setWriting(_ descriptor: Int32, _ isWriting: Bool) {
        register(descriptor, isWriting ? Self.readable | Self.writable : Self.readable)
    }

    // MARK: - epoll

    private mutating func claim(_ descriptor: Int32, _ role: Role) -> Bool {
        guard descriptor >= 0 else { return false }
        if Int(descriptor) >= entries.count {
            let grown = UnsafeMutableBufferPointer<Entry>.allocate(
                capacity: max(Int(descriptor) + 1, entries.count * 2))
            grown.initialize(repeating: Entry())
            for index in 0..<entries.count { grown[index] = entries[index] }
            entries.deallocate()
            entries = grown
        }
        entries[Int(descriptor)] = Entry(role: role)
        return true
    }

    private mutating func release(_ descriptor: Int32) {
        unregister(descriptor)
        entries[Int(descriptor)] = Entry()
    }

    @discardableResult
    private mutating func register(_ descriptor: Int32, _ wanted: UInt32) -> Bool {
        let registered = entries[Int(descriptor)].registered
        guard registered != wanted else { return true }
        entries[Int(descriptor)].registered = wanted
        var event = epoll_event()
        event.events = wanted
        event.data.fd = descriptor
        // The other operation is the right one when a number changed hands unseen: a socket closed by libcurl left
        // `epoll` by itself, a watched one may have been replaced by its owner.
        let first = registered == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD
        let second = registered == 0 ? EPOLL_CTL_MOD : EPOLL_CTL_ADD
        return epoll_ctl(epoll, first, descriptor, &event) == 0 || epoll_ctl(epoll, second, descriptor, &event) == 0
    }

    private mutating func unregister(_ descriptor: Int32) {
        guard entries[Int(descriptor)].registered != 0 else { return }
        entries[Int(descriptor)].registered = 0
        var event = epoll_event()
        _ = epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, &event)
    }
}
