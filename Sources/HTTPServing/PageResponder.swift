import Hummingbird

/// A page that is made anew for each request.
public struct Page: Sendable, Equatable {
    public var status: Int
    public var contentType: String
    public var body: String

    public init(status: Int = 200, contentType: String, body: String) {
        self.status = status
        self.contentType = contentType
        self.body = body
    }
}

extension HTTPServer {
    /// Starts to serve pages to GET and HEAD.
    ///
    /// - Parameter page: makes the page of a path; `nil`: there is none (404). It is called on the server's threads.
    public static func start(
        at address: Address, page: @escaping @Sendable (_ path: String) -> Page?
    ) async throws -> HTTPServer {
        try await start(PageResponder(page: page), at: address)
    }
}

private struct PageResponder: HTTPResponder {
    typealias Context = BasicRequestContext

    let page: @Sendable (String) -> Page?

    func respond(to request: Request, context: BasicRequestContext) async throws -> Response {
        guard let page = page(request.uri.path) else { return Response(status: .notFound) }
        guard request.method == .get || request.method == .head else {
            return Response(status: .methodNotAllowed, headers: [.allow: "GET, HEAD"])
        }
        let headers: HTTPFields = [.contentType: page.contentType, .cacheControl: "no-store"]
        let bytes = ByteBuffer(string: page.body)
        let response = Response(status: .init(code: page.status), headers: headers, body: .init(byteBuffer: bytes))
        return request.method == .head ? response.createHeadResponse() : response
    }
}
