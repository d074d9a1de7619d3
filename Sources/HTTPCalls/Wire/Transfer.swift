import CLibcurl
import Glibc

/// One easy handle with everything a call needs, reused from call to call of one system: the URL, the header lines,
/// the answer's body. Its address is known to libcurl, so it never moves. One thread only.
struct Transfer: ~Copyable {
    /// `idle → waiting (for a token) → running → finished → idle`, where waiting is left out for most calls, running
    /// goes back to waiting after a 401, and waiting can go to finished.
    enum Phase: UInt8 { case idle, waiting, running, finished }

    let easy: UnsafeMutableRawPointer
    /// The URL, parsed. libcurl takes it apart anew for every call if it is given as text.
    let url: OpaquePointer
    /// The place of the system in its caller.
    let system: Int
    /// Whether it fetches the system's token; such a transfer has no tag.
    let isTokenRequest: Bool
    var tag: UInt64 = 0
    var phase = Phase.idle
    var startedAt: Int64 = 0
    var finishedAt: Int64 = 0
    /// How often the request was begun on a connection since it was handed to libcurl; 0: certainly not sent.
    var begun: Int32 = 0
    /// The same for the call's earlier run, which was answered 401.
    private var begunBefore: Int32 = 0
    var result = CURLE_OK
    /// The outcome when it is not libcurl that tells it.
    var verdict: CallOutcome?
    let mayResend: Bool

    // The answer.
    let bodyLimit: Int
    let headLimit: Int
    var bodyCount = 0
    var headCount = 0
    var isTooLarge = false
    /// Whether the empty line behind the head has come. libcurl calls a transfer complete without it.
    var hasWholeHead = false
    private var body: UnsafeMutableRawBufferPointer
    /// Bytes that libcurl reads at once.
    private var readSize = Transfer.smallRead
    /// libcurl's words on what failed.
    let message: UnsafeMutablePointer<CChar>

    // The request.
    var head: RequestHead
    private var methodName = ""
    private var hasBody = false
    /// The request's body in bytes; `nil` if it has none.
    private var requestBodyCount: Int?
    /// Counts the runs of all calls, so that a note made of one run is not taken for another.
    private(set) var run: UInt64 = 0
    /// Whether the easy handle is in the multi handle.
    var isInLibrary = false
    /// Which token the authorisation line holds; 0 for none.
    var tokenGeneration: UInt64 = 0
    /// Whether this is the call's second run, with a fresh token.
    private(set) var isRepetition = false

    // What a system reached without TLS by HTTP/1.1 needs: libcurl only makes its connections.
    /// Whether it goes over a ``Connection``.
    let isDirect: Bool
    /// Whether it waits for the next turn to be sent.
    var isPending = false
    var connection: ConnectionPointer?
    var text = RequestText()
    var requestBody: UnsafeRawBufferPointer?
    var answer = AnswerHead()

    static let keptBodyCapacity = 64 << 10
    /// libcurl takes and gives back a buffer of this size for every call. The smallest it allows is served from malloc's
    /// cache of the thread; its default of 16 KiB makes malloc merge free chunks and return memory to the machine each
    /// time, which costs more than all else that it allocates.
    static let smallRead = 1_024
    static let largeRead = 16 << 10

    init?(system: Int, isTokenRequest: Bool, isDirect: Bool, endpoint: SystemEndpoint, baseURL: [UInt8]) {
        guard let easy = curl_easy_init() else { return nil }
        guard let url = curl_url() else {
            curl_easy_cleanup(easy)
            return nil
        }
        self.easy = easy
        self.url = url
        self.system = system
        self.isTokenRequest = isTokenRequest
        self.isDirect = isDirect
        mayResend = endpoint.resendsOnDeadConnection
        bodyLimit = endpoint.responseByteLimit
        headLimit = endpoint.responseHeadByteLimit
        body = .allocate(byteCount: 1024, alignment: 16)
        message = .allocate(capacity: Int(CURL_ERROR_SIZE))
        message.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        head = RequestHead(baseURL: baseURL)
    }

    deinit {
        curl_easy_cleanup(easy)
        curl_url_cleanup(url)
        body.deallocate()
        message.deallocate()
    }

    // MARK: - The request

