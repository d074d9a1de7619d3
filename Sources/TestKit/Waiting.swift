import Dispatch

/// Asks again and again until the condition holds.
///
/// The pause between two questions is no synchronisation: nothing is taken to have happened because time has passed.
/// - Returns: whether the condition came to hold within the time.
public func eventually(
    within limit: Duration = .seconds(60), isolation: isolated (any Actor)? = #isolation,
    _ condition: () throws -> Bool
) async rethrows -> Bool {
    let deadline = ContinuousClock.now + limit
    while true {
        if try condition() { return true }
        if ContinuousClock.now > deadline { return false }
        try? await Task.sleep(for: .milliseconds(10))
    }
}

/// Runs what blocks on a thread of its own, so that the few threads of Swift's tasks stay free for the servers that a
/// test talks to.
public func blocking<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
        DispatchQueue.global().async {
            continuation.resume(with: Swift.Result { try body() })
        }
    }
}
