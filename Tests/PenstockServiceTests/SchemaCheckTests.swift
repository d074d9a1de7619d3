import Flows
import Testing

@testable import PenstockService

@Suite("Warnings about schemas")
struct SchemaCheckTests {
    private func warnings(_ texts: [String: String]) -> [String] {
        SchemaCheck(folder: "Schemas", texts: SchemaTexts(texts.mapValues { Array($0.utf8) })).warnings()
            .map { String($0.text.prefix { $0 != "\n" }) }
    }

    @Test("defaults and examples that are not valid, at their places, also where two versions have one $id")
    func examples() {
        let found = warnings([
            "a.v1.json": "{\"$id\":\"https://x.example/a\",\n\"type\":\"integer\",\"default\":\"x\"}",
            "a.v2.json": "{\"$id\":\"https://x.example/a\",\n\"type\":\"integer\",\"examples\":[1,true]}",
            "b.json": "{\"$ref\":\"https://x.example/a\",\"default\":1}", "c.json": "{ no JSON",
        ])
        #expect(found.count == 2, "\(found)")
        #expect(found.first?.hasPrefix("Schemas/a.v1.json:2:28: warning: /default: ") == true, "\(found)")
        #expect(found.last?.hasPrefix("Schemas/a.v2.json:2:32: warning: /examples/1: ") == true, "\(found)")
    }

    @Test("a version that refuses what the one before it took; what cannot be told is not claimed")
    func versions() {
        let found = warnings([
            "a.v1.json": "{\"type\":[\"string\",\"null\"]}", "a.v2.json": "{\"type\":\"string\"}",
            "a.v3.json": "{\"type\":[\"string\",\"integer\"]}",
            "b.v1.json": "{\"pattern\":\"^(a|b)*$\"}", "b.v2.json": "{\"pattern\":\"^(b|a)*$\"}",
        ])
        #expect(found.count == 1, "\(found)")
        #expect(
            found.first?.hasPrefix("Schemas/a.v2.json:1:9: warning: not backward compatible with a.v1.json: ") == true,
            "\(found)")
    }
}
