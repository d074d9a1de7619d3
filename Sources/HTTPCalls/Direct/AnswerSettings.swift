import CHTTPParser

/// What the parser calls. The functions run inside ``Connection/receive(_:_:)`` and only take notes.
final class AnswerSettings {
    let pointer: UnsafeMutablePointer<http_parser_settings>

    /// The parser's own bound of a head is one for the whole process; each system has its own here
    /// (``Transfer/countHead(_:)``). A `static let` is initialised once, by the first thread that reads it.
    private static let hasNoOwnBound: Bool = {
        http_parser_set_max_header_size(.max)
        return true
    }()

    init() {
        _ = Self.hasNoOwnBound
        pointer = .allocate(capacity: 1)
        pointer.initialize(to: http_parser_settings())
        pointer.pointee.on_message_begin = { parser in AnswerSettings.transfer(parser).pointee.beginAnswer() }
        pointer.pointee.on_status = { parser, _, count in
            AnswerSettings.transfer(parser).pointee.countHead(count) ? 0 : 1
        }
        pointer.pointee.on_header_field = { parser, bytes, count in
            AnswerSettings.transfer(parser).pointee.receiveName(
                UnsafeRawBufferPointer(start: bytes, count: count), status: AnswerSettings.status(parser)) ? 0 : 1
        }
        pointer.pointee.on_header_value = { parser, bytes, count in
            AnswerSettings.transfer(parser).pointee.receiveValue(UnsafeRawBufferPointer(start: bytes, count: count))
                ? 0 : 1
        }
        pointer.pointee.on_headers_complete = { parser in
            AnswerSettings.transfer(parser).pointee.headIsWhole(status: AnswerSettings.status(parser))
            return 0
        }
        pointer.pointee.on_body = { parser, bytes, count in
            guard let bytes else { return 0 }
            return AnswerSettings.transfer(parser).pointee.receive(bytes, count) ? 0 : 1
        }
        pointer.pointee.on_message_complete = { parser in AnswerSettings.isComplete(parser) }
    }

    deinit {
        pointer.deallocate()
    }

    private static func connection(_ parser: UnsafeMutablePointer<http_parser>?) -> ConnectionPointer {
        // Set by `begin` before each run of the parser.
        parser.unsafelyUnwrapped.pointee.data.unsafelyUnwrapped.assumingMemoryBound(to: Connection.self)
    }

    private static func transfer(_ parser: UnsafeMutablePointer<http_parser>?) -> TransferPointer {
        // A connection without a call is not read.
        connection(parser).pointee.transfer.unsafelyUnwrapped
    }

    private static func status(_ parser: UnsafeMutablePointer<http_parser>?) -> Int {
        Int(parser.unsafelyUnwrapped.pointee.status_code)
    }

    private static func isComplete(_ parser: UnsafeMutablePointer<http_parser>?) -> Int32 {
        let status = status(parser)
        // Asked for by nobody: what follows would be another protocol.
        if status == 101 { return 1 }
        // An informational answer; the final one follows.
        if status < 200 { return 0 }
        let connection = connection(parser)
        connection.pointee.isAnswered = true
        connection.pointee.isPersistent = http_should_keep_alive(parser) != 0
        http_parser_pause(parser, 1)
        return 0
    }
}