    /// Sets the method and the body. Only what changed since the last call reaches libcurl.
    mutating func setMethod(_ name: String, body: UnsafeRawBufferPointer?) {
        let needsBody = body != nil || Self.alwaysHasBody(name)
        if name != methodName || needsBody != hasBody {
            penstock_easy_set_long(easy, needsBody ? CURLOPT_POST : CURLOPT_HTTPGET, 1)
            let isDefault = name == (needsBody ? "POST" : "GET")
            penstock_easy_set_string(easy, CURLOPT_CUSTOMREQUEST, isDefault ? nil : name)
            methodName = name
            hasBody = needsBody
        }
        requestBodyCount = needsBody ? body?.count ?? 0 : nil
        guard needsBody else { return }
        // Without an address libcurl would ask a callback for the body.
        let address = body?.baseAddress ?? UnsafeRawPointer(message)
        penstock_easy_set_pointer(easy, CURLOPT_POSTFIELDS, address)
        penstock_easy_set_offset(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body?.count ?? 0))
    }

    mutating func setPath(_ path: UnsafeRawBufferPointer) throws(RequestError) {
        guard let text = head.setPath(path) else { return }
        // The path was checked for dot segments; libcurl need not look for them again.
        let code = curl_url_set(url, CURLUPART_URL, text, UInt32(CURLU_PATH_AS_IS))
        guard code == CURLUE_OK else { throw .refused(reason: String(cString: curl_url_strerror(code))) }
    }

    mutating func setLines(_ fields: borrowing HeaderFields, adding fixed: [FixedLine], hasToken: Bool) {
        let list = head.setLines(fields, adding: fixed, hasToken: hasToken, bodyCount: requestBodyCount)
        penstock_easy_set_list(easy, CURLOPT_HTTPHEADER, list)
    }

    /// Begins a call.
    mutating func begin(tag: UInt64, now: Int64) {
        self.tag = tag
        startedAt = now
        verdict = nil
        isRepetition = false
        rewind()
        begunBefore = 0
    }

    /// Begins the call's second run. The first was refused by the server, so only this one counts for the outcome.
    mutating func beginAgain() {
        isRepetition = true
        begunBefore = begun
        rewind()
    }

    private mutating func rewind() {
        run += 1
        begun = 0
        bodyCount = 0
        headCount = 0
        isTooLarge = false
        hasWholeHead = false
        result = CURLE_OK
        message[0] = 0
        answer.removeAll()
    }

    /// How often the request was sent beyond the first time.
    var resendCount: Int { Int(max(0, begunBefore + begun - 1)) }

    // MARK: - The answer

    var bodyBytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: body[0..<bodyCount]) }

    /// Takes a part of the answer's body.
    /// - Returns: whether there was room.
    mutating func receive(_ bytes: UnsafeRawPointer, _ count: Int) -> Bool {
        guard count <= bodyLimit - bodyCount else {
            isTooLarge = true
            return false
        }
        if bodyCount + count > body.count {
            let larger = UnsafeMutableRawBufferPointer.allocate(
                byteCount: min(max(bodyCount + count, body.count * 2), max(bodyLimit, 1024)), alignment: 16)
            larger.copyMemory(from: bodyBytes)
            body.deallocate()
            body = larger
        }
        (body.baseAddress.unsafelyUnwrapped + bodyCount).copyMemory(from: bytes, byteCount: count)
        bodyCount += count
        return true
    }

    /// Takes note of a line of the answer's head.
    /// - Returns: whether there is room for it.
    mutating func receiveHead(_ line: UnsafePointer<CChar>, _ count: Int) -> Bool {
        headCount += count
        if headCount > headLimit { isTooLarge = true }
        switch UInt8(bitPattern: line[0]) {
        // Of a head, or of the trailers of a body: the head was whole before those.
        case UInt8(ascii: "\r"), UInt8(ascii: "\n"): hasWholeHead = true
        case UInt8(ascii: "H") where count > 5 && memcmp(line, "HTTP/", 5) == 0: hasWholeHead = false
        default: break
        }
        return !isTooLarge
    }

    /// Reads the next answer in pieces that suit one like the last.
    mutating func fitReadSize() {
        let size = headCount + bodyCount < Transfer.smallRead ? Transfer.smallRead : Transfer.largeRead
        guard size != readSize, penstock_easy_set_long(easy, CURLOPT_BUFFERSIZE, size) == CURLE_OK else { return }
        readSize = size
    }

    /// Gives back the memory of an unusually large answer.
    mutating func shrink() {
        guard body.count > Self.keptBodyCapacity else { return }
        body.deallocate()
        body = .allocate(byteCount: 1024, alignment: 16)
        bodyCount = 0
    }

    /// The status of the last answer that began, or 0.
    var status: Int {
        if isDirect { return answer.status }
        var status = 0
        penstock_easy_get_long(easy, CURLINFO_RESPONSE_CODE, &status)
        return status
    }

    /// A field of the answer; the last one if there are several.
    func answerField(_ name: String) -> String? {
        if isDirect { return answer.field(name) }
        var header: UnsafeMutablePointer<curl_header>?
        guard curl_easy_header(easy, name, 0, UInt32(CURLH_HEADER), -1, &header) == CURLHE_OK else { return nil }
        if let count = header?.pointee.amount, count > 1 {
            curl_easy_header(easy, name, count - 1, UInt32(CURLH_HEADER), -1, &header)
        }
        return header?.pointee.value.map { String(cString: $0) }
    }
}

typealias TransferPointer = UnsafeMutablePointer<Transfer>
