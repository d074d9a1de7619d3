import Foundation
import JSON
import JSONSchema
import Testing

@testable import Flows

/// Events that nobody wrote: sampled from the schemas of the reference example, and run through its flow.
@Suite("Sampled events")
struct SampledEventTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path
    private static let seeds: Range<UInt64> = 0..<100

    private let runner: GoldenRunner
    private let registry: SchemaRegistry

    init() throws {
        let configuration = try Configuration.load(
            paths: [Self.root + "/examples/crm-to-erp/penstock.yaml"], environment: [:])
        var texts: [String: [UInt8]] = [:]
        let registry = SchemaRegistry(load: { _ in nil })
        for name in ["crm/customer-event.v1.json", "crm/customer.v1.json", "erp/client.v2.json"] {
            let bytes = Array(try Data(contentsOf: URL(filePath: "\(Self.root)/Schemas/\(name)")))
            texts[name] = bytes
            try registry.add(bytes, uri: name)
        }
        self.registry = registry
        let flow = try #require(configuration.flows.first)
        let definition = try FlowDefinition(flow, of: configuration, schemas: SchemaTexts(texts), files: .local)
        runner = try GoldenRunner(definition)
    }

    private func run(_ event: String) -> GoldenRun {
        var golden = GoldenCase()
        golden.event = JSONText(bytes: Array(event.utf8), place: golden.place)
        return runner.run(golden, files: .local)
    }

    private func event(of customer: String, type: String) -> String {
        #"{"specversion":"1.0","id":"e","source":"/crm","type":"crm.customer.\#(type)","data":\#(customer)}"#
    }

    @Test(
        "any valid customer is mapped to a call, or parked for what the ERP's schema says of it; none crashes or waits")
    func customers() throws {
        let schema = try Schema(uri: "crm/customer.v1.json", in: registry)
        var outcomes: [GoldenCase.Outcome: Int] = [:]
        for seed in Self.seeds {
            var sampler = SchemaSampler(schema, seed: seed)
            let customer = try sampler.valid()
            for type in ["created", "updated", "deleted", "viewed"] {
                let run = run(event(of: customer, type: type))
                outcomes[run.outcome, default: 0] += 1
                switch run.outcome {
                case .applied: #expect(run.calls.count == 1, "seed \(seed): \(customer)")
                case .skipped: #expect(type == "viewed", "seed \(seed): \(customer)")
                case .parked:
                    #expect(
                        run.fault?.stage == .transformation, "seed \(seed): \(run.fault?.message ?? "") \(customer)")
                    #expect(run.calls.isEmpty)
                case .waiting: Issue.record("seed \(seed) waits: \(customer)")
                }
            }
        }
        #expect(outcomes[.skipped] == Self.seeds.count)
        #expect(outcomes[.applied] ?? 0 > Self.seeds.count, "\(outcomes)")
    }

    @Test("any valid event is skipped or mapped; any event with one thing broken is parked before a call")
    func events() throws {
        let schema = try Schema(uri: "crm/customer-event.v1.json", in: registry)
        for seed in Self.seeds {
            var sampler = SchemaSampler(schema, seed: seed)
            let valid = try sampler.valid()
            let run = run(valid)
            #expect(
                run.outcome == .skipped || run.outcome == .applied || run.fault?.stage == .transformation, "\(valid)")
            let invalid = try sampler.invalid()
            let refused = self.run(invalid.document)
            #expect(refused.outcome == .parked, "seed \(seed): \(invalid.keyword) \(invalid.document)")
            #expect(refused.fault?.stage == .valueConverter)
            #expect(refused.calls.isEmpty)
        }
    }
}
