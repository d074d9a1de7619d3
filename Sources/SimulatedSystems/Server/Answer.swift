/// What a simulated system answers, before it becomes bytes on a connection.
struct Answer: Sendable, Equatable {
    var status: Int
    var headers: [String: String]
    var body: [UInt8]

    init(_ status: Int, headers: [String: String] = [:], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    static func json(_ status: Int, _ tree: JSONTree, headers: [String: String] = [:]) -> Answer {
        Answer(status, headers: ["content-type": "application/json"].merging(headers) { $1 }, body: tree.bytes)
    }

    /// An error as RFC 9457 describes it.
    /// - Parameter errors: what is wrong in the request's document, and where.
    static func problem(
        _ status: Int, _ detail: String, errors: [DocumentFault] = [], headers: [String: String] = [:]
    ) -> Answer {
        var members: [JSONTree.Member] = [
            .init("type", .string("about:blank")),
            .init("title", .string(title(of: status))),
            .init("status", .int(status)),
            .init("detail", .string(detail)),
        ]
        if !errors.isEmpty { members.append(.init("errors", .array(errors.map(\.tree)))) }
        let headers = ["content-type": "application/problem+json"].merging(headers) { $1 }
        return Answer(status, headers: headers, body: JSONTree.object(members).bytes)
    }

    private static let titles: [Int: String] = [
        400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
        408: "Request Timeout", 409: "Conflict", 410: "Gone", 413: "Content Too Large", 422: "Unprocessable Content",
        425: "Too Early", 429: "Too Many Requests", 500: "Internal Server Error", 502: "Bad Gateway",
        503: "Service Unavailable", 504: "Gateway Timeout",
    ]

    private static func title(of status: Int) -> String { titles[status] ?? "Status \(status)" }
}

/// One thing that is wrong in a document.
struct DocumentFault: Error, Equatable {
    /// The place, as a JSON Pointer.
    let pointer: String
    let detail: String

    init(_ pointer: String, _ detail: String) {
        self.pointer = pointer
        self.detail = detail
    }

    var tree: JSONTree {
        .object([.init("pointer", .string(pointer)), .init("detail", .string(detail))])
    }
}
