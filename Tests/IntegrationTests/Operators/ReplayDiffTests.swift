import Foundation
import SimulatedSystems
import TestKit
import Testing

/// What another configuration would call for real events, without calling.
@Suite("Mapping diff over history")
struct ReplayDiffTests {
    /// The site's project with another mapping.
    private func write(_ mapping: (String) -> String, at site: Site) throws {
        let text = try String(
            contentsOfFile: site.folder.path + "/mappings/customer-to-client.jq", encoding: .utf8)
        try site.folder.write("new/mappings/customer-to-client.jq", mapping(text))
        try FileManager.default.createSymbolicLink(
            atPath: site.folder.path + "/new/Schemas", withDestinationPath: Repository.path("Schemas"))
        let configuration = try String(contentsOfFile: site.folder.path + "/penstock.yaml", encoding: .utf8)
        try site.folder.write("new/penstock.yaml", configuration)
    }

    @Test("members that differ are told with counts and examples; equal mappings differ nowhere; nothing is called")
    func members() async throws {
        try await Site.run(partitions: 2) { site in
            let events = customerEvents(50)
            try await site.produce(events)
            try write({ "(" + $0 + ") | .clientName |= ascii_upcase" }, at: site)
            let diff = try await site.penstock(
                "replay", "customers", "--diff", "new/penstock.yaml", "--output", "json")
            #expect(diff.status == 1, "\(diff)")
            let groups = try diff.objects.dropLast()
            let names = groups.flatMap {
                ($0["members"] as? [[String: Any]])?.compactMap { $0["member"] as? String } ?? []
            }
            #expect(Set(names) == ["/clientName"], "\(diff.output)")
            #expect(groups.reduce(0) { $0 + ($1["count"] as? Int ?? 0) } == 50)
            #expect(groups.allSatisfy { (1...3).contains(($0["examples"] as? [Any])?.count ?? 0) })
            let table = try await site.penstock(
                "replay", "customers", "--diff", "new/penstock.yaml", "--type", "crm.customer.created")
            let created = events.filter { $0.change == .created }.count
            #expect(table.output.contains("create-client: /clientName"), "\(table.output)")
            #expect(table.lines.last?.hasPrefix("\(created) of \(created) event") ?? false, "\(table.output)")
            let same = try await site.penstock("replay", "customers", "--diff", "penstock.yaml")
            #expect(same.status == 0, "\(same)")
            #expect(same.lines.last?.hasPrefix("0 of 50 events would be called differently") ?? false)
            #expect(site.erp.currentSummary.requests == 0)
            let missing = try await site.penstock("replay", "customers", "--diff", "nothing.yaml")
            #expect(missing.status == 2)
        }
    }
}
