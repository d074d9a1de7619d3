import Hummingbird

/// Turns requests into answers of a simulated system, after the faults have had their say.
///
/// `/healthz` and everything below `/_simulated/` is exempt from faults.
struct SimulatedResponder<System: SimulatedSystem>: HTTPResponder {
    typealias Context = SimulatedContext

    /// The largest body that is read; a larger one is answered with 413.
    static var bodyByteLimit: Int { 8 << 20 }

    let system: System
    let faults: FaultControl

    func respond(to request: Request, context: SimulatedContext) async throws -> Response {
        let (head, path) = (request.head, request.uri.path)
        var request = request
        let body: ByteBuffer
        do {
            // `collectBody` keeps hold of the connection's stream, which tells below that the client has left.
            body = try await request.collectBody(upTo: Self.bodyByteLimit)
        } catch {
            // Too long, or broken off: then nobody reads this.
            return Response(Answer.problem(413, "The body has more than \(Self.bodyByteLimit) bytes."))
        }
        let facts = SimulatedRequest(
            method: head.method.rawValue, path: path, query: PercentEncoding.form(request.uri.query ?? ""),
            headers: Dictionary(head.headerFields.map { ($0.name.canonicalName, $0.value) }) { $1 },
            body: Array(body.readableBytesView))
        if let answer = administrativeAnswer(facts) { return Response(answer) }
        let decision = faults.decide(.init(method: facts.method, path: path, client: system.subject(of: facts)))
        return await carryOut(decision, facts, request: request, on: context.connection)
    }

    private func carryOut(
        _ decision: FaultPlan.Decision, _ facts: SimulatedRequest, request: Request,
        on connection: SimulatedContext.Connection
    ) async -> Response {
        if decision.delay > .zero {
            do { try await Task.sleep(for: decision.delay) } catch { return close(connection) }
        }
        switch decision.verdict {
        case .proceed:
            var answer = system.answer(facts)
            if let seconds = decision.limitReset { answer.headers["ratelimit"] = "\"default\";r=0;t=\(seconds)" }
            return Response(answer)
        case .answer(let status, let retryAfter, _):
            let headers = retryAfter.map { ["retry-after": String($0)] } ?? [:]
            return Response(Answer.problem(status, "This failure is simulated.", headers: headers))
        case .hang(let limit):
            try? await request.body.consumeWithCancellationOnInboundClose { _ in try await Task.sleep(for: limit) }
            return close(connection)
        case .drop(.beforeApplying):
            return close(connection)
        case .drop(.afterApplying):
            _ = system.answer(facts)
            return close(connection)
        case .drop(.midAnswer):
            return Response(system.answer(facts), thenClosing: connection)
        }
    }

    /// Closes the connection. The response that is returned finds nobody to go to.
    private func close(_ connection: SimulatedContext.Connection) -> Response {
        connection.close()
        return Response(status: .internalServerError)
    }
}

extension Response {
    init(_ answer: Answer) {
        self.init(
            status: .init(code: answer.status), headers: HTTPFields(answer.headers),
            body: answer.body.isEmpty ? .init() : .init(byteBuffer: ByteBuffer(bytes: answer.body)))
    }

    /// Announces the whole body, sends half of it and closes the connection.
    init(_ answer: Answer, thenClosing connection: SimulatedContext.Connection) {
        let half = ByteBuffer(bytes: answer.body.prefix(answer.body.count / 2))
        let body = ResponseBody(contentLength: max(answer.body.count, 1)) { writer in
            try await writer.write(half)
            try await connection.closeAndWait()
            throw CancellationError()
        }
        self.init(status: .init(code: answer.status), headers: HTTPFields(answer.headers), body: body)
    }
}

extension HTTPFields {
    fileprivate init(_ headers: [String: String]) {
        self.init()
        for (name, value) in headers.sorted(by: { $0.key < $1.key }) {
            guard let name = HTTPFields.Element.Name(name) else { continue }
            self[name] = value
        }
    }
}
