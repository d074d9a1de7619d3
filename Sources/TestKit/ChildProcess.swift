#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#endif

/// A program started by a test, to be ended by its own number.
///
/// It gets nothing of this process but its three streams and, unless told otherwise, the environment:
/// - No descriptor. The servers of other tests live in this process; a program that inherited their sockets would keep
///   open connections that they have closed, and ports that they have left. Foundation's `Process` looks which ones are
///   open first, and misses those that other threads open meanwhile.
/// - No signal mask. Tests run on threads that block every signal: the program would not hear of SIGTERM, and
///   Foundation's `Process` cannot set it.
public struct ChildProcess: Sendable {
    public struct Failure: Error, CustomStringConvertible {
        public let description: String
        public init(description: String) { self.description = description }
    }

    /// How a program ended.
    public enum Ending: Sendable, Equatable {
        case exited(Int32)
        case killed(signal: Int32)
    }

    public let identifier: pid_t

    /// - Parameters:
    ///   - command: the program's path.
    ///   - environment: `nil` hands on this process's own.
    ///   - input: a file.
    ///   - output: a file, made anew.
    ///   - errors: a file, made anew; `nil`: the same as `output`.
    public init(
        _ command: String, _ arguments: [String], environment: [String: String]? = nil, input: String = "/dev/null",
        output: String, errors: String? = nil
    ) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, input, O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        if let errors {
            posix_spawn_file_actions_addopen(&actions, 2, errors, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        } else {
            posix_spawn_file_actions_adddup2(&actions, 1, 2)
        }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        var flags = Int16(POSIX_SPAWN_SETSIGMASK)
        #if canImport(Darwin)
            flags |= Int16(POSIX_SPAWN_CLOEXEC_DEFAULT)
        #else
            try ChildProcess.closeOthers(&actions)
        #endif
        posix_spawnattr_setflags(&attributes, flags)

        var words = ([command] + arguments).map { strdup($0) } + [nil]
        var assignments = (environment ?? [:]).map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for word in words + assignments { free(word) } }
        var identifier: pid_t = 0
        let code =
            environment == nil
            ? posix_spawn(&identifier, command, &actions, &attributes, &words, environ)
            : posix_spawn(&identifier, command, &actions, &attributes, &words, &assignments)
        guard code == 0 else { throw Failure(description: "\(command): \(String(cString: strerror(code)))") }
        self.identifier = identifier
    }

    #if !canImport(Darwin)
        private typealias AddCloseFrom =
            @convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, Int32) -> Int32

        /// Every descriptor above the three streams is closed in the child itself, when no other thread can open one.
        /// The function is in glibc since 2.34 and in no header that Swift sees.
        private static func closeOthers(_ actions: inout posix_spawn_file_actions_t) throws {
            guard let symbol = dlsym(nil, "posix_spawn_file_actions_addclosefrom_np") else {
                throw Failure(description: "this C library cannot close a child's descriptors")
            }
            _ = unsafeBitCast(symbol, to: AddCloseFrom.self)(&actions, 3)
        }
    #endif

    public func signal(_ number: Int32) { kill(identifier, number) }

    /// How it ended, or `nil` while it runs. Once it has answered, the number may belong to another process.
    public func ending() -> Ending? { wait(WNOHANG) }

    /// Waits for the end.
    @discardableResult
    public func waitForEnd() -> Ending? { wait(0) }

    /// Ends the program at once and waits for that.
    public func end() {
        guard kill(identifier, SIGKILL) == 0 else { return }
        waitForEnd()
    }

    private func wait(_ options: Int32) -> Ending? {
        var status: Int32 = 0
        var result: pid_t
        repeat { result = waitpid(identifier, &status, options) } while result < 0 && errno == EINTR
        guard result == identifier else { return nil }
        let signal = status & 0x7f
        return signal == 0 ? .exited(status >> 8 & 0xff) : .killed(signal: signal)
    }
}
