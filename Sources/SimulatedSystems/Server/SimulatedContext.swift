import Hummingbird

/// What the server keeps of a request beside its content: a way to close its connection, for faults.
struct SimulatedContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let connection: Connection

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        let channel = source.channel
        connection = Connection(
            close: { channel.close(promise: nil) },
            closeAndWait: { try await channel.close() })
    }

    /// The connection on which a request came.
    struct Connection: Sendable {
        /// Closes it at once; what was not sent yet is lost.
        let close: @Sendable () -> Void
        /// Sends what was written, then closes it.
        let closeAndWait: @Sendable () async throws -> Void
    }
}
