import Delivery
import Testing

@testable import Flows
@testable import HTTPCalls

/// What the configuration says is what workers are made with.
@Suite("From the configuration to a flow's definition")
struct FlowDefinitionTests {
    private static let yaml = """
        systems:
          other: { base_url: http://other.example.com }
          erp:
            base_url: https://erp.example.com/v2/
            timeout: 1m30s
            connect_timeout: 2s
            concurrency: 64
            headers: { X-Tenant: emea }
            idempotency_header: X-Request-Id
            circuit: { failures: 3, open_for: 2s, open_for_max: 5s }
            auth: { basic: { username: u, password: p } }
        flows:
          orders:
            topic: shop.orders
            format: json
            identity: .id
            key: .customer
            source: /shop
            tombstones: park
            session_timeout: 10s
            drain_deadline: 4s
            commit_interval: 250ms
            assignment: range
            stall_after: 5m
            backoff: { initial: 1s, max: 2s }
            buffer: { events: 500, bytes: 1MiB }
            steps:
              - name: put-order
                when: .total > 0
                map: { jq: "{ id }" }
                call: PUT erp/orders/{.id}
                headers: { X-Source: "shop {.id}" }
                retry: { statuses: [409], attempts: 4 }
                success_statuses: [200, 208]

        """

    private func definition(_ yaml: String = Self.yaml) throws -> FlowDefinition {
        let files = ConfigurationFiles.memory(["penstock.yaml": yaml], workingDirectory: "/project")
        let configuration = try Configuration.load(paths: ["penstock.yaml"], environment: [:], files: files)
        return try FlowDefinition(
            try #require(configuration.flows.first), of: configuration, schemas: SchemaTexts(), files: files)
    }

    @Test("what is kept in order reaches the core", arguments: Order.allCases)
    func order(_ order: Order) throws {
        let flow = try definition(Self.yaml.replacing("key: .customer", with: "order: \(order.rawValue)"))
        #expect(flow.order == order)
        #expect(flow.coreConfiguration.order == order)
        #expect(try definition().order == .key)
    }

    @Test("the flow's own keys, and the defaults of those that are not given")
    func flow() throws {
        let flow = try definition()
        #expect(flow.name == "orders")
        #expect(flow.topic == "shop.orders")
        #expect(flow.group == "penstock-orders")
        #expect(flow.deadLetterTopic == "shop.orders.dead-letter")
        #expect(flow.format == .json)
        #expect(flow.source == "/shop")
        #expect(flow.identity?.text == ".id")
        #expect(flow.key?.text == ".customer")
        #expect(flow.schema == nil)
        #expect(flow.tombstones == .park)
        #expect(flow.assignment == .range)
        #expect(flow.limits.sessionTimeout == .seconds(10))
        #expect(flow.limits.drainTimeout == .seconds(4))
        #expect(flow.limits.commitInterval == .milliseconds(250))
        #expect(flow.limits.backOff.initial == .seconds(1))
        #expect(flow.limits.backOff.maximum == .seconds(2))
        #expect(flow.limits.buffer.events == 500)
        #expect(flow.limits.buffer.bytes == 1 << 20)
    }

    @Test("the step: its call by the system's position among those that the flow uses")
    func step() throws {
        let flow = try definition()
        let step = try #require(flow.steps.first)
        #expect(step.name == "put-order")
        #expect(step.when?.text == ".total > 0")
        #expect(step.map?.text == "{ id }")
        #expect(step.method == .put)
        #expect(flow.systems.map(\.name) == ["erp"], "a system that no step calls is not connected to")
        #expect(step.system == 0)
        #expect(step.call(flow.systems) == "PUT erp/orders/{.id}")
        #expect(step.headers.map(\.name) == ["X-Source"])
        #expect(step.headers.first?.value.map(\.description) == ["shop ", "{.id}"])
        #expect(step.retry.statuses == [409])
        #expect(step.retry.attempts == 4)
        #expect(step.successStatuses == [200, 208])
    }

    @Test(
        "a header that no call can carry is told with its place before the first event",
        arguments: ["Host", "Content-Length", "transfer-encoding", "authorization", "x-request-id"])
    func refusedHeader(name: String) throws {
        let yaml = Self.yaml.replacing("headers: { X-Source:", with: "headers: { \(name):")
        let error = #expect(throws: FlowProblems.self) { try definition(yaml) }
        let problem = error?.problems.first ?? ""
        #expect(problem.hasPrefix("penstock.yaml:"), "\(problem)")
        #expect(problem.contains("flows.orders.steps[0].headers"), "\(problem)")
        #expect(problem.contains(name), "\(problem)")
    }

    @Test("the system: address, times, credentials, circuit")
    func system() throws {
        let system = try #require(try definition().systems.first)
        #expect(system.endpoint.baseURL == "https://erp.example.com/v2")
        #expect(system.endpoint.timeoutMilliseconds == 90_000)
        #expect(system.endpoint.connectTimeoutMilliseconds == 2_000)
        #expect(system.endpoint.headers.contains("X-Tenant"))
        #expect(system.idempotencyHeader == "X-Request-Id")
        #expect(system.limits.concurrency == 64)
        #expect(system.limits.circuit.failureThreshold == 3)
        #expect(system.limits.circuit.openTime == .seconds(2))
        #expect(system.limits.circuit.maximumOpenTime == .seconds(5))
        guard case .basic(let user, let password) = system.endpoint.authentication else {
            Issue.record("not basic authentication")
            return
        }
        #expect(user == "u")
        #expect("\(password)" != "p", "a secret never shows in a text")
    }

    @Test("the core's configuration carries systems, retry policies and limits of the flow")
    func core() throws {
        let core = try definition().coreConfiguration
        #expect(core.systems.map(\.concurrency) == [64])
        #expect(core.retryPolicies.map(\.attempts) == [4])
        #expect(core.commitInterval == .milliseconds(250))
        #expect(core.drainTimeout == .seconds(4))
        #expect(core.buffer.events == 500)
        #expect(try definition().limits.stallAfter == .seconds(300))
    }
}
