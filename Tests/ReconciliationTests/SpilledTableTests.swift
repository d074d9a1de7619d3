import Foundation
import Testing

@testable import Reconciliation

/// A folder for as long as a test takes.
func withFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
    let path = NSTemporaryDirectory() + "penstock-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try body(path)
}

extension SpilledTable {
    func append(_ key: String, _ ordinal: UInt64, _ payload: String) {
        Array(key.utf8).withUnsafeBytes { key in
            Array(payload.utf8).withUnsafeBytes { append(key: key, ordinal: ordinal, payload: $0) }
        }
    }

    /// Everything, as `key: payload payload`.
    func lines() throws -> [String] {
        let cursor = try cursor()
        var lines: [String] = []
        try cursor.advance()
        while cursor.hasKey {
            let payloads = (0..<cursor.count).map { String(decoding: cursor.payload($0), as: UTF8.self) }
            lines.append(String(decoding: cursor.key, as: UTF8.self) + ": " + payloads.joined(separator: " "))
            try cursor.advance()
        }
        return lines
    }
}

@Suite struct SpilledTableTests {
    @Test("Entries come back by key and ordinal, from however many runs")
    func order() throws {
        try withFolder { folder in
            let table = SpilledTable(folder: folder, name: "events", memoryByteCount: 1 << 20)
            for (key, ordinal) in [("b", 3), ("a", 2), ("abcdefghi", 1), ("abcdefgh", 9), ("", 4)] {
                table.append(key, UInt64(ordinal), "\(ordinal)")
            }
            try table.spill()
            for (key, ordinal) in [("a", 1), ("b", 7), ("c", 1)] { table.append(key, UInt64(ordinal), "\(ordinal)") }
            try table.spill()
            #expect(table.runs.count == 2)
            #expect(try table.lines() == [": 4", "a: 1 2", "abcdefgh: 9", "abcdefghi: 1", "b: 3 7", "c: 1"])
            table.remove()
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
        }
    }

    @Test("What many runs hold is what was given, also when runs are put together")
    func manyRuns() throws {
        try withFolder { folder in
            let table = SpilledTable(folder: folder, name: "t", memoryByteCount: 16 << 10, runLimit: 5)
            var expected: [String: [String]] = [:]
            var random = SystemRandomNumberGenerator()
            for ordinal in 0..<20_000 {
                let key = "key-\(Int.random(in: 0..<3_000, using: &random))"
                // Payloads longer than a reader's block, too.
                let payload = ordinal.isMultiple(of: 5_000) ? String(repeating: "x", count: 200_000) : "\(ordinal)"
                expected[key, default: []].append(payload)
                table.append(key, UInt64(ordinal), payload)
                if table.isFull { try table.spill() }
            }
            try table.spill()
            #expect(table.runs.count <= 5)
            let keys = expected.keys.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
            #expect(try table.lines() == keys.map { "\($0): \((expected[$0] ?? []).joined(separator: " "))" })
        }
    }

    @Test("Of one key in one run only what is chosen is written")
    func choice() throws {
        try withFolder { folder in
            let table = SpilledTable(folder: folder, name: "t", memoryByteCount: 1 << 20)
            for ordinal in 1...5 { table.append("a", UInt64(ordinal), "\(ordinal)") }
            table.append("b", 1, "1")
            try table.spill { group in group.count - 1..<group.count }
            #expect(try table.lines() == ["a: 5", "b: 1"])
        }
    }

    @Test("Runs of an earlier process are gone on with")
    func resumed() throws {
        try withFolder { folder in
            let first = SpilledTable(folder: folder, name: "t", memoryByteCount: 1 << 20)
            first.append("a", 1, "1")
            try first.spill()
            let second = SpilledTable(folder: folder, name: "t", runs: first.runs, memoryByteCount: 1 << 20)
            second.append("a", 2, "2")
            try second.spill()
            #expect(try second.lines() == ["a: 1 2"])
        }
    }

    @Test("A run that is cut off or missing is told, with its path")
    func damaged() throws {
        try withFolder { folder in
            let table = SpilledTable(folder: folder, name: "t", memoryByteCount: 1 << 20)
            table.append("key", 1, "payload")
            try table.spill()
            let path = folder + "/" + table.runs[0]
            let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
            try bytes.dropLast(3).write(to: URL(fileURLWithPath: path))
            #expect(throws: SpillError(path: path, reason: "the file is cut off")) { _ = try table.lines() }
            try FileManager.default.removeItem(atPath: path)
            #expect(throws: SpillError.self) { _ = try table.lines() }
        }
    }

    @Test("A key in the middle divides a table: what lies before it and what comes from it on is all there is")
    func parts() throws {
        try withFolder { folder in
            let table = SpilledTable(folder: folder, name: "t", memoryByteCount: 1 << 20)
            for run in 0..<3 {
                for number in 0..<200 { table.append("key-\(number * 37 % 200)", UInt64(run), "\(run)") }
                try table.spill()
            }
            let all = try table.lines()
            let middle = try #require(table.middleKey)
            var join = KeyJoin([try table.cursor()])
            var lower = 0
            while try join.advance(), !join.isAt(orBehind: middle) { lower += 1 }
            #expect((80...120).contains(lower))
            let cursor = try table.cursor(from: middle)
            try cursor.advance()
            #expect(cursor.key == middle)
            var upper = 0
            while cursor.hasKey {
                #expect(cursor.count == 3)
                upper += 1
                try cursor.advance()
            }
            #expect(lower + upper == all.count)
            let beyond = try table.cursor(from: Array("z".utf8))
            try beyond.advance()
            #expect(!beyond.hasKey)
        }
    }

    @Test("A join tells at each key which tables have it")
    func join() throws {
        try withFolder { folder in
            let tables = ["a b d", "b c", "a b e"].enumerated().map { index, keys in
                let table = SpilledTable(folder: folder, name: "t\(index)", memoryByteCount: 1 << 20)
                for key in keys.split(separator: " ") { table.append(String(key), 0, "") }
                return table
            }
            for table in tables { try table.spill() }
            var join = KeyJoin(try tables.map { try $0.cursor() })
            var found: [String] = []
            while try join.advance() {
                let which = (0..<3).filter { join.has($0) }
                let key = which.first.flatMap { join[$0]?.key } ?? []
                found.append("\(String(decoding: key, as: UTF8.self))\(which)")
            }
            #expect(found == ["a[0, 2]", "b[0, 1, 2]", "c[1]", "d[0]", "e[2]"])
        }
    }
}
