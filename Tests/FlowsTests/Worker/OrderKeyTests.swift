import Testing

@testable import Flows

/// D2: what an event is ordered by.
@Suite("Order keys (D2)")
struct OrderKeyTests {
    private func hash(_ text: String) -> UInt64 { Array(text.utf8).withUnsafeBytes { OrderKeys.hash($0) } }

    @Test("the same bytes give the same key, others another")
    func hashing() {
        let texts =
            (0..<2_000).map { "customer-\($0)" } + ["", "a", "a\0", "\0a", "aaaaaaaa", "aaaaaaaaa", "aaaaaaaa\0"]
        #expect(Set(texts.map(hash)).count == texts.count)
        #expect(hash("customer-17") == hash("customer-17"))
    }

    @Test("the key expression: events are ordered by what it gives, text and number by their text")
    func expression() throws {
        let bench = try RunnerBench(.flow([.step()], format: .json, key: ".customer"))
        guard let program = bench.flow.key else { throw CancellationError() }
        func key(_ value: String) -> UInt64? { bench.keys.evaluated(program, StoredRecord(key: "other", value: value)) }
        #expect(key(#"{"customer":"C-1","n":1}"#) == hash("C-1"))
        #expect(key(#"{"n":2,"customer":"C-1"}"#) == hash("C-1"))
        #expect(key(#"{"customer":17}"#) == hash("17"))
    }

    @Test(
        "an event that cannot be read, or has no such member, is ordered by its record's key",
        arguments: ["{", "{}", "[]"])
    func unreadable(value: String) throws {
        let bench = try RunnerBench(.flow([.step()], format: .json, key: ".customer"))
        guard let program = bench.flow.key else { throw CancellationError() }
        #expect(bench.keys.evaluated(program, StoredRecord(value: value)) == nil)
    }
}
