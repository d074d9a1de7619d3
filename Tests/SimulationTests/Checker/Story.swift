/// A failing run, made small and told.
enum Story {
    /// What went wrong, with the smallest plan that still goes wrong in the same way, and the end of its journal.
    static func tell(_ plan: Plan, _ violation: Violation) -> String {
        let small = shrink(plan, promise: violation.promise)
        let journal = World(small).run()
        let broken = Checker.check(small, journal)
        let end = (broken.first?.time ?? 0) + 1
        let story = journal.filter { entry in
            if case .polled = entry.what { return false }
            if case .turnEnded = entry.what { return false }
            return entry.time <= end
        }
        var lines = ["Seed \(plan.seed) breaks the contract: \(violation)"]
        lines.append("Shrunk to \(small.records.count) records and \(small.faults.count) faults: \(broken)")
        lines.append(
            "order \(small.order), steps \(small.steps), systems \(small.systems), buffer \(small.bufferEvents) events, "
                + "\(small.bufferBytes) bytes, metadata \(small.metadataLimit), cooperative \(small.isCooperative)")
        lines += small.faults.map { "fault: \($0)" }
        lines += small.records.enumerated().map { "record \($0): \($1)" }
        if story.count > 150 { lines.append("… \(story.count - 150) entries left out") }
        lines += story.suffix(150).map { "\($0.time) \($0.what)" }
        return lines.joined(separator: "\n")
    }

    /// Leaves out records and faults while the same promise breaks, in ever smaller pieces.
    static func shrink(_ plan: Plan, promise: String) -> Plan {
        var best = plan
        var tries = 0
        func isBroken(_ candidate: Plan) -> Bool {
            tries += 1
            return Checker.check(candidate, World(candidate).run()).first?.promise == promise
        }
        var size = max(best.records.count, best.faults.count) / 2
        while size > 0, tries < 400 {
            var start = 0
            while start < best.records.count {
                var candidate = best
                candidate.records.removeSubrange(start..<min(start + size, best.records.count))
                if isBroken(candidate) { best = candidate } else { start += size }
            }
            start = 0
            while start < best.faults.count {
                var candidate = best
                candidate.faults.removeSubrange(start..<min(start + size, best.faults.count))
                if isBroken(candidate) { best = candidate } else { start += size }
            }
            size /= 2
        }
        return best
    }
}
