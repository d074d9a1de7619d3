import Foundation
import FuzzKit

/// Fuzzes the parser, the schemas and the programs, and holds programs against `jq`.
@main
struct Fuzz {
    static let usage = """
        fuzz documents|schemas|programs|all [--iterations N] [--seed S] [--workers N] [--first N] [--save FOLDER]
            Runs cases N by N in processes of their own. What crashes, hangs or is wrong is saved as a file.
        fuzz replay documents|schemas|programs FILE
            Runs a case that was saved.
        fuzz show documents|schemas|programs NUMBER [--seed S]
            Prints a case.
        fuzz seeds documents|schemas|programs COUNT FOLDER [--seed S]
            Writes cases as files for guided fuzzing to start from.
        fuzz differential [--programs N] [--seed S] [--first N]
            Holds generated programs against the `jq` of this machine, or that of PENSTOCK_FUZZ_JQ.
        fuzz guided documents|schemas|programs [options and folders of libFuzzer]
            Needs a build with -Xswiftc -sanitize=fuzzer -Xswiftc -DGUIDED, see docs/fuzzing.md.

        """

    static func main() {
        var options = Options(CommandLine.arguments.dropFirst())
        guard let command = options.words.first else { fail(usage) }
        options.words.removeFirst()
        switch command {
        case "all": exit(campaign(TargetKind.allCases, options) ? 0 : 1)
        case "worker": worker(options)
        case "replay": replay(options)
        case "show": show(options)
        case "seeds": seeds(options)
        case "differential": exit(DifferentialCommand.run(options) ? 0 : 1)
        case "guided": guided(options)
        default:
            guard let kind = TargetKind(rawValue: command) else { fail(usage) }
            exit(campaign([kind], options) ? 0 : 1)
        }
    }

    static func fail(_ text: String) -> Never {
        FileHandle.standardError.write(Data((text.hasSuffix("\n") ? text : text + "\n").utf8))
        exit(64)
    }

    private static func campaign(_ kinds: [TargetKind], _ options: Options) -> Bool {
        print("corpus: \(Corpus.standard.summary)")
        return kinds.map { Supervisor(kind: $0, options: options).run() }.allSatisfy { $0 }
    }

    private static func replay(_ options: Options) {
        guard options.words.count == 2, let kind = TargetKind(rawValue: options.words[0]),
            let data = try? Data(contentsOf: URL(filePath: options.words[1])), let saved = FuzzCase(file: Array(data))
        else { fail(usage) }
        print(kind.make(Corpus.standard).run(saved))
    }

    private static func show(_ options: Options) {
        guard options.words.count == 2, let kind = TargetKind(rawValue: options.words[0]),
            let number = Int(options.words[1])
        else { fail(usage) }
        let fuzzCase = kind.make(Corpus.standard).makeCase(seed: options.seed, number: number)
        FileHandle.standardOutput.write(Data(fuzzCase.file))
    }

    private static func seeds(_ options: Options) {
        guard options.words.count == 3, let kind = TargetKind(rawValue: options.words[0]),
            let count = Int(options.words[1]), count >= 0
        else { fail(usage) }
        let folder = URL(filePath: options.words[2])
        try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let target = kind.make(Corpus.standard)
        for number in 0..<count {
            let bytes = target.makeCase(seed: options.seed, number: number).guided
            guard (try? Data(bytes).write(to: folder.appending(path: "\(options.seed)-\(number)"))) != nil else {
                fail("cannot write into \(folder.path)")
            }
        }
    }

    private static func worker(_ options: Options) {
        guard options.words.count == 4, let kind = TargetKind(rawValue: options.words[0]),
            let first = Int(options.words[1]), let end = Int(options.words[2]), first <= end
        else { fail(usage) }
        Worker(kind: kind, seed: options.seed, numbers: first..<end, status: options.words[3], save: options.save).run()
    }

    private static func guided(_ options: Options) {
        #if GUIDED
            guard let name = options.words.first, let kind = TargetKind(rawValue: name) else { fail(usage) }
            Guided.run(kind, Array(CommandLine.arguments.dropFirst(3)))
        #else
            fail("This build is not for guided fuzzing: build with -Xswiftc -sanitize=fuzzer -Xswiftc -DGUIDED.")
        #endif
    }
}

/// What stands on the command line.
struct Options {
    var words: [String] = []
    var seed: UInt64 = 1
    var iterations = 1_000_000
    var first = 0
    var programs = 200_000
    var workers = 2
    var save = ".build/fuzz"

    init(_ arguments: some Sequence<String>) {
        var rest = Array(arguments)[...]
        while let word = rest.popFirst() {
            guard word.hasPrefix("--") else {
                words.append(word)
                continue
            }
            let value = rest.popFirst() ?? ""
            switch (word, Int(value)) {
            case ("--seed", let number?): seed = UInt64(bitPattern: Int64(number))
            case ("--iterations", let number?): iterations = max(number, 0)
            case ("--first", let number?): first = max(number, 0)
            case ("--programs", let number?): programs = max(number, 0)
            case ("--workers", let number?): workers = max(number, 1)
            case ("--save", _): save = value
            default: Fuzz.fail("not understood: \(word) \(value)\n\n" + Fuzz.usage)
            }
        }
    }
}
