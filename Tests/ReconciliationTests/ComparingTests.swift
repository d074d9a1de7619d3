import JQ
import JSON
import Testing

@testable import Reconciliation

@Suite struct DocumentComparisonTests {
    private func differences(
        _ expected: String, _ actual: String, ignoring: [String] = [], all: Bool = false
    ) throws -> [MemberDifference] {
        let arena = Arena()
        let comparison = DocumentComparison(ignoring: try ignoring.map { try Pointer($0) }, comparesAll: all)
        let left = try Parser().parse(expected, into: arena)
        let right = try Parser().parse(actual, into: arena)
        return withExtendedLifetime(arena) {
            let found = comparison.differences(left, right)
            #expect(comparison.isEqual(left, right) == found.isEmpty, "\(expected) \(actual)")
            return found
        }
    }

    @Test(
        "Numbers are equal by value, objects without order, and members that only the system has do not count",
        arguments: [
            (#"{"a":1,"b":2}"#, #"{"b":2.0,"a":1e0,"id":7}"#), (#"[{"a":null}]"#, #"[{"a":null,"x":1}]"#),
            (#"{}"#, #"{"a":1}"#), (#""x""#, #""\u0078""#), ("12345678901234567890", "12345678901234567890.0"),
        ])
    func equal(expected: String, actual: String) throws {
        #expect(try differences(expected, actual) == [])
    }

    @Test(
        "What differs is seen without a word about it, too",
        arguments: [
            (#"{"a":{"b":[1,{"c":2}]}}"#, #"{"a":{"b":[1,{"c":3}]}}"#), ("[1,2]", "[1]"), ("[1]", "[1,2]"),
            ("{}", "[]"),
            (#"{"a":null}"#, "{}"), (#""1""#, "1"), ("null", "false"),
        ])
    func seen(expected: String, actual: String) throws {
        #expect(try !differences(expected, actual).isEmpty)
        #expect(try !differences(expected, actual, all: true).isEmpty)
    }

    @Test("Differences are told at their places, with both sides")
    func different() throws {
        let found = try differences(
            #"{"name":"Ada","address":{"city":"Rome","a/b":1},"lines":[1,2,3],"gone":null}"#,
            #"{"name":"Eva","address":{"city":"Rome","a/b":2},"lines":[1,5]}"#)
        #expect(
            found == [
                MemberDifference(pointer: "/name", expected: #""Ada""#, actual: #""Eva""#),
                MemberDifference(pointer: "/address/a~1b", expected: "1", actual: "2"),
                MemberDifference(pointer: "/lines/1", expected: "2", actual: "5"),
                MemberDifference(pointer: "/lines/2", expected: "3", actual: nil),
                MemberDifference(pointer: "/gone", expected: "null", actual: nil),
            ])
        #expect(
            try differences("{}", #"{"a":1}"#, all: true) == [
                MemberDifference(pointer: "/a", expected: nil, actual: "1")
            ])
        #expect(try differences("1", "true") == [MemberDifference(pointer: "", expected: "1", actual: "true")])
    }

    @Test("Places that are to be ignored are passed over, with all below, and * is any member or position")
    func ignored() throws {
        let ignoring = ["/at", "/lines/*/id"]
        let expected = #"{"at":{"x":1},"lines":[{"id":1,"n":1},{"id":2,"n":2}]}"#
        #expect(try differences(expected, #"{"lines":[{"id":9,"n":1},{"n":2}]}"#, ignoring: ignoring) == [])
        #expect(
            try differences(expected, #"{"lines":[{"id":9,"n":1},{"n":3}],"at":0}"#, ignoring: ignoring)
                == [MemberDifference(pointer: "/lines/1/n", expected: "2", actual: "3")])
        #expect(try differences("{}", #"{"at":1}"#, ignoring: ignoring, all: true) == [])
    }

    @Test("A long value is told by its size, and of many differences the first are listed")
    func bounded() throws {
        let long = "\"" + String(repeating: "x", count: 5_000) + "\""
        #expect(try differences(long, "1").first?.expected == "\"… 5002 bytes of JSON\"")
        let list = "[" + (0..<200).map { "\($0)" }.joined(separator: ",") + "]"
        #expect(try differences(list, "[]").count == DocumentComparison.differenceLimit)
    }
}

@Suite struct EntityReaderTests {
    private func reader(items: String? = nil, next: String? = nil, normalise: String? = nil) throws -> EntityReader {
        EntityReader(
            items: try items.map { try Program($0) }, next: try next.map { try Program($0) }, key: try Program(".id"),
            normalise: try normalise.map { try Program($0) }, byteLimit: 1 << 20)
    }

    private func read(_ reader: EntityReader, _ body: String) throws -> (items: [String], next: String?) {
        try Array(body.utf8).withUnsafeBytes { bytes in
            let page = try reader.page(bytes)
            let items = try page.items.map { item -> String in
                var key = ""
                try reader.withKey(of: item) { key = String(decoding: $0, as: UTF8.self) }
                return key + " " + DocumentComparison.excerpt(try reader.document(of: item))
            }
            return (items, page.next)
        }
    }

    @Test("A page is its own array, its only member that is one, or what `items` says")
    func pages() throws {
        let list = #"[{"id":1,"x":2}]"#
        for body in [list, #"{"total":1,"clients":\#(list)}"#] {
            #expect(try read(try reader(), body).items == [#"1 {"id":1,"x":2}"#])
        }
        let page = #"{"a":[],"clients":[{"id":"k","x":2,"y":3}],"next":"c2"}"#
        let read = try read(try reader(items: ".clients", next: ".next", normalise: "{x}"), page)
        #expect(read.items == [#"k {"x":2}"#])
        #expect(read.next == "c2")
        for last in [#"{"clients":[]}"#, #"{"clients":[],"next":null}"#, #"{"clients":[],"next":""}"#] {
            #expect(try self.read(try reader(items: ".clients", next: ".next"), last).next == nil)
        }
    }

    @Test(
        "An answer that cannot be read says why",
        arguments: [
            ("<html>", "the answer is not valid JSON"), (#"{"a":[],"b":[]}"#, "‘items’ must say which one"),
            (#"[{"x":1}]"#, "key: null"),
        ])
    func unreadable(body: String, reason: String) throws {
        let error = try #require(throws: EntityReader.Unreadable.self) { _ = try read(try reader(), body) }
        #expect(error.reason.contains(reason))
    }
}
