import Foundation
import TestKit
import Testing

/// What a program that a test starts gets of the test's process.
@Suite("Programs started by tests")
struct ChildProcessTests {
    @Test("a program inherits no descriptor but its three streams: ports and connections of servers stay the test's")
    func descriptors() async throws {
        let folder = try Workspace()
        // As servers have them: nothing closes these when another program is started.
        let sockets = (0..<50).map { _ in socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0) }
        defer { for socket in sockets { close(socket) } }
        let output = folder.path + "/descriptors"
        let process = try ChildProcess(
            "/bin/sh", ["-c", "for one in /proc/$$/fd/*; do readlink $one; done; true"], output: output)
        #expect(try await blocking { process.waitForEnd() } == .exited(0))
        let descriptors = try String(contentsOfFile: output, encoding: .utf8).split(separator: "\n")
        #expect(descriptors == ["/dev/null", Substring(output), Substring(output)])
    }

    @Test("a program hears of SIGTERM whatever the thread blocks that starts it")
    func signals() async throws {
        let folder = try Workspace()
        let output = folder.path + "/output"
        let process = try await blocking {
            var all = sigset_t()
            var before = sigset_t()
            sigfillset(&all)
            pthread_sigmask(SIG_SETMASK, &all, &before)
            defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
            return try ChildProcess("/bin/sleep", ["60"], output: output)
        }
        process.signal(SIGTERM)
        #expect(try await blocking { process.waitForEnd() } == .killed(signal: SIGTERM))
        withExtendedLifetime(folder) {}
    }
}
