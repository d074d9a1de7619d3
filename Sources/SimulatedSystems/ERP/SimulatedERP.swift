import HTTPServing
import Synchronization

/// An ERP over HTTP as the reference scenario has it, with a journal of all its effects and faults on demand.
///
/// | request | does |
/// |---|---|
/// | `POST /oauth/token` | a bearer token for the client credentials, in the header or the form |
/// | `POST /v2/clients` | creates a client: 201, its record, `clientId` first |
/// | `PUT /v2/clients/{id}` | replaces a client; creates it when the CRM's identifier is unknown (upsert): 200 or 201 |
/// | `DELETE /v2/clients/{id}` | deletes a client: 204, or 404 where there is none |
/// | `GET /v2/clients/{id}` | one client |
/// | `GET /v2/clients?external_id=` | `{"clients": […]}` |
/// | `POST /v2/clients/bulk` | creates or replaces many, each with an outcome of its own: see `SimulatedERP+Bulk.swift` |
/// | `GET /v2/clients?limit=&offset=` | all clients, page by page; or with `cursor=`, what the last page gave as `next` |
/// | `PUT /_simulated/drift` | `{"missing": 3, "altered": 2, "extra": 1, "stale": 1, "seed": 7}`: changes records |
/// | `GET /_simulated/journal?from=&limit=` | the journal as NDJSON |
/// | `DELETE /_simulated/tokens` | makes all tokens invalid |
///
/// `{id}` is the ERP's own `clientId` or the CRM's `clientIdentifier`. A bad client is answered with 422 and
/// `application/problem+json`. The paths of every simulated system (`/healthz`, `/_simulated/faults`,
/// `/_simulated/summary`) are there too.
///
/// The same `Idempotency-Key` gives the first answer again and has no second effect; with another request it is 422.
/// Only effects are remembered, so a request that was refused may come again under its key.
public final class SimulatedERP: Sendable {
    /// How the ERP behaves.
    public struct Options: Sendable {
        /// The client that may have tokens; `nil` switches authentication off.
        public var clientID: String?
        public var clientSecret: String
        public var tokenLifetime: Duration
        /// Whether repeats under one idempotency key are recognised.
        public var honoursIdempotencyKeys: Bool
        /// Whether `POST` of a known `clientIdentifier` is refused with 409; otherwise it makes a second client.
        public var refusesKnownIdentifiers: Bool
        /// The header with the idempotency key; the case does not matter.
        public var idempotencyHeader: String
        /// Headers that may carry the version of the data, in the order in which they are tried. After them the
        /// member `version` of the body is.
        public var versionHeaders: [String]
        /// Headers that may carry the identity of the event, in the order in which they are tried.
        public var eventHeaders: [String]
        /// E-mail domains that are refused with 422 although their shape is right.
        public var refusedEmailDomains: [String]
        /// The most clients of a bulk request; more are answered with 413.
        public var bulkItemLimit = 1_000
        /// Whether a bulk request with a bad client is refused as a whole, with 422.
        public var bulkIsAtomic = false
        /// Of the generator behind tokens and faults.
        public var seed: UInt64

        public init(
            clientID: String? = "penstock", clientSecret: String = "penstock-secret",
            tokenLifetime: Duration = .seconds(3600), honoursIdempotencyKeys: Bool = true,
            refusesKnownIdentifiers: Bool = false, idempotencyHeader: String = "Idempotency-Key",
            versionHeaders: [String] = ["X-Event-Version"], eventHeaders: [String] = ["X-Event-Id", "ce-id"],
            refusedEmailDomains: [String] = [EventDefect.refusedEmailDomain], seed: UInt64 = 0
        ) {
            self.clientID = clientID
            self.clientSecret = clientSecret
            self.tokenLifetime = tokenLifetime
            self.honoursIdempotencyKeys = honoursIdempotencyKeys
            self.refusesKnownIdentifiers = refusesKnownIdentifiers
            self.idempotencyHeader = idempotencyHeader
            self.versionHeaders = versionHeaders
            self.eventHeaders = eventHeaders
            self.refusedEmailDomains = refusedEmailDomains
            self.seed = seed
        }
    }

    /// What the ERP did so far.
    public struct Summary: Sendable, Equatable {
        /// Requests to the ERP's own API that reached it, those that a fault swallowed not counted.
        public var requests = 0
        public var effects = 0
        /// Repeats under a known idempotency key.
        public var duplicatesSuppressed = 0
        /// Clients there are now.
        public var clients = 0
        /// Requests answered with 4xx other than 401.
        public var refused = 0
        /// Requests without a valid token.
        public var unauthorized = 0
        public var tokensIssued = 0
        public var tokensRefused = 0
    }

    struct State {
        var store: ClientStore
        var tokens: TokenIssuer?
        var summary = Summary()
    }

    public let options: Options
    /// Every effect, in order.
    public let journal = EffectJournal()
    public let faults: FaultControl
    let state: Mutex<State>
    private let start = ContinuousClock.now

    public init(_ options: Options = Options()) {
        self.options = options
        faults = FaultControl(seed: options.seed)
        let tokens = options.clientID.map { id in
            TokenIssuer(
                credentials: .init(id: id, secret: options.clientSecret), lifetime: options.tokenLifetime,
                seed: options.seed &+ 1)
        }
        let store = ClientStore(
            honoursIdempotencyKeys: options.honoursIdempotencyKeys,
            refusesKnownIdentifiers: options.refusesKnownIdentifiers)
        state = Mutex(State(store: store, tokens: tokens))
    }

    /// Listens. Several servers of one ERP share its records.
    public func start(at address: SimulatedServer.Address = .init()) async throws -> SimulatedServer {
        try await SimulatedServer.start(
            SimulatedResponder(system: self, faults: faults), at: address)
    }

    /// ``start(at:)`` for a thread that may block. Never call it from a task.
    public func startBlocking(at address: SimulatedServer.Address = .init()) throws -> SimulatedServer {
        try SimulatedServer.blocking { try await self.start(at: address) }
    }

    /// What happened so far, from one moment.
    public var currentSummary: Summary {
        state.withLock { state in
            var summary = state.summary
            summary.clients = state.store.records.count
            summary.tokensIssued = state.tokens?.issued ?? 0
            summary.tokensRefused = state.tokens?.refused ?? 0
            return summary
        }
    }

    /// Makes all tokens invalid: the next calls are answered with 401.
    public func revokeTokens() {
        state.withLock { $0.tokens?.revokeAll() }
    }

    /// Time since this ERP was made; it never runs backwards.
    var elapsed: Duration { ContinuousClock.now - start }
}
