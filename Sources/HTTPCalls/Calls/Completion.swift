import CLibcurl

/// How one call ended. Valid only inside the closure of ``HTTPCaller/collect(_:)``.
public struct Completion: ~Copyable {
    /// As given to ``HTTPCaller/start(_:tag:)``.
    public let tag: UInt64
    public let system: SystemIndex
    public let outcome: CallOutcome
    /// How long the server asked us to wait before the next call to it, in seconds from now: `Retry-After`, or the
    /// rate limit's reset with a 429 or 503. At most ``RetryAfter/ceilingSeconds``.
    public let retryAfterSeconds: Int?
    /// In how many seconds a limit is reset of which the server says, with an answer of another kind, that nothing is
    /// left (`RateLimit`): calls before that would be refused. At most ``RetryAfter/ceilingSeconds``.
    public let limitResetSeconds: Int?
    /// From the call's start to its end, on a monotonic clock; waiting for a token included.
    public let durationNanoseconds: Int64
    /// How often the request was sent again: on another connection because a kept one was dead, or with a fresh token.
    public let resendCount: Int

    let transfer: TransferPointer

    /// The status that the server answered, also where no whole answer followed it.
    public var status: Int? {
        if case .answered(let status) = outcome { return status }
        let status = transfer.pointee.begun > 0 ? transfer.pointee.status : 0
        return status >= 200 ? status : nil
    }

    /// What came of the answer's body; with an outcome other than answered it may be a part of it.
    public var body: UnsafeRawBufferPointer { transfer.pointee.bodyBytes }

    /// The value of the answer's field `Content-Type`.
    public var contentType: String? {
        var text: UnsafeMutablePointer<CChar>?
        guard transfer.pointee.begun > 0 else { return nil }
        if transfer.pointee.isDirect { return transfer.pointee.answerField("content-type") }
        penstock_easy_get_string(transfer.pointee.easy, CURLINFO_CONTENT_TYPE, &text)
        return text.map { String(cString: $0) }
    }

    /// The value of a field of the answer, the last one if there are several.
    public func header(_ name: String) -> String? {
        transfer.pointee.begun > 0 ? transfer.pointee.answerField(name) : nil
    }
}
