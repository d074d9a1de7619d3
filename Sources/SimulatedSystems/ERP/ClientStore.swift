/// The ERP's records: clients by both identifiers, and the answers given under idempotency keys. Pure: the time and the
/// place for journal entries are passed in.
struct ClientStore: Sendable {
    /// What a request says about itself, beside the client.
    struct Provenance: Sendable {
        var method: String
        var idempotencyKey: String?
        /// Of method, path and body: tells whether a repeat is one.
        var fingerprint: UInt64
        var version: Int?
        var eventID: String?
        var milliseconds: Int64
    }

    struct Record: Sendable {
        let id: String
        var client: Client
        /// What it was before its last change.
        var previous: Client?
        let createdAt: Int64
        var updatedAt: Int64
        var version: Int?
    }

    private struct Remembered: Sendable {
        let fingerprint: UInt64
        let answer: Answer
        let entry: JournalEntry
    }

    private(set) var records: [String: Record] = [:]
    /// The ERP's identifiers in the order in which they were given.
    private(set) var order: [String] = []
    private var idOfIdentifier: [String: String] = [:]
    private var remembered: [String: Remembered] = [:]
    private var lastNumber = 100_000

    let honoursIdempotencyKeys: Bool
    let refusesKnownIdentifiers: Bool

    init(honoursIdempotencyKeys: Bool, refusesKnownIdentifiers: Bool) {
        self.honoursIdempotencyKeys = honoursIdempotencyKeys
        self.refusesKnownIdentifiers = refusesKnownIdentifiers
    }

    /// The record with this identifier, the ERP's own or the CRM's.
    func record(_ id: String) -> Record? {
        records[id] ?? record(identifier: id)
    }

    /// The record with this identifier of the CRM's; of several the one created last.
    func record(identifier: String) -> Record? {
        idOfIdentifier[identifier].flatMap { records[$0] }
    }

    // MARK: Effects

    mutating func create(_ client: Client, _ provenance: Provenance, journal: EffectJournal) -> Answer {
        if let answer = repeated(provenance, journal: journal) { return answer }
        if refusesKnownIdentifiers, let known = record(identifier: client.identifier) {
            return .problem(409, "The client \(client.identifier) exists as \(known.id).")
        }
        let record = insert(client, provenance)
        return settle(record, status: 201, provenance, journal: journal)
    }

    mutating func put(_ id: String, _ client: Client, _ provenance: Provenance, journal: EffectJournal) -> Answer {
        if let answer = repeated(provenance, journal: journal) { return answer }
        guard var record = record(id) else {
            guard client.identifier == id else { return Self.mismatch(id) }
            return settle(insert(client, provenance), status: 201, provenance, journal: journal)
        }
        guard record.client.identifier == client.identifier else { return Self.mismatch(record.client.identifier) }
        record.previous = record.client
        record.client = client
        record.updatedAt = provenance.milliseconds
        record.version = provenance.version
        records[record.id] = record
        return settle(record, status: 200, provenance, journal: journal)
    }

    mutating func delete(_ id: String, _ provenance: Provenance, journal: EffectJournal) -> Answer {
        if let answer = repeated(provenance, journal: journal) { return answer }
        guard let record = record(id) else { return .problem(404, "There is no client \(id).") }
        records[record.id] = nil
        if idOfIdentifier[record.client.identifier] == record.id { idOfIdentifier[record.client.identifier] = nil }
        let answer = Answer(204)
        note(record, answer, provenance, journal: journal)
        return answer
    }

    private mutating func insert(_ client: Client, _ provenance: Provenance) -> Record {
        lastNumber += 1
        let record = Record(
            id: "C\(lastNumber)", client: client, previous: nil, createdAt: provenance.milliseconds,
            updatedAt: provenance.milliseconds, version: provenance.version)
        records[record.id] = record
        order.append(record.id)
        idOfIdentifier[client.identifier] = record.id
        return record
    }

