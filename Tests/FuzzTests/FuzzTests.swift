import FuzzKit
import Testing

/// A few cases of each kind from a fixed seed. `make fuzz` runs a million, in processes that may crash.
@Suite struct FuzzTests {
    @Test("No case crashes, and what must hold holds", arguments: TargetKind.allCases)
    func noCaseIsWrong(kind: TargetKind) {
        var run = FuzzRun()
        run.run(kind.make(Corpus.standard), seed: 20_260_101, numbers: 0..<kind.casesOfATest)
        for finding in run.findings.prefix(5) {
            Issue.record(
                "case \(finding.number): \(finding.text)\n\(String(decoding: finding.fuzzCase.file, as: UTF8.self))")
        }
        // Cases that are all refused would show nothing.
        #expect(run.accepted > run.count / 20)
        #expect(run.refused > run.count / 20)
    }

    @Test func aCaseDependsOnItsSeedAndNumberAlone() {
        for kind in TargetKind.allCases {
            let (first, second) = (kind.make(Corpus.standard), kind.make(Corpus.standard))
            _ = first.makeCase(seed: 1, number: 1)
            #expect(first.makeCase(seed: 5, number: 77) == second.makeCase(seed: 5, number: 77))
        }
    }

    @Test func aSavedCaseComesBack() throws {
        let fuzzCase = FuzzCase(subject: Array("a\nb\u{1e}".utf8) + [0xff], inputs: [[], Array("input 3\n".utf8)])
        #expect(FuzzCase(file: fuzzCase.file) == fuzzCase)
        #expect(FuzzCase(file: Array("nonsense".utf8)) == nil)
        let guided = FuzzCase(subject: [1], inputs: [[], [2]])
        #expect(FuzzCase(guided: guided.guided) == guided)
    }

    /// A target that is wrong is noticed: one with a parser that takes invalid UTF-8, say.
    @Test func aWrongVerdictIsAFinding() {
        final class Wrong: FuzzTarget {
            func makeCase(seed: UInt64, number: Int) -> FuzzCase { FuzzCase(subject: [UInt8(number)]) }
            func run(_ fuzzCase: FuzzCase) -> Verdict { fuzzCase.subject == [3] ? .finding("three") : .accepted }
        }
        var run = FuzzRun()
        run.run(Wrong(), seed: 0, numbers: 0..<5)
        #expect(run.findings.map(\.number) == [3])
        #expect(run.accepted == 4)
    }
}

extension TargetKind {
    /// As many as take a second or two without optimisation.
    fileprivate var casesOfATest: Int {
        switch self {
        case .documents: 4000
        case .schemas: 300
        case .programs: 800
        }
    }
}
