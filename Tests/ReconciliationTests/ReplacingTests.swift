import Foundation
import Testing

@testable import Reconciliation

extension SpilledTable {
    /// Appends in the place of the key's last entry, if that one's ordinal is `bound` or more.
    fileprivate func replace(_ key: String, _ ordinal: UInt64, _ payload: String, from bound: UInt64 = 0) {
        Array(key.utf8).withUnsafeBytes { key in
            Array(payload.utf8).withUnsafeBytes { payload in
                append(key: key, ordinal: ordinal, replacingFrom: bound, payloadCount: payload.count)
                    .copyMemory(from: payload)
            }
        }
    }
}

@Suite struct ReplacingTests {
    @Test("A later entry takes the place of the last one of its key, whether it has room there or not")
    func replacing() throws {
        try withFolder { folder in
            let table = SpilledTable(folder: folder, name: "t", memoryByteCount: 1 << 20)
            let long = String(repeating: "x", count: 500)
            for (key, payload) in [("a", "1"), ("b", "2"), ("a", "3"), ("b", long), ("a", ""), ("b", "4"), ("", "5")] {
                table.replace(key, UInt64(table.entryCount), payload)
            }
            table.append("c", 9, "6")
            table.append("c", 10, "7")
            try table.spill()
            #expect(try table.lines() == [": 5", "a: ", "b: 4", "c: 6 7"])
            #expect(table.entryCount == 9)
        }
    }

    @Test("An entry that outgrows the place of the one before it does not touch its neighbours")
    func growing() throws {
        try withFolder { folder in
            let table = SpilledTable(folder: folder, name: "t", memoryByteCount: 1 << 20)
            for key in ["a", "b", "c"] { table.replace(key, 1, key) }
            let payloads = [1, 63, 64, 65, 128, 129, 4_000].map { String(repeating: "x", count: $0) }
            for (ordinal, payload) in payloads.enumerated() {
                table.replace("b", UInt64(ordinal) + 2, payload)
                table.replace("b", UInt64(ordinal) + 2, payload + "y")
            }
            try table.hold()
            #expect(try table.lines() == ["a: a", "b: \(payloads.last ?? "")y", "c: c"])
        }
    }

    @Test("An entry below the bound stays, and so does one that came without any")
    func bound() throws {
        try withFolder { folder in
            let table = SpilledTable(folder: folder, name: "t", memoryByteCount: 1 << 20)
            table.replace("a", 3, "3", from: 0)
            table.replace("a", 14, "14", from: 10)
            table.replace("a", 15, "15", from: 10)
            table.append("a", 16, "16")
            table.replace("a", 17, "17", from: 10)
            table.replace("a", 28, "28", from: 20)
            try table.spill()
            #expect(try table.lines() == ["a: 3 16 17 28"])
        }
    }

    @Test("However many keys: of each the last entry is there, and memory does not grow with those that went")
    func many() throws {
        try withFolder { folder in
            let table = SpilledTable(folder: folder, name: "t", memoryByteCount: 64 << 20)
            var expected: [String: String] = [:]
            var byteCount = 0
            for ordinal in 0..<60_000 {
                let key = "a-common-beginning-\(ordinal &* 7_919 % 5_000)"
                expected[key] = "payload \(ordinal)"
                table.replace(key, UInt64(ordinal), "payload \(ordinal)")
                if ordinal == 10_000 { byteCount = table.byteCount }
            }
            #expect(table.byteCount == byteCount)
            try table.hold()
            let keys = expected.keys.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
            #expect(try table.lines() == keys.map { "\($0): \(expected[$0] ?? "")" })
            #expect(table.runs.isEmpty)
        }
    }

    @Test("Places are found by hash, also where hashes are the same and while the table grows")
    func index() {
        var index = KeyIndex(seed: 1)
        for place in 0..<3_000 { index.set(UInt32(place % 7), nil, to: place) }
        for place in 0..<3_000 {
            #expect(index.find(UInt32(place % 7)) { $0 == place } == place)
        }
        #expect(index.find(3) { _ in false } == nil)
        #expect(index.find(8) { _ in true } == nil)
        index.set(3, 10, to: 5_000)
        #expect(index.find(3) { $0 == 10 } == nil)
        #expect(index.find(3) { $0 == 5_000 } == 5_000)
        index.removeAll()
        #expect(index.find(3) { _ in true } == nil)
    }

