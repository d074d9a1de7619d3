import JQ
import JSON

/// Where a case and what the flow did differ.
public struct GoldenDifference: Sendable, Equatable {
    /// What differs, as a JSON Pointer into the expectation: `/calls/0/body/clientName`.
    public let pointer: String
    /// Where it is expected.
    public let place: SourcePlace
    /// `nil` where nothing was expected.
    public let expected: String?
    /// `nil` where there was nothing.
    public let actual: String?
}

/// Holds a run against the expectation of its case.
struct GoldenComparison {
    private let golden: GoldenCase
    private let expectation: GoldenCase.Expectation
    private let run: GoldenRun
    private var differences: [GoldenDifference] = []

    /// All differences; none when the case has passed.
    static func differences(_ golden: GoldenCase, _ run: GoldenRun) -> [GoldenDifference] {
        guard let expectation = golden.expectation else {
            return [
                GoldenDifference(
                    pointer: "", place: golden.place, expected: nil,
                    actual:
                        "\(run.outcome.rawValue), \(run.calls.count) call\(run.calls.count == 1 ? "" : "s"); the case has no ‘expect’"
                )
            ]
        }
        var comparison = GoldenComparison(golden: golden, expectation: expectation, run: run)
        comparison.compareOutcome()
        comparison.compareCalls()
        comparison.compareAnswers()
        return comparison.differences
    }

    private init(golden: GoldenCase, expectation: GoldenCase.Expectation, run: GoldenRun) {
        self.golden = golden
        self.expectation = expectation
        self.run = run
    }

    private mutating func differ(
        _ pointer: String, _ expected: String?, _ actual: String?, at place: SourcePlace? = nil
    ) {
        differences.append(
            GoldenDifference(
                pointer: pointer, place: place ?? expectation.place, expected: expected, actual: actual))
    }

    private mutating func compare(
        _ pointer: String, _ expected: String?, _ actual: String?, at place: SourcePlace? = nil
    ) {
        if let expected, expected != actual { differ(pointer, expected, actual, at: place) }
    }

    // MARK: - Outcome

    private mutating func compareOutcome() {
        if let outcome = expectation.outcome, outcome != run.outcome {
            let why = run.fault.map { ": \(GoldenComparison.text(of: $0))" } ?? ""
            differ("/outcome", outcome.rawValue, run.outcome.rawValue + why)
            return
        }
        guard let parked = expectation.parked else { return }
        compare("/parked/reason", parked.reason?.rawValue, run.fault?.reason.name)
        compare("/parked/step", parked.step, run.fault?.step)
        compare("/parked/status", parked.status.map(String.init), run.status == 0 ? nil : String(run.status))
        if let pattern = parked.message, !GoldenComparison.matches(run.fault?.message ?? "", pattern) {
            differ("/parked/message", "a match of \(pattern.text)", run.fault?.message, at: pattern.place)
        }
    }

    private static func text(of fault: EventFault) -> String {
        "\(fault.reason.name)\(fault.step.map { " in \($0)" } ?? ""): \(fault.message)"
    }

    static func matches(_ text: String, _ pattern: GoldenCase.Pattern) -> Bool {
        (try? PatternTest.matches(text, pattern.text)) ?? false
    }

    // MARK: - Calls

    private mutating func compareCalls() {
        guard let expected = expectation.calls else { return }
        for index in 0..<max(expected.count, run.calls.count) {
            let pointer = "/calls/\(index)"
            guard index < run.calls.count else {
                differ(pointer, GoldenComparison.summary(of: expected[index]), nil, at: expected[index].place)
                continue
            }
            guard index < expected.count else {
                differ(pointer, nil, GoldenComparison.summary(of: run.calls[index]))
                continue
            }
            compare(expected[index], run.calls[index], pointer)
        }
    }

    private mutating func compare(_ expected: GoldenCase.Call, _ actual: GoldenRun.Call, _ pointer: String) {
        compare("\(pointer)/step", expected.step, actual.step, at: expected.place)
        compare("\(pointer)/method", expected.method?.rawValue, actual.method, at: expected.place)
        compare("\(pointer)/path", expected.path, actual.path, at: expected.place)
        for header in expected.headers {
            let value = actual.headers.first { $0.name.lowercased() == header.name.lowercased() }?.value
            compare(
                "\(pointer)/headers\(Pointer(tokens: [header.name]))", header.value, value, at: header.place)
        }
        if let wait = expected.wait, actual.wait < wait {
            differ(
                "\(pointer)/waits_at_least", DurationText.text(wait), DurationText.text(actual.wait),
                at: expected.place)
        }
        compareBody(expected, actual, pointer)
    }

    private mutating func compareBody(_ expected: GoldenCase.Call, _ actual: GoldenRun.Call, _ pointer: String) {
        guard expected.body != nil || expected.bodyWhere != nil else { return }
        guard let bytes = actual.body else {
            return differ("\(pointer)/body", expected.body?.text ?? expected.bodyWhere?.text, nil, at: expected.place)
        }
        let arena = Arena()
        guard let body = bytes.value(in: arena) else {
            return differ("\(pointer)/body", "a document", String(decoding: bytes, as: UTF8.self), at: expected.place)
        }
        if let wanted = expected.body, let document = wanted.bytes.value(in: arena) {
            for item in DocumentDifference.items(document, body) {
                differ(
                    "\(pointer)/body\(item.pointer)", item.expected?.jsonText, item.actual?.jsonText,
                    at: wanted.place(of: item.pointer))
            }
        }
        if let condition = expected.bodyWhere, let problem = problem(condition, body, arena) {
            differ("\(pointer)/body_where", condition.text, problem, at: condition.place)
        }
    }

    private func problem(_ condition: Configuration.Expression, _ body: Value, _ arena: Arena) -> String? {
        do {
            let program = try Program(condition.text, name: condition.path)
            return try Evaluator(arena: arena).truth(program, body) ? nil : body.jsonText
        } catch {
            return "\(error)"
        }
    }

    private static func summary(of call: GoldenCase.Call) -> String {
        let words = [call.step, call.method?.rawValue, call.path].compactMap(\.self)
        return words.isEmpty ? "a call" : words.joined(separator: " ")
    }

    private static func summary(of call: GoldenRun.Call) -> String { "\(call.step) \(call.method) \(call.path)" }

    // MARK: - Answers

    /// An answer that nobody asked for is a mistake in the case.
    private mutating func compareAnswers() {
        for (step, position) in run.unusedAnswers {
            let place = golden.answers.first { $0.name == step }?.place
            differ("/answers/\(step)/\(position)", "to be asked for", "never asked for", at: place)
        }
    }
}

extension JSONText {
    var text: String { String(decoding: bytes, as: UTF8.self) }
}

extension [UInt8] {
    /// The document in these bytes; `nil` when they are none.
    func value(in arena: Arena) -> Value? {
        withUnsafeBytes { bytes in try? Parser().parse(copying: bytes, into: arena) }
    }
}

extension Value {
    /// Compact JSON.
    var jsonText: String {
        let buffer = ByteBuffer(capacity: 256)
        buffer.write(self)
        return buffer.text
    }
}
