import CLibcurl
import Glibc

/// The connections of systems that are reached without TLS by HTTP/1.1.
extension HTTPCaller {
    /// A connection that nobody used for so long is not used again: something on the way may have forgotten it, and
    /// would swallow the request. libcurl does the same after the same time.
    static let longestKept: Int64 = 118 * 1_000_000_000

    /// Tells a transfer where to connect to.
    func aim(_ transfer: TransferPointer, _ system: System) throws(CallerError) {
        let code = curl_url_set(transfer.pointee.url, CURLUPART_URL, system.endpoint.baseURL, 0)
        guard code == CURLUE_OK else { throw CallerError(reason: String(cString: curl_url_strerror(code))) }
    }

    /// Takes over the connection that libcurl has just made for a direct call.
    /// - Returns: `nil` if there is none.
    func newConnection(_ transfer: TransferPointer) -> ConnectionPointer? {
        guard transfer.pointee.isDirect, transfer.pointee.result == CURLE_OK else { return nil }
        var descriptor: curl_socket_t = -1
        guard penstock_easy_get_socket(transfer.pointee.easy, &descriptor) == CURLE_OK, descriptor >= 0 else {
            transfer.pointee.result = CURLE_COULDNT_CONNECT
            return nil
        }
        let connection = ConnectionPointer.allocate(capacity: 1)
        guard loop.pointee.adopt(descriptor, connection) else {
            // It stays libcurl's, which closes it.
            connection.deallocate()
            transfer.pointee.result = CURLE_COULDNT_CONNECT
            return nil
        }
        connection.initialize(to: Connection(descriptor: descriptor, system: transfer.pointee.system))
        return connection
    }

    /// From when on a kept connection is looked at before it is used. A server that ends an idle connection may say so
    /// (408, say) before it closes it, and that must not be taken for the answer. Before this time servers do not; and
    /// where a request on a dead connection may be sent again, to look each time would only cost a system call.
    static let trusted: Int64 = 1_000_000_000

    /// A connection that no call uses.
    func keptConnection(_ system: System, now: Int64) -> ConnectionPointer? {
        while let connection = system.kept.popLast() {
            keptCount -= 1
            let time = now - connection.pointee.keptSince
            let isTrusted = time < Self.trusted && system.endpoint.resendsOnDeadConnection
            if time < Self.longestKept, isTrusted || !connection.pointee.isGone() { return connection }
            close(connection)
        }
        return nil
    }

    /// Keeps a connection for the next call.
    func keep(_ connection: ConnectionPointer) {
        guard keptCount < connectionLimit else { return close(connection) }
        connection.pointee.keptSince = MonotonicClock.now()
        systems[connection.pointee.system].kept.append(connection)
        keptCount += 1
    }

    /// Closes a kept connection on which something came: its end, or what nobody asked for.
    func drop(_ connection: ConnectionPointer) {
        let system = systems[connection.pointee.system]
        if let place = system.kept.firstIndex(of: connection) {
            system.kept.remove(at: place)
            keptCount -= 1
        }
        close(connection)
    }

    func close(_ connection: ConnectionPointer) {
        loop.pointee.closed(connection.pointee.descriptor)
        connection.deinitialize(count: 1)
        connection.deallocate()
    }

    func closeKept(_ system: System) {
        keptCount -= system.kept.count
        for connection in system.kept { close(connection) }
        system.kept.removeAll()
    }
}
