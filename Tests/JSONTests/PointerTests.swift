import Testing

@testable import JSON

/// RFC 6901, with the examples of its sections 5 and 6.
@Suite struct PointerTests {
    static let document = #"""
        {"foo":["bar","baz"],"":0,"a/b":1,"c%d":2,"e^f":3,"g|h":4,"i\\j":5,"k\"l":6," ":7,"m~n":8}
        """#

    static let examples: [(String, String, String)] = [
        ("", "#", document), ("/foo", "#/foo", #"["bar","baz"]"#), ("/foo/0", "#/foo/0", #""bar""#), ("/", "#/", "0"),
        ("/a~1b", "#/a~1b", "1"), ("/c%d", "#/c%25d", "2"), ("/e^f", "#/e%5Ef", "3"), ("/g|h", "#/g%7Ch", "4"),
        (#"/i\j"#, "#/i%5Cj", "5"), (#"/k"l"#, "#/k%22l", "6"), ("/ ", "#/%20", "7"), ("/m~0n", "#/m~0n", "8"),
    ]

    @Test("Both forms find the value and are written again", arguments: examples)
    func resolves(_ text: String, _ fragment: String, _ expected: String) throws {
        let pointer = try Pointer(text)
        #expect(try Pointer(fragment) == pointer)
        #expect(pointer.description == text)
        #expect(pointer.uriFragment == fragment)
        try withDocument(Self.document) { document in
            let buffer = ByteBuffer()
            buffer.write(try #require(pointer.resolve(in: document)))
            #expect(buffer.text == expected)
        }
    }

    @Test(
        "Places that do not exist",
        arguments: ["/foo/2", "/foo/-", "/foo/00", "/foo/+1", "/foo/ 1", "/x", "/foo/0/x", "/foo/"])
    func missing(_ text: String) throws {
        let pointer = try Pointer(text)
        try withDocument(Self.document) { #expect(pointer.resolve(in: $0) == nil) }
    }

    @Test("`~01` is `~1`, not `/`")
    func order() throws {
        #expect(try Pointer("/~01").tokens == ["~1"])
        #expect(try Pointer("/é/日").tokens == ["é", "日"])
        #expect(try Pointer("#/%C3%A9").tokens == ["é"])
    }

    @Test(
        "What is no pointer",
        arguments: ["a", "foo/bar", "/~", "/~2", "/a~", "#a", "#/%", "#/%4", "#/%zz", "#/%+1", "#/%ff"])
    func invalid(_ text: String) {
        #expect(throws: PointerError.self) { try Pointer(text) }
    }
}
