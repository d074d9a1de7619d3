import CLibcurl
import Glibc

/// Ends a ``HTTPCaller/poll(timeoutMilliseconds:also:)`` of another thread.
///
/// It owns an `eventfd`, and closes it only when nobody holds the waker any more: waking a caller that is gone writes
/// to a descriptor that is still ours and does nothing else. The only stored property is immutable, and `write` on an
/// `eventfd` may be called by any number of threads at once (POSIX.1, eventfd(2)); hence `Sendable` without a lock.
public final class Waker: Sendable {
    let descriptor: Int32

    init?() {
        descriptor = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
        if descriptor < 0 { return nil }
    }

    deinit {
        close(descriptor)
    }

    /// Ends the poll that runs now, or the next one if none runs. Never blocks; allowed on any thread, not in a
    /// signal handler.
    public func wake() {
        var one: UInt64 = 1
        // Fails only with EAGAIN, when 2^64-1 wake-ups wait unread: then the poll ends anyway.
        _ = write(descriptor, &one, MemoryLayout<UInt64>.size)
    }

    /// Takes all wake-ups back.
    func drain() {
        var count: UInt64 = 0
        _ = read(descriptor, &count, MemoryLayout<UInt64>.size)
    }
}