    @Test("Hashes of short and long keys differ, and with the seed")
    func hashes() {
        func hash(_ text: String, _ seed: UInt64) -> UInt32 {
            Array(text.utf8).withUnsafeBytes { KeyIndex(seed: seed).hash($0) }
        }
        let keys = ["", "a", "b", "ab", "ba", "12345678", "12345679", "123456781", "1234567812345678"]
        #expect(Set(keys.map { hash($0, 7) }).count == keys.count)
        #expect(hash("12345678", 7) != hash("12345678", 8))
        #expect(hash("12345678", 7) == hash("12345678", 7))
    }
}

@Suite struct MemoryRunTests {
    /// A table with a run in a file for each of the first keys, and the last ones kept in memory.
    private func table(in folder: String, files: [String], memory: String) throws -> SpilledTable {
        let table = SpilledTable(folder: folder, name: "t", memoryByteCount: 1 << 20)
        for (number, keys) in files.enumerated() {
            for key in keys.split(separator: " ") { table.append(String(key), UInt64(number), "\(number)") }
            try table.spill()
        }
        for key in memory.split(separator: " ") { table.append(String(key), 9, "memory") }
        try table.hold()
        return table
    }

    @Test("What is kept in memory is read with the runs, in the same order", arguments: [[], ["b d"], ["a b", "b e"]])
    func merged(files: [String]) throws {
        try withFolder { folder in
            let table = try table(in: folder, files: files, memory: "c b a")
            var expected: [String: [String]] = ["a": ["memory"], "b": ["memory"], "c": ["memory"]]
            for (number, keys) in files.enumerated().reversed() {
                for key in keys.split(separator: " ") { expected[String(key), default: []].insert("\(number)", at: 0) }
            }
            let lines = expected.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value.joined(separator: " "))" }
            #expect(try table.lines() == lines)
            #expect(table.runs.count == files.count)
            let cursor = try table.cursor(from: Array("b".utf8))
            try cursor.advance()
            #expect(cursor.key == Array("b".utf8))
        }
    }

    @Test("Of one key only what is chosen is kept in memory")
    func choice() throws {
        try withFolder { folder in
            let table = SpilledTable(folder: folder, name: "t", memoryByteCount: 1 << 20)
            for ordinal in 1...5 { table.append("a", UInt64(ordinal), "\(ordinal)") }
            table.append("b", 1, "1")
            // Beginnings that are compared as numbers do not tell these apart.
            for key in ["c12345678", "c123456789", "c1234567890"] { table.append(key, 1, "1") }
            try table.hold { group in group.count - 1..<group.count }
            #expect(try table.lines() == ["a: 5", "b: 1", "c12345678: 1", "c123456789: 1", "c1234567890: 1"])
        }
    }

    @Test("What is kept in memory can be written later, and another process goes on with it")
    func written() throws {
        try withFolder { folder in
            let first = try table(in: folder, files: ["a"], memory: "b")
            let memory = try #require(first.memory)
            let writing = SpilledTable(folder: folder, name: "t", runs: first.runs, memoryByteCount: 1 << 20)
            try writing.write(memory)
            let second = SpilledTable(folder: folder, name: "t", runs: writing.runs, memoryByteCount: 1 << 20)
            #expect(try second.lines() == ["a: 0", "b: memory"])
        }
    }

    @Test("Another table reads what one has kept in memory, also from a key on and after the first one is gone")
    func shared() throws {
        try withFolder { folder in
            let memory = try #require(try table(in: folder, files: [], memory: "a b c d").memory)
            let other = SpilledTable(folder: folder, name: "u", memory: memory, memoryByteCount: 1 << 20)
            #expect(try other.lines() == ["a: memory", "b: memory", "c: memory", "d: memory"])
            for (start, key) in [("", "a"), ("b", "b"), ("bb", "c"), ("d", "d")] {
                let cursor = try other.cursor(from: Array(start.utf8))
                try cursor.advance()
                #expect(cursor.key == Array(key.utf8))
            }
            let beyond = try other.cursor(from: Array("e".utf8))
            try beyond.advance()
            #expect(!beyond.hasKey)
        }
    }

    @Test("Keys sort by their bytes, whatever they have in common")
    func sorting() throws {
        try withFolder { folder in
            let table = SpilledTable(folder: folder, name: "t", memoryByteCount: 1 << 20)
            let common = "CRM-0000000"
            let keys = ["", "9", "99", "12345678", "123456789", "123456780", "\u{7f}"].map { common + $0 }
            for key in keys.shuffled() { table.append(key, 0, "") }
            try table.hold()
            let sorted = keys.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
            #expect(try table.lines() == sorted.map { "\($0): " })
        }
    }
}
