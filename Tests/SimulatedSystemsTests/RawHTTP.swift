import Foundation
import Glibc

/// A tiny HTTP client over a socket. It shows what is on the wire: an answer, half of one, or none.
final class RawHTTP: Sendable {
    struct Reply: Sendable, Equatable {
        var status: Int
        var headers: [String: String]
        var body: String
        /// Whether the body is as long as announced.
        var isWhole: Bool
    }

    enum Outcome: Sendable, Equatable {
        case reply(Reply)
        /// The connection was closed before a complete head came.
        case closed
        /// Nothing came for as long as the client was ready to wait.
        case timeout
    }

    let port: Int

    init(port: Int) {
        self.port = port
    }

    /// Sends one request on a connection of its own. Blocking calls run on a thread of their own, for the server under
    /// test needs the shared ones.
    func send(
        _ method: String, _ path: String, headers: [String: String] = [:], body: String = "",
        waitMilliseconds: Int = 10_000
    ) async -> Outcome {
        let lines =
            ["\(method) \(path) HTTP/1.1", "Host: 127.0.0.1", "Content-Length: \(body.utf8.count)"]
            + headers.map { "\($0.key): \($0.value)" }
        let request = Array((lines.joined(separator: "\r\n") + "\r\n\r\n" + body).utf8)
        let port = port
        return await withCheckedContinuation { continuation in
            onThread {
                let connection = Connection(port: port, waitMilliseconds: waitMilliseconds)
                connection.write(request)
                continuation.resume(returning: connection.read())
            }
        }
    }

    /// ``send(_:_:headers:body:waitMilliseconds:)`` where an answer is expected.
    func reply(
        _ method: String, _ path: String, headers: [String: String] = [:], body: String = ""
    ) async throws -> Reply {
        guard case .reply(let reply) = await send(method, path, headers: headers, body: body) else { throw NoReply() }
        return reply
    }

    struct NoReply: Error {}
}

/// Runs something that blocks on a thread of its own.
func onThread(_ body: @escaping @Sendable () -> Void) {
    Thread.detachNewThread(body)
}

/// A connected socket.
final class Connection {
    private let descriptor: Int32

    init(port: Int, waitMilliseconds: Int) {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var wait = timeval(tv_sec: waitMilliseconds / 1000, tv_usec: waitMilliseconds % 1000 * 1000)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &wait, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        _ = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                connect(descriptor, pointer, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    deinit {
        close(descriptor)
    }

    func write(_ bytes: [UInt8]) {
        _ = bytes.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
    }

    /// Reads one answer.
    func read() -> RawHTTP.Outcome {
        var received: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            if let reply = Self.parse(received), reply.isWhole { return .reply(reply) }
            let count = recv(descriptor, &chunk, chunk.count, 0)
            guard count > 0 else {
                if count < 0, errno == EAGAIN { return .timeout }
                return Self.parse(received).map { .reply($0) } ?? .closed
            }
            received += chunk.prefix(count)
        }
    }

    private static func parse(_ bytes: [UInt8]) -> RawHTTP.Reply? {
        let separator = Array("\r\n\r\n".utf8)
        guard let end = bytes.indices.first(where: { bytes[$0...].starts(with: separator) }) else { return nil }
        let lines = String(decoding: bytes[..<end], as: UTF8.self).split(separator: "\r\n")
        let status = lines.first.flatMap { $0.split(separator: " ").dropFirst().first }.flatMap { Int($0) }
        guard let status else { return nil }
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { continue }
            headers[parts[0].lowercased()] = String(parts[1].drop { $0 == " " })
        }
        let body = bytes[(end + separator.count)...]
        let length = headers["content-length"].flatMap { Int($0) } ?? 0
        return RawHTTP.Reply(
            status: status, headers: headers, body: String(decoding: body, as: UTF8.self),
            isWhole: body.count >= length)
    }
}
