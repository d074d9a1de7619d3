extension SimulatedERP: SimulatedSystem {
    func subject(of request: SimulatedRequest) -> String? {
        guard request.segments.starts(with: ["v2", "clients"]) else { return nil }
        // Of a request with many clients none is the subject.
        if request.segments == ["v2", "clients", "bulk"] { return nil }
        if request.segments.count > 2 {
            let id = request.segments[2]
            return state.withLock { $0.store.record(id)?.client.identifier } ?? id
        }
        return request.document?["clientIdentifier"]?.string ?? request.query["external_id"]
    }

    func answer(_ request: SimulatedRequest) -> Answer {
        let now = elapsed
        if request.segments == ["oauth", "token"] { return issueToken(request, at: now) }
        guard request.segments.starts(with: ["v2", "clients"]), request.segments.count <= 3 else {
            return .problem(404, "There is no \(request.path).")
        }
        let isAllowed = state.withLock { state in
            state.tokens?.accepts(authorization: request.headers["authorization"], at: now) ?? true
        }
        let answer = isAllowed ? answerClients(request) : Self.unauthorized
        count(answer)
        return answer
    }

    func administer(_ name: String, _ request: SimulatedRequest) -> Answer? {
        switch (request.method, name) {
        case ("GET", "journal"):
            let from = request.query["from"].flatMap { Int($0) } ?? 1
            let limit = request.query["limit"].flatMap { Int($0) } ?? .max
            let lines = journal.entries(from: from, limit: max(limit, 0)).flatMap {
                $0.tree.bytes + [UInt8(ascii: "\n")]
            }
            return Answer(200, headers: ["content-type": "application/x-ndjson"], body: lines)
        case ("DELETE", "tokens"):
            revokeTokens()
            return Answer(204)
        case ("PUT", "drift"):
            return drift(JSONTree(parsing: request.body))
        default:
            return nil
        }
    }

    var summary: [JSONTree.Member] {
        let now = currentSummary
        return [
            .init("requests", .int(now.requests)), .init("effects", .int(now.effects)),
            .init("duplicates_suppressed", .int(now.duplicatesSuppressed)), .init("clients", .int(now.clients)),
            .init("refused", .int(now.refused)), .init("unauthorized", .int(now.unauthorized)),
            .init("tokens_issued", .int(now.tokensIssued)), .init("tokens_refused", .int(now.tokensRefused)),
        ]
    }
}

extension SimulatedERP {
    private static var unauthorized: Answer {
        .problem(
            401, "A valid bearer token is needed.", headers: ["www-authenticate": "Bearer error=\"invalid_token\""])
    }

    /// Lets records drift as the body says, and tells which.
    private func drift(_ document: JSONTree?) -> Answer {
        guard let document else { return .problem(400, "The body is no JSON document.") }
        func count(_ name: String) -> Int { max(0, document[name]?.int ?? 0) }
        let account = drift(
            ClientDrift(
                missing: count("missing"), altered: count("altered"), extra: count("extra"), stale: count("stale"),
                seed: UInt64(max(1, count("seed")))))
        let sets = [
            ("missing", account.missing), ("altered", account.altered), ("extra", account.extra),
            ("stale", account.stale),
        ]
        return .json(
            200,
            .object(sets.map { .init($0.0, .array($0.1.sorted().map(JSONTree.string))) }))
    }

    private func issueToken(_ request: SimulatedRequest, at now: Duration) -> Answer {
        guard request.method == "POST" else { return .problem(405, "Tokens are asked for with POST.") }
        return state.withLock { $0.tokens?.answer(request, at: now) }
            ?? .problem(404, "Authentication is switched off.")
    }

    private func count(_ answer: Answer) {
        state.withLock { state in
            state.summary.requests += 1
            if answer.status == 401 { state.summary.unauthorized += 1 }
            if (400..<500).contains(answer.status), answer.status != 401 { state.summary.refused += 1 }
        }
    }

    private func answerClients(_ request: SimulatedRequest) -> Answer {
        let id = request.segments.count > 2 ? request.segments[2] : nil
        switch (request.method, id) {
        case ("POST", nil):
            return write(request) { store, client, provenance, journal in
                store.create(client, provenance, journal: journal)
            }
        case ("POST", "bulk"?): return answerBulk(request)
        case ("PUT", let id?):
            return write(request) { store, client, provenance, journal in
                store.put(id, client, provenance, journal: journal)
            }
        case ("DELETE", let id?):
            return record(provenance(of: request)) { store, provenance, journal in
                store.delete(id, provenance, journal: journal)
            }
        case ("GET", let id?):
            let record = state.withLock { $0.store.record(id) }
            return record.map { .json(200, $0.tree) } ?? .problem(404, "There is no client \(id).")
        case ("GET", nil):
            if let page = state.withLock({ $0.store.page(request.query) }) {
                return Answer(200, headers: ["content-type": "application/json"], body: page)
            }
            guard let identifier = request.query["external_id"] else {
                return .problem(400, "The parameter external_id is missing.")
            }
            let found = state.withLock { state in
                state.store.records.values.filter { $0.client.identifier == identifier }
            }
            let clients = found.sorted { $0.id < $1.id }.map(\.tree)
            return .json(200, .object([.init("clients", .array(clients))]))
        default:
            return .problem(405, "\(request.method) is not possible here.")
        }
    }

    private func write(
        _ request: SimulatedRequest,
        _ effect: (inout ClientStore, Client, ClientStore.Provenance, EffectJournal) -> Answer
    ) -> Answer {
        guard request.document != nil else { return .problem(400, "The body is no JSON document.") }
        let client: Client
        switch Client.read(request.document, refusedDomains: options.refusedEmailDomains) {
        case .success(let value): client = value
        case .failure(let refusal): return .problem(422, "The client is not valid.", errors: refusal.faults)
        }
        return record(provenance(of: request)) { store, provenance, journal in
            effect(&store, client, provenance, journal)
        }
    }

    /// Has an effect, or repeats one, and counts it.
    func record(
        _ provenance: ClientStore.Provenance,
        _ effect: (inout ClientStore, ClientStore.Provenance, EffectJournal) -> Answer
    ) -> Answer {
        state.withLock { state in
            let before = journal.count
            let answer = effect(&state.store, provenance, journal)
            if let entry = journal.entries(from: before + 1, limit: 1).first {
                if entry.kind == .applied {
                    state.summary.effects += 1
                } else {
                    state.summary.duplicatesSuppressed += 1
                }
            }
            return answer
        }
    }

    private func provenance(of request: SimulatedRequest) -> ClientStore.Provenance {
        func header(_ names: [String]) -> String? {
            names.lazy.compactMap { request.headers[$0.lowercased()] }.first
        }
        var fingerprint = StableHash()
        fingerprint.combine("\(request.method) \(request.path)\n".utf8)
        fingerprint.combine(request.body)
        return ClientStore.Provenance(
            method: request.method, idempotencyKey: header([options.idempotencyHeader]),
            fingerprint: fingerprint.value,
            version: header(options.versionHeaders).flatMap { Int($0) } ?? request.document?["version"]?.int,
            eventID: header(options.eventHeaders), milliseconds: WallClock.milliseconds)
    }
}
