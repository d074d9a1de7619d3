import Foundation
import HTTPCalls
import Synchronization

/// A port that neither accepts nor refuses: the queue of its listener is full, and nobody takes from it.
final class DeafServer {
    private var descriptors: [Int32] = []
    let url: String

    init() throws {
        let (listener, port) = try LocalSocket.listen(backlog: 0)
        url = "http://127.0.0.1:\(port)"
        descriptors.append(listener)
        // The kernel takes one more than the backlog says.
        for _ in 0..<4 { descriptors.append(LocalSocket.connectWithoutWaiting(to: port)) }
    }

    deinit {
        for descriptor in descriptors { close(descriptor) }
    }
}

/// A server that its own script can stop.
final class LateServer: Sendable {
    private let server = Mutex<ScriptedServer?>(nil)
    func set(_ server: ScriptedServer) { self.server.withLock { $0 = server } }
    func stop() { server.withLock { $0 }?.stop() }
}

/// A waker that a script can use once the test has a caller.
final class LateWaker: Sendable {
    private let state = Mutex<(waker: Waker?, isDue: Bool)>((nil, false))

    func set(_ waker: Waker) {
        let isDue = state.withLock { state in
            state.waker = waker
            return state.isDue
        }
        if isDue { waker.wake() }
    }

    func wake() {
        let waker = state.withLock { state in
            state.isDue = true
            return state.waker
        }
        waker?.wake()
    }
}

/// A number that several threads count up.
final class Counter: Sendable {
    private let value = Mutex(0)
    @discardableResult
    func increment() -> Int {
        value.withLock { value in
            value += 1
            return value
        }
    }
    var count: Int { value.withLock { $0 } }
}
