import Delivery
import Flows
import HTTPServing

/// The port for probes and metrics: `/livez`, `/readyz`, `/metrics`.
///
/// It reads what workers publish ten times a second and asks nothing of them: a probe costs the events nothing.
public struct AdministrationPort: Sendable {
    private let server: HTTPServer

    /// For example `http://127.0.0.1:9464`.
    public var url: String { server.url }

    /// Starts to listen. Never call it from a task.
    public init(
        _ settings: Configuration.Administration, pool: WorkerPool, schedule: ReconcileSchedule? = nil
    ) throws {
        let address = HTTPServer.Address(host: settings.host, port: settings.port)
        server = try HTTPServer.blocking {
            try await HTTPServer.start(at: address) {
                AdministrationPort.page($0, pool.views, schedule?.figures ?? [])
            }
        }
    }

    /// Never call it from a task.
    public func stop() {
        server.stopBlocking()
    }

    static func page(
        _ path: String, _ workers: @autoclosure () -> [WorkerView],
        _ reconciliations: @autoclosure () -> [ReconcileFigures] = []
    ) -> Page? {
        switch path {
        case "/livez": page(Health(workers()).live)
        case "/readyz": page(Health(workers()).ready)
        case "/metrics":
            Page(
                contentType: PrometheusText.contentType, body: MetricsPage(workers(), reconciliations(), now: .now).text
            )
        default: nil
        }
    }

    private static func page(_ answer: (isGood: Bool, body: String)) -> Page {
        Page(status: answer.isGood ? 200 : 503, contentType: "application/json", body: answer.body)
    }
}
