import Foundation
import JQ
import JSON
import Synchronization
import TestKit
import Testing

/// What the analysis of a program promises: no output is outside of the shape that it gives, and there are never
/// fewer outputs than it says. Shown on the programs of jq's own tests, with their inputs and with those of others.
@Suite struct ShapeSoundnessTests {
    private static let files = ["jq.test", "man.test", "onig.test", "base64.test", "optional.test"]

    @Test(.enabled(if: ConformanceData.has("jq/tests"), "jq's test files are not here: see ConformanceData"))
    func everyOutputIsInTheShapeOfTheAnalysis() throws {
        var cases: [JQCase] = []
        for file in Self.files {
            let bytes = try ConformanceData.bytes(of: "jq/tests/" + file)
            cases += JQSuite.cases(String(decoding: bytes, as: UTF8.self), file: file).filter { !$0.mustFail }
        }
        // Inputs that are documents of some kind; huge ones prove nothing and take long.
        let inputs = Array(Set(cases.map(\.input).filter { $0.utf8.count < 2_000 })).sorted()
        let all = cases
        let (checked, failures) = Self.onLargeStack {
            var checked = 0
            var failures: [String] = []
            var random = SplitMix(seed: 20_26)
            for test in all {
                guard let program = try? Program(test.program) else { continue }
                var others = (0..<12).map { _ in inputs[Int(random.next() % UInt64(inputs.count))] }
                if test.input.utf8.count < 2_000 { others.insert(test.input, at: 0) }
                for input in others {
                    checked += 1
                    if let problem = Self.problem(program, input, others: others) {
                        failures.append("\(test.place): \(test.program)\n    on \(input)\n    \(problem)")
                        break
                    }
                }
            }
            return (checked, failures)
        }
        print("shapes of \(cases.count) programs: \(checked) runs, \(failures.count) unsound")
        for failure in failures { print("  UNSOUND \(failure)") }
        #expect(failures.isEmpty)
        #expect(checked > 5_000)
    }

    /// What is wrong with the analysis of a program for an input; `nil` if nothing is.
    private static func problem(_ program: Program, _ text: String, others: [String]) -> String? {
        let arena = Arena()
        let evaluator = Evaluator(arena: arena, limits: Evaluator.Limits(steps: 100_000))
        evaluator.now = 1_700_000_000
        guard let input = try? JSON.Parser().parse(text, into: arena) else { return nil }
        var outputs: [Value] = []
        var hasFailed = false
        do {
            try evaluator.all(program, input) { output in
                outputs.append(output)
                return outputs.count < 100
            }
        } catch {
            hasFailed = true
        }
        let exact = Shape(of: input)
        let wider = others.prefix(3).reduce(exact) { shape, text in
            (try? JSON.Parser().parse(text, into: arena)).map { shape.union(Shape(of: $0)) } ?? shape
        }
        for shape in [exact, wider, exact.widened, .anything] {
            let analysis = program.analyse(input: shape)
            if !hasFailed, outputs.count < analysis.leastOutputs {
                return "\(outputs.count) outputs, at least \(analysis.leastOutputs) were promised for \(shape)"
            }
            guard let output = outputs.first(where: { !analysis.output.contains($0) }) else { continue }
            let buffer = ByteBuffer()
            buffer.write(output)
            return "\(String(decoding: buffer.bytes, as: UTF8.self)) is not in \(analysis.output) for \(shape)"
        }
        return nil
    }

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
}

/// A small generator of numbers from a seed.
private struct SplitMix {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
