import HTTPCalls
import Logging
import Testing

/// What a completion said, kept.
struct Ended: Equatable {
    var tag: UInt64
    var outcome: CallOutcome
    var status: Int?
    var body: String
    var contentType: String?
    var retryAfter: Int?
    var limitReset: Int?
    var resends: Int
    var nanoseconds: Int64

    /// The kind of fault, with where it struck.
    var fault: CallFault.Kind? {
        switch outcome {
        case .notSent(let fault), .sentNoAnswer(let fault): fault.kind
        case .answered: nil
        }
    }

    var isNotSent: Bool { if case .notSent = outcome { true } else { false } }
    var isSentNoAnswer: Bool { if case .sentNoAnswer = outcome { true } else { false } }
}

/// A caller with one system, driven by the test's thread.
final class Session {
    let caller: HTTPCaller
    let system: SystemIndex
    private var bodies: [UnsafeMutableRawBufferPointer] = []
    private(set) var ended: [Ended] = []

    init(_ endpoint: SystemEndpoint, wallClock: @escaping () -> Int64 = { 0 }) throws {
        caller = try HTTPCaller(logger: Logger(label: "test"), wallClock: wallClock)
        system = try caller.add(endpoint)
    }

    /// With a system at this URL that has time enough on a busy machine.
    convenience init(at url: String, _ change: (inout SystemEndpoint) -> Void = { _ in }) throws {
        var endpoint = SystemEndpoint(name: "erp", baseURL: url, timeoutMilliseconds: 15_000)
        change(&endpoint)
        try self.init(endpoint)
    }

    deinit {
        for body in bodies { body.deallocate() }
    }

    func start(
        _ method: HTTPCalls.Method = .post, _ path: String = "/", headers: KeyValuePairs<String, String> = [:],
        body: String? = nil, tag: UInt64 = 1
    ) throws {
        try start(method, path, fields: HeaderFields(headers), body: body, tag: tag)
    }

    func start(
        _ method: HTTPCalls.Method, _ path: String, fields: HeaderFields, body: String?, tag: UInt64
    ) throws {
        let bytes = body.map { body in
            let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: body.utf8.count, alignment: 1)
            bytes.copyBytes(from: body.utf8)
            bodies.append(bytes)
            return UnsafeRawBufferPointer(bytes)
        }
        try Array(path.utf8).withUnsafeBytes { path in
            let request = Request(system: system, method: method, path: path, headers: fields, body: bytes)
            try caller.start(request, tag: tag)
        }
    }

    /// Drives the caller until so many more calls have ended.
    @discardableResult
    func finish(_ count: Int = 1) throws -> [Ended] {
        let before = ended.count
        let deadline = ContinuousClock.now + .seconds(20)
        while ended.count < before + count {
            try #require(ContinuousClock.now < deadline, "no completion within 20 s")
            _ = caller.poll(timeoutMilliseconds: 1000)
            collect()
        }
        return Array(ended[before...])
    }

    /// One call from start to end.
    func call(
        _ method: HTTPCalls.Method = .post, _ path: String = "/", headers: KeyValuePairs<String, String> = [:],
        body: String? = nil
    ) throws -> Ended {
        try start(method, path, headers: headers, body: body)
        return try finish()[0]
    }

    func collect() {
        caller.collect { completion in
            ended.append(
                Ended(
                    tag: completion.tag, outcome: completion.outcome, status: completion.status,
                    body: String(decoding: completion.body, as: UTF8.self), contentType: completion.contentType,
                    retryAfter: completion.retryAfterSeconds, limitReset: completion.limitResetSeconds,
                    resends: completion.resendCount,
                    nanoseconds: completion.durationNanoseconds))
        }
    }
}
