import Dispatch
import Hummingbird
import Logging
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// An HTTP server that listens on a port of its own, until it is stopped.
public final class HTTPServer: Sendable {
    /// Where to listen.
    public struct Address: Sendable, Equatable {
        public var host: String
        /// 0 lets the operating system choose a free port.
        public var port: Int

        public init(host: String = "127.0.0.1", port: Int = 0) {
            self.host = host
            self.port = port
        }
    }

    /// The port could not be bound, or the server ended before it listened.
    public struct StartError: Error, Sendable, CustomStringConvertible {
        public let description: String
    }

    public let host: String
    /// The port that is bound.
    public let port: Int
    private let task: Task<Void, any Error>

    /// For example `http://127.0.0.1:41873`.
    public var url: String { "http://\(host):\(port)" }

    private init(host: String, port: Int, task: Task<Void, any Error>) {
        self.host = host
        self.port = port
        self.task = task
    }

    /// Starts to listen, and returns when the port is bound.
    public static func start<Responder: HTTPResponder>(
        _ responder: Responder, at address: Address
    ) async throws -> HTTPServer
    where Responder.Context: InitializableFromSource<ApplicationRequestContextSource> {
        let (ports, continuation) = AsyncStream<Int>.makeStream()
        // What is worth knowing is thrown or counted; that a stop cuts connections is no error.
        let logger = Logger(label: "http-server") { _ in SwiftLogNoOpLogHandler() }
        let application = Application(
            responder: responder,
            configuration: .init(address: .hostname(address.host, port: address.port), backlog: 1024),
            onServerRunning: { channel in continuation.yield(channel.localAddress?.port ?? address.port) },
            logger: logger)
        let task = Task {
            defer { continuation.finish() }
            try await application.run()
        }
        for await port in ports {
            return HTTPServer(host: address.host, port: port, task: task)
        }
        do {
            try await task.value
            throw StartError(description: "the server ended at once")
        } catch {
            throw StartError(description: "cannot listen on \(address.host):\(address.port): \(error)")
        }
    }

    /// Closes the port and all connections; requests that hang or are delayed get no answer.
    public func stop() async {
        task.cancel()
        _ = await task.result
    }

    /// Runs until the server ends by itself or the calling task is cancelled, and stops it then.
    public func wait() async {
        await withTaskCancellationHandler {
            _ = await task.result
        } onCancel: {
            task.cancel()
        }
    }

    /// Runs until the process gets SIGTERM or SIGINT, and stops cleanly then. For a process that does nothing else: it
    /// takes over these two signals for the whole process.
    public func waitForTermination() async {
        let sources = [SIGTERM, SIGINT].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number)
            source.setEventHandler { [task] in task.cancel() }
            source.resume()
            return source
        }
        _ = await task.result
        for source in sources { source.cancel() }
    }
}

// MARK: - For threads that may block

extension HTTPServer {
    /// Runs an asynchronous start and blocks the calling thread until it is done. Never call it from a task.
    public static func blocking(_ start: @escaping @Sendable () async throws -> HTTPServer) throws -> HTTPServer {
        let done = DispatchSemaphore(value: 0)
        let outcome = Mutex<Result<HTTPServer, any Error>?>(nil)
        Task {
            let result: Result<HTTPServer, any Error>
            do { result = .success(try await start()) } catch { result = .failure(error) }
            outcome.withLock { $0 = result }
            done.signal()
        }
        done.wait()
        guard let result = outcome.withLock({ $0 }) else { throw StartError(description: "the start has no outcome") }
        return try result.get()
    }

    /// ``stop()`` for a thread that may block. Never call it from a task.
    public func stopBlocking() {
        let done = DispatchSemaphore(value: 0)
        Task {
            await stop()
            done.signal()
        }
        done.wait()
    }
}
