/// `POST /v2/clients/bulk`: many clients in one request, each created or replaced by its `clientIdentifier`, each with an
/// outcome and an idempotency key of its own.
///
/// The body is a list of clients, or `{ items: […] }`. A client may have `idempotencyKey`, `version` and `eventId` beside
/// its own members. The answer is `{ items: [{ clientIdentifier, idempotencyKey, status, body }] }` in the request's
/// order. Faults for the path `/v2/clients/bulk/items` concern single items: a status is the item's, a dropped
/// connection leaves the item out of the answer.
extension SimulatedERP {
    static var bulkItemPath: String { "/v2/clients/bulk/items" }

    func answerBulk(_ request: SimulatedRequest) -> Answer {
        guard let document = request.document else { return .problem(400, "The body is no JSON document.") }
        guard let items = document.elements ?? document["items"]?.elements else {
            return .problem(400, "The body is no list of clients.")
        }
        guard items.count <= options.bulkItemLimit else {
            return .problem(413, "There are more than \(options.bulkItemLimit) clients.")
        }
        if options.bulkIsAtomic {
            let refused = items.enumerated().flatMap { faults(of: $0.element, at: "/\($0.offset)") }
            guard refused.isEmpty else {
                return .problem(422, "A client is not valid; none was taken.", errors: refused)
            }
        }
        let results = items.compactMap { result(of: $0) }
        return .json(200, .object([.init("items", .array(results))]))
    }

    private func faults(of item: JSONTree, at pointer: String) -> [DocumentFault] {
        guard case .failure(let refusal) = Client.read(item, refusedDomains: options.refusedEmailDomains) else {
            return []
        }
        return refusal.faults.map { DocumentFault(pointer + $0.pointer, $0.detail) }
    }

    /// The item's part of the answer; `nil`: it gets none.
    private func result(of item: JSONTree) -> JSONTree? {
        let subject = item["clientIdentifier"]?.string
        let decision = faults.decide(.init(method: "POST", path: Self.bulkItemPath, client: subject))
        let answer: Answer
        switch decision.verdict {
        case .proceed: answer = write(item)
        case .answer(let status, _, _): answer = .problem(status, "This failure is simulated.")
        case .hang, .drop(.beforeApplying): return nil
        case .drop(.afterApplying), .drop(.midAnswer):
            _ = write(item)
            return nil
        }
        return .object([
            .init("clientIdentifier", .text(subject)), .init("idempotencyKey", .text(item["idempotencyKey"]?.string)),
            .init("status", .int(answer.status)), .init("body", JSONTree(parsing: answer.body) ?? .null),
        ])
    }

    private func write(_ item: JSONTree) -> Answer {
        let client: Client
        switch Client.read(item, refusedDomains: options.refusedEmailDomains) {
        case .success(let value): client = value
        case .failure(let refusal): return .problem(422, "The client is not valid.", errors: refusal.faults)
        }
        var fingerprint = StableHash()
        fingerprint.combine("POST \(Self.bulkItemPath)\n".utf8)
        fingerprint.combine(item.bytes)
        let provenance = ClientStore.Provenance(
            method: "POST", idempotencyKey: item["idempotencyKey"]?.string, fingerprint: fingerprint.value,
            version: item["version"]?.int, eventID: item["eventId"]?.string, milliseconds: WallClock.milliseconds)
        return record(provenance) { store, provenance, journal in
            store.put(client.identifier, client, provenance, journal: journal)
        }
    }
}
