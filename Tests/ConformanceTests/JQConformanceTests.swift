import Foundation
import JQ
import JSON
import Testing

/// jq's own test files: every case passes or stands in ``JQExclusions`` with its reason.
@Suite struct JQConformanceTests {
    private static let files = ["jq.test", "man.test", "onig.test", "base64.test", "optional.test"]
    private static let folder: String = {
        let data = ProcessInfo.processInfo.environment["PENSTOCK_CONFORMANCE_DATA"] ?? "../shared/data"
        return data + "/jq/tests"
    }()
    private static var isHere: Bool { FileManager.default.fileExists(atPath: folder + "/jq.test") }

    @Test(.enabled(if: isHere, "jq's test files are not here: set PENSTOCK_CONFORMANCE_DATA"))
    func everyCasePassesOrIsExcludedWithAReason() throws {
        var unused = Set(JQExclusions.all.keys)
        var passed = 0
        var excluded: [String: Int] = [:]
        var failures: [String] = []
        var counts: [String] = []
        for file in Self.files {
            let text = try String(contentsOfFile: Self.folder + "/" + file, encoding: .utf8)
            let cases = JQSuite.cases(text, file: file)
            counts.append("\(file) \(cases.count)")
            for test in cases {
                let problem = Self.problem(of: test)
                if let reason = JQExclusions.all[test.program] {
                    unused.remove(test.program)
                    excluded[reason, default: 0] += 1
                    if problem == nil { failures.append("\(test.place): excluded, but passes: \(test.program)") }
                } else if let problem {
                    failures.append("\(test.place): \(test.program)\n        \(problem)")
                } else {
                    passed += 1
                }
            }
        }
        print("jq's test files: \(counts.joined(separator: ", ")) cases")
        print("  passed \(passed), excluded \(excluded.values.reduce(0, +)), failed \(failures.count)")
        for (reason, count) in excluded.sorted(by: { $0.key < $1.key }) { print("  excluded \(count): \(reason)") }
        for failure in failures { print("  FAILED \(failure)") }
        #expect(failures.isEmpty)
        #expect(unused.isEmpty, "excluded programs that are no cases any more")
    }

    /// What is wrong with our answer to a case; `nil` if it is right.
    private static func problem(of test: JQCase) -> String? {
        let program: Program
        do {
            program = try Program(test.program, name: "<top-level>")
        } catch {
            return test.mustFail ? nil : "does not compile: \(error.message)"
        }
        if test.mustFail { return "compiles, but must not" }
        let arena = Arena()
        let evaluator = Evaluator(arena: arena)
        let parser = JSON.Parser(limits: JSON.Limits(depth: 20_000))
        do {
            let input = try parser.parse(test.input, into: arena)
            let expected = try test.outputs.map { text throws in try parser.parse(text, into: arena) }
            var outputs: [Value] = []
            var failure: EvaluationError?
            do {
                try evaluator.all(program, input) { value in
                    outputs.append(value)
                    return true
                }
            } catch {
                failure = error
            }
            let isRight = outputs.count == expected.count && zip(outputs, expected).allSatisfy { $0.isEqual(to: $1) }
            // A case without outputs may be one whose error ends it.
            if isRight, failure == nil || expected.isEmpty { return nil }
            let text = outputs.map(Self.text).joined(separator: " ")
            return "gave \(text)\(failure.map { ", then error: \($0.message)" } ?? ""), not "
                + test.outputs.joined(separator: " ")
        } catch {
            return "cannot read the case: \(error)"
        }
    }

    private static func text(_ value: Value) -> String {
        let buffer = ByteBuffer()
        buffer.write(value)
        return buffer.bytes.count > 300 ? String(buffer.text.prefix(300)) + "…" : buffer.text
    }
}
