import Foundation
import JQ
import JSON
import Synchronization
import TestKit
import Testing

/// jq's own test files: every case passes or stands in ``JQExclusions`` with its reason.
@Suite struct JQConformanceTests {
    private static let files = ["jq.test", "man.test", "onig.test", "base64.test", "optional.test"]

    @Test(.enabled(if: ConformanceData.has("jq/tests"), "jq's test files are not here: see ConformanceData"))
    func everyCasePassesOrIsExcludedWithAReason() throws {
        var unused = Set(JQExclusions.all)
        var passed = 0
        var excluded: [String: Int] = [:]
        var failures: [String] = []
        var counts: [String] = []
        for file in Self.files {
            let bytes = try ConformanceData.bytes(of: "jq/tests/" + file)
            let cases = JQSuite.cases(String(decoding: bytes, as: UTF8.self), file: file)
            counts.append("\(file) \(cases.count)")
            for test in cases {
                let problem = Self.onLargeStack { Self.problem(of: test) }
                if let exclusion = JQExclusions.all.first(where: { $0.covers(test) }) {
                    unused.remove(exclusion)
                    excluded[exclusion.reason, default: 0] += 1
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

    /// Some cases nest 10,000 levels deep; a test's thread has a small stack and a debug build large frames.
    private static func onLargeStack<T: Sendable>(_ body: @escaping @Sendable () -> T) -> T {
        let result = Mutex<T?>(nil)
        let done = DispatchSemaphore(value: 0)
        let thread = Thread {
            let value = body()
            result.withLock { $0 = value }
            done.signal()
        }
        thread.stackSize = 256 << 20
        thread.start()
        done.wait()
        return result.withLock { $0 } ?? body()
    }

    /// What is wrong with our answer to a case; `nil` if it is right.
    private static func problem(of test: JQCase) -> String? {
        let program: Program
        do {
            program = try Program(test.program, name: "<top-level>", environment: JQModules.environment)
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
            // As in jq's own runner, an error behind the last output counts as the end.
            if isRight { return nil }
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
