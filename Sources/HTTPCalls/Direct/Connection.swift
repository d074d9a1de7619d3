import CHTTPParser
import Glibc

/// A connection without TLS that libcurl made and handed over, and on which requests and answers of HTTP/1.1 go one
/// after another. Its address is known to the parser and to the event loop, so it never moves. One thread only.
struct Connection: ~Copyable {
    let descriptor: Int32
    /// The place of the system in its caller.
    let system: Int
    /// The call that uses it; `nil` while it is kept.
    var transfer: TransferPointer?
    /// Since when it is kept, on the monotonic clock.
    var keptSince: Int64 = 0
    /// Whether an answer came over it. The server may have closed such a connection just before it was used again.
    private(set) var hasAnswered = false

    // The request.
    /// Bytes written, of the text and a body behind it.
    private(set) var writtenCount = 0
    private var bodyIsInText = true

    // The answer.
    /// Bytes received since the request was begun.
    private(set) var receivedCount = 0
    /// Whether the whole answer has come; set by ``AnswerSettings``, as is the next.
    var isAnswered = false
    /// Whether the server lets the connection be used again.
    var isPersistent = false
    private let parser: UnsafeMutablePointer<http_parser>

    init(descriptor: Int32, system: Int) {
        self.descriptor = descriptor
        self.system = system
        parser = .allocate(capacity: 1)
        parser.initialize(to: http_parser())
    }

    deinit {
        close(descriptor)
        parser.deallocate()
    }

    // MARK: - Writing

    /// Begins a call's request.
    /// - Parameter address: where this connection lies.
    mutating func begin(_ transfer: TransferPointer, at address: ConnectionPointer) {
        self.transfer = transfer
        transfer.pointee.connection = address
        transfer.pointee.begun += 1
        writtenCount = 0
        receivedCount = 0
        isAnswered = false
        isPersistent = false
        http_parser_init(parser, HTTP_RESPONSE)
        parser.pointee.data = UnsafeMutableRawPointer(address)
        bodyIsInText = transfer.pointee.closeText()
    }

    enum Writing { case done, blocked, failed(errno: Int32) }

    /// Writes what the socket takes.
    mutating func write(_ transfer: TransferPointer) -> Writing {
        while let rest = rest(transfer) {
            let count = send(descriptor, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL))
            if count >= 0 {
                writtenCount += count
            } else if errno == EAGAIN || errno == EWOULDBLOCK {
                return .blocked
            } else if errno != EINTR {
                return .failed(errno: errno)
            }
        }
        return .done
    }

    var isWritten: Bool {
        guard let transfer else { return true }
        return rest(transfer) == nil
    }

    private func rest(_ transfer: TransferPointer) -> UnsafeRawBufferPointer? {
        let text = transfer.pointee.text.bytes
        if writtenCount < text.count { return UnsafeRawBufferPointer(rebasing: text[writtenCount...]) }
        guard !bodyIsInText, let body = transfer.pointee.requestBody, writtenCount - text.count < body.count else {
            return nil
        }
        return UnsafeRawBufferPointer(rebasing: body[(writtenCount - text.count)...])
    }

    // MARK: - Reading

    enum Reading {
        /// The answer goes on.
        case more
        /// The answer is whole; whether other bytes follow it, to which no request belongs.
        case answered(hasRest: Bool)
        /// What came is not an answer as it should be, or too large a one.
        case invalid(reason: String)
    }

    /// Takes a part of the answer; an empty one is the connection's end.
    ///
    /// By pointer, and not a mutating method: the parser calls back, and what is called writes to the connection.
    static func receive(
        _ connection: ConnectionPointer, _ bytes: UnsafeRawBufferPointer, _ settings: AnswerSettings
    ) -> Reading {
        connection.pointee.receivedCount += bytes.count
        let parser = connection.pointee.parser
        let parsed = http_parser_execute(
            parser, settings.pointer, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count)
        if connection.pointee.isAnswered {
            connection.pointee.hasAnswered = true
            return .answered(hasRest: parsed < bytes.count)
        }
        let error = penstock_parser_error(parser)
        if error == HPE_OK { return .more }
        return .invalid(reason: String(cString: http_errno_description(error)))
    }

    /// Whether a kept connection has been closed by the server, or has something to say that nobody asked for.
    func isGone() -> Bool {
        var byte: UInt8 = 0
        return recv(descriptor, &byte, 1, Int32(MSG_PEEK | MSG_DONTWAIT)) >= 0 || errno != EAGAIN
    }
}

typealias ConnectionPointer = UnsafeMutablePointer<Connection>
