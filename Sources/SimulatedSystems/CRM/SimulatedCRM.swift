import HTTPServing
import Synchronization

/// A CRM over HTTP: customers that change, and the events of their changes.
///
/// | request | does |
/// |---|---|
/// | `GET /customers?updated_since=&page=&page_size=` | customers by time of change, deleted ones too, in pages |
/// | `GET /customers/{id}` | one customer |
/// | `POST /_simulated/changes?count=` | makes changes, answers their events as NDJSON, structured mode |
///
/// `updated_since` is RFC 3339 and inclusive; pages count from 1. The paths of every simulated system (`/healthz`,
/// `/_simulated/faults`, `/_simulated/summary`) are there too.
public final class SimulatedCRM: Sendable {
    private let generator: Mutex<CustomerEventGenerator>
    public let faults: FaultControl

    /// The most customers on one page.
    static let largestPage = 1000

    public init(_ options: CustomerEventGenerator.Options = .init()) {
        generator = Mutex(CustomerEventGenerator(options))
        faults = FaultControl(seed: options.seed)
    }

    /// Listens. Several servers of one CRM share its customers.
    public func start(at address: SimulatedServer.Address = .init()) async throws -> SimulatedServer {
        try await SimulatedServer.start(
            SimulatedResponder(system: self, faults: faults), at: address)
    }

    /// ``start(at:)`` for a thread that may block. Never call it from a task.
    public func startBlocking(at address: SimulatedServer.Address = .init()) throws -> SimulatedServer {
        try SimulatedServer.blocking { try await self.start(at: address) }
    }

    /// Makes changes, and gives their events in order.
    public func change(_ count: Int = 1) -> [CustomerEvent] {
        generator.withLock { $0.next(count) }
    }

    /// All customers, deleted ones too.
    public var customers: [Customer] { generator.withLock { $0.customers } }
}

extension SimulatedCRM: SimulatedSystem {
    func subject(of request: SimulatedRequest) -> String? {
        request.segments.count == 2 ? request.segments[1] : nil
    }

    func answer(_ request: SimulatedRequest) -> Answer {
        guard request.segments.first == "customers", request.segments.count <= 2 else {
            return .problem(404, "There is no \(request.path).")
        }
        guard request.method == "GET" else { return .problem(405, "\(request.method) is not possible here.") }
        guard request.segments.count == 2 else { return page(request.query) }
        let id = request.segments[1]
        let customer = customers.first { $0.id == id }
        return customer.map { .json(200, $0.tree) } ?? .problem(404, "There is no customer \(id).")
    }

    func administer(_ name: String, _ request: SimulatedRequest) -> Answer? {
        guard request.method == "POST", name == "changes" else { return nil }
        let count = request.query["count"].flatMap { Int($0) } ?? 1
        guard (1...100_000).contains(count) else { return .problem(400, "count is not from 1 to 100000.") }
        let lines = change(count).flatMap { $0.structured.value + [UInt8(ascii: "\n")] }
        return Answer(200, headers: ["content-type": "application/x-ndjson"], body: lines)
    }

    var summary: [JSONTree.Member] {
        let customers = customers
        return [
            .init("customers", .int(customers.count)),
            .init("deleted", .int(customers.count { $0.isDeleted })),
        ]
    }

    private func page(_ query: [String: String]) -> Answer {
        let number = query["page"].map { Int($0) } ?? 1
        let size = query["page_size"].map { Int($0) } ?? 100
        let since = query["updated_since"].map { Timestamp.milliseconds($0) } ?? Int64.min
        guard let number, number > 0 else { return .problem(400, "page is no number from 1 on.") }
        guard let size, (1...Self.largestPage).contains(size) else {
            return .problem(400, "page_size is no number from 1 to \(Self.largestPage).")
        }
        guard let since else { return .problem(400, "updated_since is no RFC 3339 time.") }
        let changed = customers.filter { $0.updatedAt >= since }
            .sorted { ($0.updatedAt, $0.id) < ($1.updatedAt, $1.id) }
        // More pages than customers: nothing is there, and nothing overflows.
        let start = number - 1 > changed.count / size ? changed.count : (number - 1) * size
        let shown = changed.dropFirst(start).prefix(size)
        return .json(
            200,
            .object([
                .init("customers", .array(shown.map(\.tree))), .init("page", .int(number)),
                .init("pageSize", .int(size)), .init("total", .int(changed.count)),
                .init("nextPage", start + shown.count < changed.count ? .int(number + 1) : .null),
            ]))
    }
}
