import Foundation
import Testing

@testable import PenstockService

@Suite("Documents and schemas from files")
struct DocumentTests {
    /// A folder that is gone after the body.
    private func inFolder(_ files: [String: String], _ body: (String) throws -> Void) throws {
        let folder = NSTemporaryDirectory() + "penstock-documents-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: folder) }
        for (name, text) in files {
            let file = URL(filePath: folder).appending(path: name)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try text.write(to: file, atomically: false, encoding: .utf8)
        }
        try body(folder)
    }

    private func items(_ path: String, _ format: DocumentSource.Format = .automatic) throws -> [String] {
        try DocumentSource(path: path, format: format).items.map { item in
            (item.place as NSString).lastPathComponent + " " + String(decoding: item.text, as: UTF8.self)
        }
    }

    @Test("the format is known by the name, else by the content; every document knows its place")
    func formats() throws {
        try inFolder([
            "a.ndjson": "{\"a\":1}\n\n  {\"a\":2}\r\n", "b.json": " [ {\"a\":1.0}, 2 ]", "c.json": "{\n\"a\":1}",
            "d": "{\"a\":1}\n{\"a\":2}", "e": "{\n  \"a\": 1\n}", "f.csv": "id,name\n1,\"a,b\"\n",
        ]) { folder throws in
            #expect(try items(folder + "/a.ndjson") == ["a.ndjson:1 {\"a\":1}", "a.ndjson:3   {\"a\":2}\r"])
            #expect(try items(folder + "/b.json") == ["0 {\"a\":1.0}", "1 2"], "b.json#/0")
            #expect(try items(folder + "/c.json") == ["c.json {\n\"a\":1}"])
            #expect(try items(folder + "/d") == ["d:1 {\"a\":1}", "d:2 {\"a\":2}"])
            #expect(try items(folder + "/e") == ["e {\n  \"a\": 1\n}"])
            #expect(try items(folder + "/f.csv") == ["f.csv:2 {\"id\":\"1\",\"name\":\"a,b\"}"])
        }
    }

    @Test("a missing file is told by its name and the reason")
    func missing() {
        let error = #expect(throws: CommandFailure.self) { try DocumentSource(path: "/nowhere/x.json") }
        #expect(error?.status == .usedWrongly)
        #expect(error?.message.hasPrefix("/nowhere/x.json: cannot be read: ") ?? false)
    }

    @Test("schemas are found through links, as a mounted volume of Kubernetes has them; hidden names are passed over")
    func links() throws {
        try inFolder(["..data/crm/event.json": "{}", "..data/readme.txt": "", "plain/other.json": "true"]) { folder in
            try FileManager.default.createSymbolicLink(
                atPath: folder + "/crm", withDestinationPath: "..data/crm")
            try FileManager.default.createSymbolicLink(
                atPath: folder + "/plain/loop", withDestinationPath: "..")
            let link = folder + "-link"
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: folder)
            defer { try? FileManager.default.removeItem(atPath: link) }
            let texts = try SchemaFiles.load(folder: link).texts
            #expect(texts["crm/event.json"] == Array("{}".utf8))
            #expect(texts["plain/other.json"] == Array("true".utf8))
            #expect(!texts.keys.contains { $0.contains("..data") })
        }
    }
}
