import JSON
import Testing

@testable import JQ

/// The analysis of a program for an input like this document, as `output | findings`.
private func analysis(_ text: String, of input: Shape = .anything) -> Analysis {
    do {
        return try Program(text, variables: ["event"]).analyse(input: input)
    } catch {
        Issue.record("\(error)")
        return Analysis(output: .nothing, leastOutputs: 0, reads: [], isComplete: false, verdicts: [:])
    }
}

/// The findings, each with its place.
private func findings(_ text: String, of input: Shape) -> [String] {
    analysis(text, of: input).findings.filter { $0.kind != .undeclaredMember }
        .map { "\($0.line):\($0.column) \($0.message)" }
}

/// A closed schema of an order, as a shape.
private let order: Shape = {
    let origins = Shape.Origins.schema("order.json#")
    let line = Shape.object(
        required: ["sku": Shape(.string, origins: origins), "count": Shape(.number, origins: origins)],
        origins: .schema("order.json#/lines"))
    return .object(
        required: [
            "type": .string(.only(["created", "changed"]), origins: origins),
            "id": Shape(.string, origins: origins),
            "lines": .array(of: line, atLeast: 1, origins: origins),
        ],
        optional: ["note": Shape([.string, .null], origins: origins)],
        origins: origins)
}()

/// What a program can yield.
@Suite struct AnalysisOutputTests {
    @Test(arguments: [
        (".id", "string"),
        (".note", "null | string"),
        (".nothing", "null"),
        ("{id, n: (.lines | length)}", "{id: string, n: number}"),
        ("[.lines[].sku]", "[string]"),
        (".lines[0].count", "number"),
        (".lines[1].count", "null | number"),
        (".note // \"none\"", "string"),
        ("if .type == \"created\" then 1 else \"x\" end", "1 | \"x\""),
        ("if .type == \"created\" then .type else empty end", "\"created\""),
        ("select(.type != \"created\") | .type", "\"changed\""),
        (". as {type: $t} | $t", "\"changed\" | \"created\""),
        ("reduce .lines[] as $l (0; . + $l.count)", "number"),
        (".lines | map(.sku)", "[string]"),
        (".lines | map(select(.count > 1)) | .[0].sku", "null | string"),
        ("del(.lines, .note, .type)", "{id: string}"),
        (".id |= length | .id", "number"),
        (".lines[].count += 1 | .lines[0]", "{count: number, sku: string}"),
        ("{id} + {type} | keys", "[\"id\" | \"type\"]"),
        ("with_entries(select(.key != \"lines\")) | keys", "[\"id\" | \"note\" | \"type\"]"),
        ("to_entries[0].key", "null | \"id\" | \"lines\" | \"note\" | \"type\""),
        ("\"\\(.id)/\\(.type)\"", "string"),
        ("try error(\"x\") catch .", "anything"),
        ("def f: if . > 5 then . else . + 1 | f end; 1 | f", "anything"),
        ("error", "nothing"),
        (".. | strings", "string"),
    ])
    func isAsNarrowAsTheProgramTells(_ text: String, _ expected: String) {
        #expect(analysis(text, of: order).output.description == expected)
    }

    @Test func countsOutputs() {
        #expect(analysis(".id, .type", of: order).leastOutputs == 2)
        #expect(analysis(".lines[].sku", of: order).leastOutputs == 1)
        #expect(analysis(".id?", of: order).leastOutputs == 1)
        #expect(analysis("select(.note)", of: order).leastOutputs == 0)
    }

    /// Issue 3: "From the compiled program: input paths read".
    @Test func tellsWhatIsRead() {
        let reads = analysis(".lines[] | {sku, n: .count} | .sku + $event.type", of: order).reads.map(\.path)
        #expect(reads == ["$event.type", ".lines[]", ".lines[].count", ".lines[].sku"])
    }

    /// A text can be made that takes for ever to look through; then nothing is claimed.
    @Test func endsWhateverTheProgram() {
        var text = "."
        for _ in 0..<40 { text = "(\(text) | if .a then .b else .c end)" }
        let deep = String(repeating: "[", count: 300) + "1" + String(repeating: "]", count: 300)
        let wide = (0..<40).map { "if .a\($0) then .x\($0) = 1 else . end" }.joined(separator: " | ")
        let loop = "def f(g): [g | g]; " + String(repeating: "f(", count: 14) + "." + String(repeating: ")", count: 14)
        for text in [text, deep, wide, loop] {
            let clock = ContinuousClock()
            let time = clock.measure { _ = analysis(text) }
            #expect(time < .seconds(5), "\(text.prefix(60)): \(time)")
        }
    }
}

