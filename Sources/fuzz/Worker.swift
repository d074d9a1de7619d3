import Foundation
import FuzzKit

/// Runs a stretch of cases in this process, which may crash.
struct Worker {
    /// The most address space. A case that wants more crashes, and is a finding.
    static let memoryLimit: UInt = 4 << 30

    let kind: TargetKind
    let seed: UInt64
    let numbers: Range<Int>
    /// The path of the status file.
    let status: String
    let save: String

    func run() {
        #if !SANITIZED
            var limit = rlimit(rlim_cur: Self.memoryLimit, rlim_max: Self.memoryLimit)
            setrlimit(__rlimit_resource_t(9), &limit)  // RLIMIT_AS
        #endif
        guard let status = Status(path: status) else { Fuzz.fail("cannot map \(status)") }
        let target = kind.make(Corpus.standard)
        for number in numbers {
            let fuzzCase = target.makeCase(seed: seed, number: number)
            status.begin(number: number, caseBytes: fuzzCase.file)
            let verdict = target.run(fuzzCase)
            note(verdict, of: fuzzCase, number, status)
        }
    }

    private func note(_ verdict: Verdict, of fuzzCase: FuzzCase, _ number: Int, _ status: Status) {
        var header = status.header
        let elapsed = Status.now() - header.began
        if elapsed > header.slowest { (header.slowest, header.slowestNumber) = (elapsed, number) }
        switch verdict {
        case .accepted: header.accepted += 1
        case .refused: header.refused += 1
        case .finding(let text):
            header.findings += 1
            Finding(kind: kind, seed: seed, number: number, text: text).save(fuzzCase.file, in: save)
        }
        status.header = header
    }
}

/// Something that is wrong with the product.
struct Finding {
    let kind: TargetKind
    let seed: UInt64
    let number: Int
    let text: String

    /// Writes the case into a file and tells where.
    func save(_ bytes: [UInt8], in folder: String) {
        let path = "\(folder)/\(kind.rawValue)-\(seed)-\(number).case"
        try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let isSaved = (try? Data(bytes).write(to: URL(filePath: path))) != nil
        print("FINDING \(kind.rawValue) \(number): \(text)\n        \(isSaved ? path : "not saved")")
        fflush(nil)
    }
}
