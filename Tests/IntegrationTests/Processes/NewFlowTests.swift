import Foundation
import SimulatedSystems
import TestKit
import Testing

@Suite("A new flow")
struct NewFlowTests {
    @Test("another topic, schema, mapping and call work by writing files only: plain JSON with identity and key")
    func filesOnly() async throws {
        try await Site.run { site in
            let topic = try await blocking { try site.broker.createTopic("members", partitions: 1) }
            let folder = site.folder
            try folder.write("club/Schemas/member-change.json", Self.schema)
            try folder.write("club/mappings/member.jq", Self.mapping)
            try folder.write("club/penstock.yaml", Self.configuration(topic: topic, group: site.group))
            try folder.write("changes.ndjson", Self.changes)
            let check = try await site.penstock("check", "--config", "club")
            #expect(check.status == 0, "\(check.output)\(check.errors)")
            let produced = try await site.penstock("produce", "--config", "club", "--flow", "members", "changes.ndjson")
            #expect(produced.status == 0, "\(produced.errors)")
            let service = try site.start("run", "--config", "club")
            defer { service.end() }
            let changes = Self.changes.split(separator: "\n").count
            let deadline = ContinuousClock.now + .seconds(60)
            while try await site.committedCount(topic: topic) < changes, ContinuousClock.now < deadline {
                try await Task.sleep(for: .milliseconds(100))
            }
            // The change that comes twice has a receipt the second time.
            #expect(site.erp.currentSummary.effects == 4, "\(service.errorText) \(site.erp.currentSummary)")
            #expect(site.erp.currentSummary.duplicatesSuppressed == 0)
            service.signal(SIGTERM)
            #expect(try await service.ending(within: .seconds(20)).status == 0)
            let applied = site.erp.journal.entries.filter { $0.kind == .applied }
            #expect(applied.allSatisfy { $0.method == "PUT" })
            // The order of member 7 is that of the changes, though no record has a key.
            #expect(applied.filter { $0.clientIdentifier == "M-7" }.map(\.version) == [1, 2, 3])
            #expect(applied.filter { $0.clientIdentifier == "M-8" }.map(\.clientStatus) == ["inactive"])
        }
    }

    private static let schema = """
        { "type": "object", "required": ["change", "member"],
          "properties": { "change": { "type": "integer" },
            "member": { "type": "object", "required": ["no", "name"] } } }
        """

    private static let mapping = """
        { clientIdentifier: "M-\\(.member.no)", clientName: .member.name, clientEmail: "\\(.member.no)@club.example",
          clientAddress: { street: "1 Club Way", city: "Boston", state: "MA", zipCode: "02101" },
          status: (if .left then "inactive" else "active" end) }
        """

    /// The last line is the first again: the same change, produced twice.
    private static let changes = """
        {"change":1,"member":{"no":7,"name":"Ada"},"version":1}
        {"change":2,"member":{"no":8,"name":"Bob"},"version":1,"left":true}
        {"change":3,"member":{"no":7,"name":"Ada B"},"version":2}
        {"change":4,"member":{"no":7,"name":"Ada C"},"version":3}
        {"change":1,"member":{"no":7,"name":"Ada"},"version":1}

        """

    private static func configuration(topic: String, group: String) -> String {
        """
        kafka: { bootstrap_servers: "${KAFKA_BOOTSTRAP_SERVERS}" }
        systems:
          erp:
            base_url: ${ERP_URL}/v2
            auth:
              oauth2_client_credentials:
                { token_url: "${ERP_URL}/oauth/token", client_id: penstock, client_secret: penstock-secret }
        flows:
          members:
            topic: \(topic)
            group: \(group)
            format: json
            identity: .change
            key: .member.no
            schema: member-change.json
            session_timeout: 6s
            drain_deadline: 3s
            steps:
              - name: put-member
                map: mappings/member.jq
                call: PUT erp/clients/M-{.member.no}
                headers: { X-Event-Version: "{.version}" }
        """
    }
}
