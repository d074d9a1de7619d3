import Dispatch
import Foundation
import Synchronization

/// SIGTERM and SIGINT as a value that can be asked and that calls back, once.
///
/// A second SIGINT ends the process at once: whoever presses Ctrl-C twice means it.
public final class StopSignal: Sendable {
    private struct State {
        var isStopped = false
        var actions: [@Sendable () -> Void] = []
    }

    private let state = Mutex(State())

    public init() {}

    /// Takes the two signals over for the whole process. To be called before any other thread is started: a thread that
    /// exists already would still die of them.
    public func listen() {
        var signals = sigset_t()
        sigemptyset(&signals)
        for number in [SIGTERM, SIGINT] { sigaddset(&signals, number) }
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        let thread = Thread { [self, signals] in
            while true {
                var number: Int32 = 0
                var signals = signals
                guard sigwait(&signals, &number) == 0 else { return }
                if isStopped, number == SIGINT { exit(130) }
                stop()
            }
        }
        thread.name = "signals"
        thread.start()
    }

    public var isStopped: Bool { state.withLock { $0.isStopped } }

    /// What a signal does.
    public func stop() {
        let actions = state.withLock { state in
            guard !state.isStopped else { return [@Sendable () -> Void]() }
            state.isStopped = true
            return state.actions
        }
        for action in actions { action() }
    }

    /// Has `action` called when the stop comes, or at once when it has come already.
    public func onStop(_ action: @escaping @Sendable () -> Void) {
        let isLate = state.withLock { state in
            if !state.isStopped { state.actions.append(action) }
            return state.isStopped
        }
        if isLate { action() }
    }

    /// Blocks until the stop comes. Never call it from a task.
    public func wait() {
        let semaphore = DispatchSemaphore(value: 0)
        onStop { semaphore.signal() }
        semaphore.wait()
    }
}
