import Testing

@testable import JSON

@Suite struct ValueTests {
    static let pairs: [(String, String, Bool)] = [
        (#"{"a":1,"b":[true,null]}"#, #"{"b":[true,null],"a":1.0}"#, true),
        (#"{"a":1}"#, #"{"a":1,"b":2}"#, false), (#"{"a":1}"#, #"{"b":1}"#, false), ("[1,2]", "[2,1]", false),
        ("[]", "{}", false), ("false", "0", false), ("null", "false", false), (#""1""#, "1", false),
        (#""\u00e9""#, #""é""#, true), ("\"e\u{301}\"", #""é""#, false), ("[[],{}]", "[[],{}]", true),
        ("[[1]]", "[[1,1]]", false),
    ]

    @Test("Equality is JSON's", arguments: pairs)
    func equality(_ a: String, _ b: String, _ expected: Bool) throws {
        try withDocument(a) { first in
            try withDocument(b) { second in
                #expect(first.isEqual(to: second) == expected)
                #expect(second.isEqual(to: first) == expected)
            }
        }
    }

    @Test("Members are found in objects of all sizes, duplicates too, with and without escapes")
    func lookup() throws {
        for count in [0, 1, 2, 15, 16, 17, 31, 32, 33, 100, 5000] {
            let members = (0..<count).map { "\"name \($0)\":\($0)" }
            try withDocument("{\(members.joined(separator: ","))}") { value in
                #expect(value.flags.contains(.indexed) == (count > 16))
                for number in 0..<count { #expect(value["name \(number)"]?.int == number) }
                #expect(value["name \(count)"] == nil)
                #expect(value[""] == nil)
                let reversed = try reversedCopy(of: value)
                #expect(reversed.equal)
            }
            guard count > 0 else { continue }
            let error = try #require(parseError("{\(members.joined(separator: ",")),\"nam\\u0065 0\":1}"))
            #expect(error.kind == .duplicateMember("name 0"))
        }
    }

    private func reversedCopy(of value: Value) throws -> (equal: Bool, Void) {
        let arena = Arena()
        let reversed = try arena.object(Array(value.members.reversed()))
        return withExtendedLifetime(arena) { (reversed.isEqual(to: value) && value.isEqual(to: reversed), ()) }
    }

    @Test("A hundred thousand members are parsed, found, written and copied")
    func manyMembers() throws {
        let count = 100_000
        let text = "{" + (0..<count).map { "\"k\($0)\":[\($0)]" }.joined(separator: ",") + "}"
        try withDocument(text) { value in
            #expect(value.members.count == count)
            #expect(value["k99999"]?[0]?.int == 99_999)
            #expect(value["k100000"] == nil)
            let buffer = ByteBuffer()
            buffer.write(value)
            #expect(buffer.text == text)
            let arena = Arena()
            let copy = try arena.copy(value)
            withExtendedLifetime(arena) {
                #expect(copy["k54321"]?[0]?.int == 54_321)
                #expect(copy.isEqual(to: value))
            }
        }
    }

    @Test("A copy does not depend on the document")
    func copies() throws {
        let arena = Arena()
        let text = #"{"s":"x\ny","t":"plain","n":12.50,"a":[1,[true,{}],null],"":{"d":"é"}}"#
        var bytes = Array(text.utf8)
        let document = Document()
        let copy = try bytes.withUnsafeMutableBytes { bytes in
            let copy = try arena.copy(try document.parse(UnsafeRawBufferPointer(bytes)))
            for index in bytes.indices { bytes[index] = 0xff }
            return copy
        }
        document.arena.reset()
        let buffer = ByteBuffer()
        buffer.write(copy)
        #expect(buffer.text == text)
        withExtendedLifetime(arena) {}
    }

    @Test("The arena makes strings, arrays and objects")
    func building() throws {
        let arena = Arena(chunkByteCount: 256)
        let value = try arena.object([
            Member(key: arena.string("name"), value: arena.string("a \"quoted\" é")),
            Member(key: arena.string("list"), value: arena.array([.null, .true, .number(1.5), .emptyString])),
            Member(key: arena.string("none"), value: arena.array([])),
        ])
        let buffer = ByteBuffer()
        buffer.write(value)
        #expect(buffer.text == #"{"name":"a \"quoted\" é","list":[null,true,1.5,""],"none":[]}"#)
        withExtendedLifetime(arena) {}
    }

    @Test("The arena stops at its limit and works again after a reset")
    func exhaustion() throws {
        let arena = Arena(byteLimit: 1024, chunkByteCount: 512)
        for _ in 0..<3 {
            #expect(throws: Arena.Exhausted(byteLimit: 1024)) {
                while true { _ = try arena.allocate(byteCount: 100) }
            }
            #expect(arena.byteCount <= 1024)
            arena.reset()
            _ = try arena.allocate(byteCount: 100)
        }
    }

    @Test("After warm-up a document takes no more memory from the arena")
    func warmUp() throws {
        let document = Document()
        let bytes = Array(#"{"a":[1,2,{"b":"\n"}],"c":{"d":"text"}}"#.utf8)
        try bytes.withUnsafeBytes { bytes in
            try document.parse(bytes)
            let reserved = document.arena.byteCount
            for _ in 0..<1000 { try document.parse(bytes) }
            #expect(document.arena.byteCount == reserved)
        }
    }
}
