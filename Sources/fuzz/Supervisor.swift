import Foundation
import FuzzKit

/// Runs a target's cases in workers, notices those that crash or hang, saves their case and goes on behind it.
final class Supervisor {
    /// A case that takes more CPU time hangs.
    static let caseLimit: UInt64 = 20_000_000_000
    /// A worker that has not gone on for so long, without taking CPU time, hangs as well.
    static let standstillLimit: UInt64 = 600_000_000_000

    private struct Child {
        let process: pid_t
        let status: Status
        let path: String
        let end: Int
        /// The last case that was seen, and when it was first seen.
        var last = (number: -1, seen: Status.read(CLOCK_MONOTONIC))
        var hangs = false
    }

    private let kind: TargetKind
    private let options: Options
    private var children: [Child] = []
    private var total = Status.Header()
    private var crashes = 0
    private var peakKiB = 0

    init(kind: TargetKind, options: Options) {
        self.kind = kind
        self.options = options
    }

    /// Whether nothing was found.
    func run() -> Bool {
        let began = Status.read(CLOCK_MONOTONIC)
        let share = (options.iterations + options.workers - 1) / options.workers
        for number in 0..<options.workers {
            let first = options.first + number * share
            start(first, min(first + share, options.first + options.iterations))
        }
        while !children.isEmpty { look() }
        let seconds = Double(Status.read(CLOCK_MONOTONIC) - began) / 1e9
        let count = total.accepted + total.refused + total.findings + crashes
        print(
            """
            \(kind.rawValue): \(count) cases, seed \(options.seed): \(total.accepted) accepted, \(total.refused) \
            refused, \(total.findings) wrong, \(crashes) crashed or hanging
                \(Int(Double(count) / seconds)) cases/s; slowest \(total.slowest / 1_000_000) ms (case \
            \(total.slowestNumber)); peak resident memory of a worker \(peakKiB / 1024) MiB
            """)
        return total.findings == 0 && crashes == 0
    }

    private func start(_ first: Int, _ end: Int) {
        guard first < end else { return }
        let path = "\(NSTemporaryDirectory())penstock-fuzz-\(getpid())-\(kind.rawValue)-\(first)"
        guard let status = Status(path: path) else { Fuzz.fail("cannot map \(path)") }
        // A new file is zero: that would be case 0, begun long ago.
        status.header = Status.Header()
        let arguments = [
            CommandLine.arguments[0], "worker", kind.rawValue, "\(first)", "\(end)", path, "--seed",
            "\(Int64(bitPattern: options.seed))", "--save", options.save,
        ]
        var process: pid_t = 0
        var pointers = arguments.map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        guard posix_spawn(&process, "/proc/self/exe", nil, nil, &pointers, environ) == 0 else {
            Fuzz.fail("cannot start a worker")
        }
        children.append(Child(process: process, status: status, path: path, end: end))
    }

    /// Takes the workers that have ended, and ends those that hang.
    private func look() {
        usleep(50_000)
        for position in children.indices.reversed() {
            let child = children[position]
            var status: Int32 = 0
            var usage = rusage()
            if wait4(child.process, &status, WNOHANG, &usage) == child.process {
                children.remove(at: position)
                peakKiB = max(peakKiB, Int(usage.ru_maxrss))
                ended(child, status)
            } else if !child.hangs, isStuck(&children[position]) {
                children[position].hangs = true
                kill(child.process, SIGABRT)
            }
        }
    }

    private func isStuck(_ child: inout Child) -> Bool {
        let header = child.status.header
        let now = Status.read(CLOCK_MONOTONIC)
        if header.number != child.last.number { child.last = (header.number, now) }
        let used = Status.cpuTime(of: child.process) ?? 0
        return now - child.last.seen > Self.standstillLimit
            || header.number >= 0 && used > header.began + Self.caseLimit
    }

    private func ended(_ child: Child, _ status: Int32) {
        unlink(child.path)
        let header = child.status.header
        total.accepted += header.accepted
        total.refused += header.refused
        total.findings += header.findings
        if header.slowest > total.slowest {
            (total.slowest, total.slowestNumber) = (header.slowest, header.slowestNumber)
        }
        if status == 0 { return }
        guard header.number >= 0 else { Fuzz.fail("a worker ended with \(status) before its first case") }
        crashes += 1
        let signal = status & 0x7f
        let text = child.hangs ? "takes too long" : "crashes (signal \(signal), status \(status >> 8))"
        Finding(kind: kind, seed: options.seed, number: header.number, text: text)
            .save(child.status.caseBytes, in: options.save)
        start(header.number + 1, child.end)
    }
}
