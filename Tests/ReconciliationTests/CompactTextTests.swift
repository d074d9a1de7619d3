import JSON
import Testing

@testable import Reconciliation

@Suite struct CompactTextTests {
    /// Whether the text that is written of a document shows that it holds what is expected.
    private func isShown(_ expected: String, _ actual: String) throws -> (isShown: Bool, isEqual: Bool) {
        let arena = Arena()
        let left = try Parser().parse(expected, into: arena)
        let right = try Parser().parse(actual, into: arena)
        return withExtendedLifetime(arena) {
            let text = ByteBuffer(capacity: 64)
            text.write(right)
            let comparison = DocumentComparison()
            return (comparison.isEqual(left, toText: text.bytes), comparison.isEqual(left, right))
        }
    }

    @Test(
        "What is expected in its order, with other members between, is told from the text",
        arguments: [
            (#"{"a":1,"b":"x"}"#, #"{"id":"C1","a":1,"at":{"x":["}",{"y":"\"]"}]},"b":"x","z":-1.5e3}"#),
            (#"{"a":{"b":[true,null,{"c":false}]}}"#, #"{"a":{"n":0,"b":[true,null,{"c":false,"d":1}],"z":[]}}"#),
            (#"{"a":"Zoë"}"#, #"{"a\\":1,"a":"Zoë"}"#), ("{}", #"{"a":1}"#), ("[]", "[]"), (#""""#, #""""#),
            ("12345678901234567890", "12345678901234567890"),
        ])
    func shown(expected: String, actual: String) throws {
        #expect(try isShown(expected, actual) == (true, true))
    }

    @Test(
        "Equal documents of which the text does not show it are left to be parsed",
        arguments: [
            (#"{"a":1,"b":2}"#, #"{"b":2,"a":1}"#), ("1", "1.0"), (#"{"a":"say \"x\""}"#, #"{"a":"say \"x\""}"#),
            (#"{"a\\b":1}"#, #"{"a\\b":1}"#),
        ])
    func unshown(expected: String, actual: String) throws {
        #expect(try isShown(expected, actual) == (false, true))
    }

    @Test("Nothing is shown that is not so: each of many values beside each, alone and in containers")
    func sound() throws {
        let scalars = [
            "null", "true", "false", "0", "1", "10", "1.0", "-1", "1e1", #""""#, #""1""#, #""a""#, #""a\\""#, #""a\"""#,
            #""a\",\"b""#, #""\\""#, #""a\u0001""#, #""a\u007f""#, #""null""#, #""{}""#, #""]""#, "{}", "[]",
        ]
        let documents =
            scalars
            + scalars.flatMap { [#"{"a":\#($0)}"#, "[\($0)]", #"{"a":[\#($0)],"b":\#($0)}"#, #"{"b":\#($0),"a":1}"#] }
            + [#"["a\",\"b"]"#, #"["a","b"]"#, #"{"a":"a\",\"b\":\"x"}"#, #"{"a":"a","b":"x"}"#]
            + [#"{"a\\":1,"b":2}"#, #"{"a":{"b":1},"c":2}"#, #"{"a":{},"b":1}"#, "[1,1]", "[1,[1]]", "[[1],1]"]
        for expected in documents {
            for actual in documents {
                let told = try isShown(expected, actual)
                #expect(!told.isShown || told.isEqual, "\(expected) \(actual)")
            }
        }
    }

    @Test("With places to pass over, or all members to count, nothing is told from the text")
    func others() throws {
        let arena = Arena()
        let value = try Parser().parse(#"{"a":1}"#, into: arena)
        withExtendedLifetime(arena) {
            let text = ByteBuffer(capacity: 64)
            text.write(value)
            #expect(!DocumentComparison(comparesAll: true).isEqual(value, toText: text.bytes))
            #expect(!DocumentComparison(ignoring: [Pointer().appending("a")]).isEqual(value, toText: text.bytes))
        }
    }

    @Test(
        "A text that ends early, or goes on, shows nothing",
        arguments: [#"{"a":"x","b":[1,{"c":"#, #"{"a":"x"} "#, #"{""#, "{", ""])
    func cut(text: String) throws {
        let arena = Arena()
        let expected = try Parser().parse(#"{"a":"x"}"#, into: arena)
        withExtendedLifetime(arena) {
            Array(text.utf8).withUnsafeBytes { #expect(!CompactText.holds($0, expected)) }
        }
    }
}
