import CLibcurl
import Glibc

/// The functions that libcurl calls. They run on the thread that drives the multi handle, inside a call of ours into
/// libcurl, and only take notes.
enum TransferCallbacks {
    private static func transfer(_ pointer: UnsafeMutableRawPointer?) -> TransferPointer? {
        pointer?.assumingMemoryBound(to: Transfer.self)
    }

    private static func loop(_ pointer: UnsafeMutableRawPointer?) -> UnsafeMutablePointer<EventLoop>? {
        pointer?.assumingMemoryBound(to: EventLoop.self)
    }

    /// A part of the answer's body. Returning less than was given ends the transfer.
    static let body: @convention(c) (UnsafeMutablePointer<CChar>?, Int, Int, UnsafeMutableRawPointer?) -> Int = {
        bytes, size, count, pointer in
        guard let bytes, let transfer = transfer(pointer) else { return 0 }
        return transfer.pointee.receive(bytes, size * count) ? size * count : 0
    }

    /// A line of the answer's head, of any answer: informational ones and trailers too.
    static let head: @convention(c) (UnsafeMutablePointer<CChar>?, Int, Int, UnsafeMutableRawPointer?) -> Int = {
        line, size, count, pointer in
        guard let line, size * count > 0, let transfer = transfer(pointer) else { return 0 }
        return transfer.pointee.receiveHead(line, size * count) ? size * count : 0
    }

    /// The connection is ready, TLS included, and the request is about to be written. This is the line between
    /// "certainly not sent" and "may have been sent", and it is passed once more for every silent repetition.
    static let beforeRequest:
        @convention(c) (
            UnsafeMutableRawPointer?, UnsafeMutablePointer<CChar>?, UnsafeMutablePointer<CChar>?, Int32, Int32
        ) -> Int32 = { pointer, _, _, _, _ in
            guard let transfer = transfer(pointer) else { return CURL_PREREQFUNC_ABORT }
            if transfer.pointee.begun > 0, !transfer.pointee.mayResend { return CURL_PREREQFUNC_ABORT }
            transfer.pointee.begun += 1
            return CURL_PREREQFUNC_OK
        }

    static let openSocket:
        @convention(c) (UnsafeMutableRawPointer?, curlsocktype, UnsafeMutablePointer<curl_sockaddr>?) -> Int32 = {
            pointer, _, address in
            guard let loop = loop(pointer), let address else { return -1 }
            let kind = address.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue)
            let descriptor = socket(address.pointee.family, kind, address.pointee.protocol)
            if descriptor >= 0, !loop.pointee.opened(descriptor) {
                close(descriptor)
                return -1
            }
            return descriptor
        }

    static let closeSocket: @convention(c) (UnsafeMutableRawPointer?, Int32) -> Int32 = { pointer, descriptor in
        // libcurl lets go of a connection that was handed over by closing it.
        if loop(pointer)?.pointee.isDirect(descriptor) == true { return 0 }
        loop(pointer)?.pointee.closed(descriptor)
        return close(descriptor)
    }

    /// What libcurl wants to know of a socket.
    static let socketInterest:
        @convention(c) (
            UnsafeMutableRawPointer?, Int32, Int32, UnsafeMutableRawPointer?, UnsafeMutableRawPointer?
        ) -> Int32 = { _, descriptor, what, pointer, _ in
            guard let loop = loop(pointer) else { return -1 }
            var events: UInt32 = 0
            if what != CURL_POLL_REMOVE {
                if what & CURL_POLL_IN != 0 { events |= EventLoop.readable }
                if what & CURL_POLL_OUT != 0 { events |= EventLoop.writable }
            }
            return loop.pointee.want(descriptor, events) ? 0 : -1
        }

    static let timer: @convention(c) (UnsafeMutableRawPointer?, Int, UnsafeMutableRawPointer?) -> Int32 = {
        _, milliseconds, pointer in
        loop(pointer)?.pointee.setTimer(milliseconds: milliseconds)
        return 0
    }
}