/// What is found wrong, and what is not.
@Suite struct AnalysisFindingTests {
    @Test(arguments: [
        (".adress.street", "1:1 .adress: the schema allows no member \"adress\" here"),
        ("{a: .lines[].prize}", "1:5 .lines[].prize: the schema allows no member \"prize\" here"),
        (".nota // \"x\"", "1:1 .nota: the schema allows no member \"nota\" here"),
        (".nota?", "1:1 .nota: the schema allows no member \"nota\" here"),
        (". as $x | $x.nota", "1:11 .nota: the schema allows no member \"nota\" here"),
        (".id.x", "1:1 .id.x: a string has no members"),
        ("\n  .id[]", "2:3 .id: a string cannot be iterated over"),
        (".lines | ascii_downcase", "1:10 .lines is an array, and `ascii_downcase` takes a string"),
        (".id + 1", "1:1 a string and a number cannot be added"),
        ("-.id", "1:1 a string cannot be negated"),
        (".lines[\"a\"]", "1:1 .lines.a: an array has no members"),
        (".type == \"craeted\"", "1:1 .type is never \"craeted\""),
        ("select(\"craeted\" == .type)", "1:8 .type is never \"craeted\""),
        (".lines[] | select(.count == \"1\")", "1:19 .lines[].count is a number and never equals a string"),
        (
            "if .type == \"created\" and .type == \"changed\" then 1 else 2 end",
            "1:27 .type is never \"changed\""
        ),
    ])
    func whatCannotBeMeantIsFound(_ text: String, _ expected: String) {
        #expect(findings(text, of: order) == [expected])
    }

    @Test(arguments: [
        // Guards against what the schema rules out are care, not faults.
        "if .id == null then error(\"no id\") else .id end",
        "if .id | not then error(\"no id\") else .id end",
        "if .type == \"created\" then 1 elif .type == \"changed\" then 2 else error(\"?\") end",
        ".id // error(\"no id\")",
        "if has(\"note\") then .note else null end",
        "select(.note != null) | .note | ascii_downcase",
        ".note | strings | length",
        ".lines[]?.sku",
        "(.id | tonumber? // 0) + 1",
        "try (.id + 1) catch 0",
        ".id as $id | [.lines[] | {$id, sku}]",
        // A function that serves all kinds.
        "def clean: if type == \"string\" then . elif type == \"number\" then tostring else null end; [.id, .note] | map(clean)",
        "def text(f): if (f | type) == \"number\" then f | tostring else f end; {a: text(.id), b: text(.lines[0].count)}",
        // What is written is not what the schema speaks of.
        ".adress = {street: 1} | .adress.street",
        "{a: 1} | .b",
        "reduce .lines[] as $l ({}; .total += $l.count | .names += [$l.sku]) | .total",
        "del(.note) | .note",
        "path(.adress)",
        "walk(if type == \"object\" then del(.x) else . end)",
        "[.lines[] | select(.count > 0)] | first | .sku",
        "first(.lines[] | .sku)",
        "[limit(3; .lines[])] | length",
        ".lines | group_by(.sku) | map({sku: .[0].sku, n: map(.count) | add})",
        "label $out | .lines[] | if .count > 5 then ., break $out else . end",
        "\"\\(.id) \\(.note)\"",
        "@base64 \"x\\(.id)\" | ascii_downcase",
        "[.lines[] | .sku] | join(\",\") | split(\",\")",
        ".lines | to_entries | map(.value.sku)",
        ". as [$a] ?// {id: $a} | $a",
    ])
    func nothingIsSaidOfWhatMayBeRight(_ text: String) {
        #expect(findings(text, of: order) == [])
    }

    /// What the schema only does not speak of is told apart from what it rules out.
    @Test func undeclaredMembersOfOpenObjects() {
        let open = Shape.object(
            required: ["address": .anything], others: .anything, origins: .schema("customer.json#"))
        let found = analysis(".adress", of: open).findings
        #expect(found.map(\.kind) == [.undeclaredMember])
        #expect(found.first?.candidates == ["address"])
        #expect(found.first?.schemas == ["customer.json#"])
        #expect(analysis(".address", of: open).findings.isEmpty)
        #expect(analysis(".adress", of: .anything).findings.isEmpty)
    }

    /// A mapping that serves several steps is right if it is right in one of them.
    @Test func findingsOfSeveralUsesAreThoseThatAllShare() throws {
        let text = "if .type == \"created\" then .nota else .type == \"x\" end"
        let program = try Program(text)
        let uses = ["created", "changed"].map { type in
            let narrow = order.narrowing("type", keepsMissing: false) { $0.intersection(.string(.only([type]))) }
            return program.analyse(input: narrow)
        }
        #expect(
            Analysis.findings(in: uses).map(\.message) == [
                ".nota: the schema allows no member \"nota\" here", ".type is never \"x\"",
            ])
    }
}