    // MARK: Drift

    /// Puts a record in the place of the one with its identifier.
    mutating func replace(_ record: Record) {
        records[record.id] = record
    }

    /// Removes the clients with these identifiers of the CRM's.
    mutating func remove(_ identifiers: Set<String>) {
        for identifier in identifiers {
            if let id = idOfIdentifier.removeValue(forKey: identifier) { records[id] = nil }
        }
        order.removeAll { records[$0] == nil }
    }

    /// Adds a client that came to the ERP in another way.
    mutating func addUnknown(_ identifier: String, milliseconds now: Int64) {
        let client = Client(
            identifier: identifier, name: "Added by hand", email: "hand@example.com",
            address: .init(street: "1 Desk Row", city: "Boston", state: "MA", zipCode: "02101"), status: "active")
        let provenance = Provenance(
            method: "", idempotencyKey: nil, fingerprint: 0, version: nil, eventID: nil, milliseconds: now)
        _ = insert(client, provenance)
    }

    // MARK: Idempotency

    /// The answer to a request whose idempotency key was seen before.
    private func repeated(_ provenance: Provenance, journal: EffectJournal) -> Answer? {
        guard honoursIdempotencyKeys, let key = provenance.idempotencyKey, let first = remembered[key] else {
            return nil
        }
        guard first.fingerprint == provenance.fingerprint else {
            return .problem(422, "This idempotency key was used for another request.")
        }
        journal.append { sequence in
            JournalEntry(
                sequence: sequence, milliseconds: provenance.milliseconds, kind: .suppressed,
                method: first.entry.method, clientIdentifier: first.entry.clientIdentifier,
                clientID: first.entry.clientID, clientStatus: first.entry.clientStatus, idempotencyKey: key,
                version: provenance.version, eventID: provenance.eventID)
        }
        return first.answer
    }

    /// Notes an effect in the journal and under its key, and makes the answer.
    private mutating func settle(
        _ record: Record, status: Int, _ provenance: Provenance, journal: EffectJournal
    ) -> Answer {
        let answer = Answer.json(status, record.tree, headers: ["location": "/v2/clients/\(record.id)"])
        note(record, answer, provenance, journal: journal)
        return answer
    }

    private mutating func note(
        _ record: Record, _ answer: Answer, _ provenance: Provenance, journal: EffectJournal
    ) {
        journal.append { sequence in
            let entry = JournalEntry(
                sequence: sequence, milliseconds: provenance.milliseconds, method: provenance.method,
                clientIdentifier: record.client.identifier, clientID: record.id, clientStatus: record.client.status,
                idempotencyKey: provenance.idempotencyKey, version: provenance.version, eventID: provenance.eventID)
            if honoursIdempotencyKeys, let key = provenance.idempotencyKey {
                remembered[key] = Remembered(fingerprint: provenance.fingerprint, answer: answer, entry: entry)
            }
            return entry
        }
    }

    private static func mismatch(_ expected: String) -> Answer {
        .problem(
            422, "The client in the body is not the client in the path.",
            errors: [DocumentFault("/clientIdentifier", "is not \(expected)")])
    }
}

extension ClientStore.Record {
    /// The client as the ERP shows it, its own identifier first.
    var tree: JSONTree {
        let address = client.address
        return .object([
            .init("clientId", .string(id)),
            .init("clientIdentifier", .string(client.identifier)),
            .init("clientName", .string(client.name)),
            .init("clientEmail", .string(client.email)),
            .init(
                "clientAddress",
                .object([
                    .init("street", .string(address.street)), .init("city", .string(address.city)),
                    .init("state", .string(address.state)), .init("zipCode", .string(address.zipCode)),
                ])),
            .init("status", .string(client.status)),
            .init("createdAt", .string(Timestamp.text(milliseconds: createdAt))),
            .init("updatedAt", .string(Timestamp.text(milliseconds: updatedAt))),
        ])
    }
}
