import Foundation
import Synchronization

/// A server on 127.0.0.1 that does to each connection what a test says, on a thread for each, with blocking sockets.
final class ScriptedServer: Sendable {
    let port: UInt16
    var url: String { "http://127.0.0.1:\(port)" }

    private let listener: Int32
    private let state = Mutex(State())

    private struct State {
        var requests: [ReceivedRequest] = []
        var connections = 0
    }

    /// - Parameter script: what happens on one connection; the connection is closed when it returns.
    init(_ script: @escaping @Sendable (ServerConnection) -> Void) throws {
        let (listener, port) = try LocalSocket.listen()
        self.listener = listener
        self.port = port
        let thread = Thread { [self] in
            while true {
                let descriptor = accept(listener, nil, nil)
                guard descriptor >= 0 else { return }
                let index = state.withLock { state in
                    defer { state.connections += 1 }
                    return state.connections
                }
                let connection = ServerConnection(descriptor: descriptor, index: index) { [weak self] request in
                    self?.state.withLock { $0.requests.append(request) }
                }
                Thread.detachNewThread {
                    script(connection)
                    connection.close()
                }
            }
        }
        thread.start()
    }

    /// Answers every request of every connection in the same way.
    static func answering(_ answer: @escaping @Sendable (ReceivedRequest) -> String) throws -> ScriptedServer {
        try ScriptedServer { connection in
            while let request = connection.readRequest() { connection.send(answer(request)) }
        }
    }

    /// The requests read so far, in the order of their arrival.
    var requests: [ReceivedRequest] { state.withLock { $0.requests } }
    var connectionCount: Int { state.withLock { $0.connections } }

    /// Takes no more connections; the port refuses from here on.
    func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }
}

struct ReceivedRequest: Sendable {
    var line = ""
    var fields: [(name: String, value: String)] = []
    var body: [UInt8] = []
    var connection = 0

    var path: String { line.split(separator: " ").dropFirst().first.map(String.init) ?? "" }
    var text: String { String(decoding: body, as: UTF8.self) }

    /// The values of all fields of this name.
    func values(_ name: String) -> [String] {
        fields.filter { $0.name.lowercased() == name.lowercased() }.map(\.value)
    }
}

/// The server's end of one connection.
final class ServerConnection: Sendable {
    /// The place among the server's connections, from 0.
    let index: Int
    private let descriptor: Int32
    private let isOpen = Mutex(true)
    private let received: @Sendable (ReceivedRequest) -> Void
    private let buffer = Mutex<[UInt8]>([])

    init(descriptor: Int32, index: Int, received: @escaping @Sendable (ReceivedRequest) -> Void) {
        self.descriptor = descriptor
        self.index = index
        self.received = received
    }

    /// Reads a whole request with a body of known length; `nil` when the client closes.
    func readRequest() -> ReceivedRequest? {
        var bytes = buffer.withLock { $0 }
        while true {
            if let (request, count) = Self.parse(bytes) {
                buffer.withLock { $0 = Array(bytes[count...]) }
                var request = request
                request.connection = index
                received(request)
                return request
            }
            guard let more = read() else { return nil }
            bytes += more
        }
    }

    /// Waits for some bytes; `nil` at the end.
    func read() -> [UInt8]? {
        var chunk = [UInt8](repeating: 0, count: 65536)
        let count = recv(descriptor, &chunk, chunk.count, 0)
        return count > 0 ? Array(chunk[..<count]) : nil
    }

    /// Waits until the client closes.
    func waitForClose() {
        while read() != nil {}
    }

    @discardableResult
    func send(_ text: String) -> Bool { send(Array(text.utf8)) }

    /// - Returns: whether the client is still there.
    @discardableResult
    func send(_ bytes: [UInt8]) -> Bool {
        var offset = 0
        while offset < bytes.count {
            let count = bytes[offset...].withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count <= 0 { return false }
            offset += count
        }
        return true
    }

    func close() {
        let wasOpen = isOpen.withLock { isOpen in
            defer { isOpen = false }
            return isOpen
        }
        if wasOpen { Glibc.close(descriptor) }
    }

    /// Closes with a RST instead of a FIN.
    func reset() {
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
        close()
    }

    private static func parse(_ bytes: [UInt8]) -> (ReceivedRequest, Int)? {
        guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
        var lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
        var request = ReceivedRequest()
        request.line = lines.removeFirst()
        for line in lines {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let value = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
            request.fields.append((String(line[..<colon]), value))
        }
        let length = request.values("Content-Length").first.flatMap(Int.init) ?? 0
        guard bytes.count >= end.upperBound + length else { return nil }
        request.body = Array(bytes[end.upperBound..<end.upperBound + length])
        return (request, end.upperBound + length)
    }
}

enum LocalSocket {
    struct Failure: Error { let code: Int32 }

    /// A listening socket on a port that the system chooses.
    static func listen(backlog: Int32 = 512) throws -> (descriptor: Int32, port: UInt16) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(descriptor, address, length) == 0 && Glibc.listen(descriptor, backlog) == 0
                    && getsockname(descriptor, address, &length) == 0
            }
        }
        guard descriptor >= 0, isBound else { throw Failure(code: errno) }
        return (descriptor, UInt16(bigEndian: address.sin_port))
    }

    /// Begins to connect to a port of this machine.
    static func connectWithoutWaiting(to port: UInt16) -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                _ = connect(descriptor, address, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        return descriptor
    }

    /// A port that nobody listens on.
    static func unusedPort() throws -> UInt16 {
        let (descriptor, port) = try listen()
        close(descriptor)
        return port
    }
}
