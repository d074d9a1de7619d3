import Glibc

/// A program started by a test, ended by its own number.
///
/// Foundation's `Process` cannot set the child's signal mask, and tests run on threads that block every signal: the
/// child would not hear of SIGTERM.
struct ChildProcess {
    struct Failure: Error { let reason: String }

    let identifier: pid_t

    /// - Parameter output: a file for both outputs.
    init(_ command: String, _ arguments: [String], output: String) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var words = ([command] + arguments).map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        var identifier: pid_t = 0
        let code = posix_spawn(&identifier, command, &actions, &attributes, &words, environ)
        guard code == 0 else { throw Failure(reason: "\(command): \(String(cString: strerror(code)))") }
        self.identifier = identifier
    }

    /// Waits for the end.
    /// - Returns: whether it ended well.
    @discardableResult
    func wait() -> Bool {
        var status: Int32 = 0
        while waitpid(identifier, &status, 0) < 0, errno == EINTR {}
        return status == 0
    }

    /// Whether it has ended by itself. Only to be asked until it has.
    func hasEnded() -> Bool {
        var status: Int32 = 0
        return waitpid(identifier, &status, WNOHANG) != 0
    }

    func end() {
        kill(identifier, SIGTERM)
        wait()
    }
}
