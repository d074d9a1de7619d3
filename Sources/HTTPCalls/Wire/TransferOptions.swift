import CLibcurl

/// The options of an easy handle that are the same for all calls of a system. They are set once; a call changes only
/// what differs.
struct TransferOptions {
    private let easy: UnsafeMutableRawPointer
    private var failure: CURLcode = CURLE_OK

    /// Sets all of them.
    /// - Returns: `CURLE_OK`, or what libcurl refused.
    static func apply(
        to transfer: TransferPointer, endpoint: SystemEndpoint, loop: UnsafeMutablePointer<EventLoop>
    ) -> CURLcode {
        var options = TransferOptions(easy: transfer.pointee.easy)
        options.set(CURLOPT_CURLU, pointer: UnsafeRawPointer(transfer.pointee.url))
        options.setBehaviour(endpoint)
        options.setVersion(endpoint)
        options.setTLS(endpoint.tls)
        options.setCallbacks(transfer, loop)
        // The request is ours to write then; libcurl's pre-request callback would count one that it does not make.
        if transfer.pointee.isDirect {
            options.set(CURLOPT_CONNECT_ONLY, 1)
        } else {
            options.setBeforeRequest(transfer)
        }
        return options.failure
    }

    private init(easy: UnsafeMutableRawPointer) { self.easy = easy }

    private mutating func note(_ code: CURLcode) {
        if failure == CURLE_OK { failure = code }
    }

    private mutating func set(_ option: CURLoption, _ value: Int) {
        note(penstock_easy_set_long(easy, option, value))
    }

    private mutating func set(_ option: CURLoption, _ value: String?) {
        guard let value else { return }
        note(penstock_easy_set_string(easy, option, value))
    }

    private mutating func set(_ option: CURLoption, pointer: UnsafeRawPointer) {
        note(penstock_easy_set_pointer(easy, option, pointer))
    }

    private mutating func setBehaviour(_ endpoint: SystemEndpoint) {
        set(CURLOPT_PROTOCOLS_STR, "http,https")
        // No proxy: an empty name also keeps libcurl from reading `http_proxy` and the like from the environment, and
        // the second from looking there for exceptions with every call.
        set(CURLOPT_PROXY, "")
        set(CURLOPT_NOPROXY, "*")
        // No signals: they belong to the program, and SIGPIPE is not raised by the sockets' writes.
        set(CURLOPT_NOSIGNAL, 1)
        set(CURLOPT_NOPROGRESS, 1)
        set(CURLOPT_FOLLOWLOCATION, 0)
        set(CURLOPT_PATH_AS_IS, 1)
        set(CURLOPT_TCP_NODELAY, 1)
        set(CURLOPT_TCP_KEEPALIVE, 1)
        set(CURLOPT_CONNECTTIMEOUT_MS, endpoint.connectTimeoutMilliseconds)
        set(CURLOPT_TIMEOUT_MS, endpoint.timeoutMilliseconds)
        set(CURLOPT_BUFFERSIZE, Transfer.smallRead)
    }

    private mutating func setVersion(_ endpoint: SystemEndpoint) {
        switch endpoint.httpVersion {
        case .automatic: set(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_2TLS)
        case .http1: set(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1)
        case .http2: set(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE)
        }
        // Wait to see whether a connection under way can carry this call too, rather than opening another. Without a
        // chance of HTTP/2 that would only serialise the connecting.
        let mayMultiplex =
            endpoint.httpVersion == .http2
            || endpoint.httpVersion == .automatic && endpoint.baseURL.lowercased().hasPrefix("https:")
        set(CURLOPT_PIPEWAIT, mayMultiplex ? 1 : 0)
    }

    private mutating func setTLS(_ tls: SystemEndpoint.TLS) {
        set(CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2)
        set(CURLOPT_SSL_VERIFYPEER, 1)
        set(CURLOPT_SSL_VERIFYHOST, 2)
        if let authorities = tls.authoritiesFile {
            set(CURLOPT_CAINFO, authorities)
            // Otherwise the machine's directory of authorities would be trusted beside the file.
            note(penstock_easy_set_string(easy, CURLOPT_CAPATH, nil))
        }
        set(CURLOPT_SSLCERT, tls.certificateFile)
        set(CURLOPT_SSLKEY, tls.keyFile)
    }

    private mutating func setBeforeRequest(_ transfer: TransferPointer) {
        note(penstock_easy_set_prerequest(easy, TransferCallbacks.beforeRequest))
        set(CURLOPT_PREREQDATA, pointer: transfer)
    }

    private mutating func setCallbacks(_ transfer: TransferPointer, _ loop: UnsafeMutablePointer<EventLoop>) {
        note(penstock_easy_set_receiver(easy, CURLOPT_WRITEFUNCTION, TransferCallbacks.body))
        set(CURLOPT_WRITEDATA, pointer: transfer)
        note(penstock_easy_set_receiver(easy, CURLOPT_HEADERFUNCTION, TransferCallbacks.head))
        set(CURLOPT_HEADERDATA, pointer: transfer)
        note(penstock_easy_set_open(easy, TransferCallbacks.openSocket))
        set(CURLOPT_OPENSOCKETDATA, pointer: loop)
        note(penstock_easy_set_close(easy, TransferCallbacks.closeSocket))
        set(CURLOPT_CLOSESOCKETDATA, pointer: loop)
        set(CURLOPT_PRIVATE, pointer: transfer)
        set(CURLOPT_ERRORBUFFER, pointer: transfer.pointee.message)
    }
}
