import Dispatch
import Foundation
import Synchronization

/// Runs something on a thread whose stack is as deep as a worker's, so that a mapping may recurse as deeply.
enum DeepStack {
    private static let byteCount = 64 << 20

    private final class Outcome<Value: Sendable>: Sendable {
        let result = Mutex<Result<Value, any Error>?>(nil)
    }

    /// Blocks until the body has ended.
    static func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) throws -> Value {
        let outcome = Outcome<Value>()
        let ended = DispatchSemaphore(value: 0)
        let thread = Thread {
            let result = Result { try body() }
            outcome.result.withLock { $0 = result }
            ended.signal()
        }
        thread.stackSize = byteCount
        thread.start()
        ended.wait()
        guard let result = outcome.result.withLock({ $0 }) else { throw CancellationError() }
        return try result.get()
    }
}
