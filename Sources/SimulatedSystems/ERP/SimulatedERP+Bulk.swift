/// `POST /v2/clients/bulk`: many clients in one request, each created or replaced by its `clientIdentifier`, each with an
/// outcome and an idempotency key of its own.
///
/// The body is a list of clients, or `{ items: […] }`. A client may have `idempotencyKey`, `version` and `eventId` beside
/// its own members. The answer is `{ items: [{ clientIdentifier, idempotencyKey, status, body }] }` in the request's
/// order. Items are taken in their order, and of a client none behind one that was not taken: such are answered with 424.
/// Faults for the path `/v2/clients/bulk/items` concern single items: a status is the item's, a dropped
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
        var stopped: Set<String> = []
        let results = items.compactMap { result(of: $0, &stopped) }
        return .json(200, .object([.init("items", .array(results))]))
    }

    private func faults(of item: JSONTree, at pointer: String) -> [DocumentFault] {
        guard case .failure(let refusal) = Client.read(item, refusedDomains: options.refusedEmailDomains) else {
            return []
        }
        return refusal.faults.map { DocumentFault(pointer + $0.pointer, $0.detail) }
    }

    /// The item's part of the answer; `nil`: it gets none.
    ///
    /// - Parameter stopped: the clients of which an item was not taken.
    private func result(of item: JSONTree, _ stopped: inout Set<String>) -> JSONTree? {
        let subject = item["clientIdentifier"]?.string
        if let subject, stopped.contains(subject) {
            return result(of: item, .problem(424, "An earlier item of the client was not taken."))
        }
        let decision = faults.decide(.init(method: "POST", path: Self.bulkItemPath, client: subject))
        let answer: Answer
        let isAnswered: Bool
        switch decision.verdict {
        case .proceed: (answer, isAnswered) = (write(item), true)
        case .answer(let status, _, _): (answer, isAnswered) = (.problem(status, "This failure is simulated."), true)
        case .hang, .drop(.beforeApplying): (answer, isAnswered) = (.problem(503, "Not taken."), false)
        case .drop(.afterApplying), .drop(.midAnswer): (answer, isAnswered) = (write(item), false)
        }
        if answer.status >= 300, let subject { stopped.insert(subject) }
        return isAnswered ? result(of: item, answer) : nil
    }

    private func result(of item: JSONTree, _ answer: Answer) -> JSONTree {
        .object([
            .init("clientIdentifier", .text(item["clientIdentifier"]?.string)),
            .init("idempotencyKey", .text(item["idempotencyKey"]?.string)),
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
