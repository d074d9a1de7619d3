import Testing

@testable import Flows

/// D3: every effect carries a key that depends only on flow, step and event identity.
@Suite("Idempotency keys (D3)")
struct IdempotencyKeyTests {
    private func key(_ flow: String, _ step: String, _ source: String, _ id: String) -> String {
        withBytes(Array(source.utf8)) { source in
            withBytes(Array(id.utf8)) { id in
                guard let source, let id else { return "" }
                return IdempotencyKey(flow: flow, step: step).text(source: source, id: id)
            }
        }
    }

    /// Computed with Python's hashlib and uuid: SHA-1 over the namespace and the parts, each behind its length in four
    /// bytes. These texts must never change: an ERP remembers them over our versions.
    @Test(
        "known keys, stable for ever",
        arguments: [
            (["customers", "create-client", "/crm/eu", "4711"], "7af7cf03-be06-58a7-b2a3-97919519f93b"),
            (["kunden", "anlegen", "/crm/münchen", "ä-1"], "c2f90c07-2814-56c0-a0eb-c854b50d0509"),
            (["", "", "", ""], "313feab7-6aec-57f9-9ca4-880cba68705d"),
        ])
    func vectors(parts: [String], expected: String) {
        #expect(key(parts[0], parts[1], parts[2], parts[3]) == expected)
    }

    @Test("an effect that a replay makes anew has a name that tells the replay, stable for ever")
    func replays() {
        let name = withBytes(Array("/crm/eu".utf8)) { source in
            withBytes(Array("4711".utf8)) { id in
                guard let source, let id else { return "" }
                return IdempotencyKey(flow: "customers", step: "create-client", round: "replay/mend-1")
                    .text(source: source, id: id)
            }
        }
        #expect(name == "b675ff57-2c51-57d2-87ac-09557efe19e7")
    }

    @Test("another flow, step, source or id gives another key, also where the parts run together to the same text")
    func differences() {
        let keys = [
            key("f", "s", "src", "1"), key("g", "s", "src", "1"), key("f", "t", "src", "1"),
            key("f", "s", "srd", "1"), key("f", "s", "src", "2"),
            key("fs", "", "src", "1"), key("", "fs", "src", "1"), key("f", "ssrc", "", "1"), key("f", "s", "src1", ""),
        ]
        #expect(Set(keys).count == keys.count)
    }

    @Test("the text is a UUID of version 5 in the RFC's variant")
    func shape() {
        for number in 0..<200 {
            let text = Array(key("f", "s", "/src", String(number)))
            #expect(text.count == 36)
            #expect(text[14] == "5")
            #expect("89ab".contains(text[19]))
            #expect([8, 13, 18, 23].allSatisfy { text[$0] == "-" })
        }
    }
}
