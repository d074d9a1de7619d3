import FuzzKit
import Foundation
@main struct Fuzz {
    static func main() {
        let a = CommandLine.arguments
        let corpus = Corpus(suites: URL(filePath: "/work/shared/data"), repository: URL(filePath: "/work/wt-fuzz"))
        print(corpus.summary)
        if a[1] == "show" { show(Int(a[2])!); return }
        if a[1] == "diff" {
            var d = Differential(peer: JQPeer()!)
            d.run(seed: 1, numbers: Int(a[2])!..<Int(a[3])!)
            print(d.programs, d.runs, d.errors, d.unanswered.count, d.unexplained.count)
            for u in d.unanswered.prefix(10) { print("UNANSWERED", u) }
            for u in d.unexplained.prefix(Int(a[4])!) { print(u) }
            return
        }
        let target = TargetKind(rawValue: a[1])!.make(corpus)
        var run = FuzzRun()
        run.run(target, seed: 1, numbers: Int(a[2])!..<Int(a[3])!) { n, c in
            if a.count > 4 { print(n, String(decoding: c.subject, as: UTF8.self).prefix(300)) }
        }
        print(run.accepted, run.refused, run.findings.count)
        for f in run.findings.prefix(20) { print(f.number, f.text); print(String(decoding: f.fuzzCase.subject, as: UTF8.self).prefix(500)) }
    }
}
extension Fuzz { static func show(_ n: Int) { for i in 0..<n { var g = ProgramGenerator(Dice(seed: 1, number: i)); print(g.program().replacing("\n", with: " ")) } } }
