import Flows
import JSON

/// Prints what became of golden cases.
struct TestReport {
    let outcome: TestOutcome
    let flows: [FlowDefinition]
    let terminal: Terminal

    /// - Parameters:
    ///   - isVerbose: whether passed cases are listed.
    ///   - showsCoverage: whether what was reached is told; of a part of the cases it would mislead.
    func print(isVerbose: Bool, showsCoverage: Bool) {
        guard terminal.output == .table else { return terminal.print(json(showsCoverage: showsCoverage)) }
        for entry in outcome.entries {
            if !entry.result.hasPassed {
                printFailure(entry)
            } else if isVerbose {
                terminal.print("\(terminal.styled("passed", .green)) \(title(entry))")
            }
        }
        if showsCoverage { printCoverage() }
        let failed = outcome.failed.count
        let passed = outcome.entries.count - failed
        let counts = "\(passed) passed, \(failed) failed"
        let milliseconds = Int(outcome.duration / .milliseconds(1))
        terminal.print("\(terminal.styled(counts, failed == 0 ? .green : .red)) in \(milliseconds) ms")
    }

    func print(updated: [(path: String, cases: Int)]) {
        guard terminal.output == .table else {
            let line = ByteBuffer(capacity: 256)
            line.append("{\"updated\":[")
            for (index, file) in updated.enumerated() {
                line.append(index == 0 ? "{\"file\":" : ",{\"file\":")
                line.writeString(file.path)
                line.append(",\"cases\":\(file.cases)}")
            }
            line.append("]}")
            return terminal.print(line.text)
        }
        for file in updated {
            terminal.print("\(file.path): \(file.cases) case\(file.cases == 1 ? "" : "s") updated")
        }
        if updated.isEmpty { terminal.print("nothing to update: \(outcome.entries.count) passed") }
    }

    // MARK: - Failures

    private func title(_ entry: TestOutcome.Entry) -> String {
        "\(entry.result.golden.place): \(entry.result.golden.name ?? "")"
    }

    private func printFailure(_ entry: TestOutcome.Entry) {
        terminal.print("\(terminal.styled("FAILED", .red)) \(terminal.styled(title(entry), .bold))")
        for difference in entry.result.differences {
            let pointer = difference.pointer.isEmpty ? "" : "\(difference.pointer) "
            terminal.print("  \(pointer)\(terminal.styled("(\(difference.place))", .dim))")
            if let expected = difference.expected { terminal.print(terminal.styled("    - \(expected)", .red)) }
            if let actual = difference.actual { terminal.print(terminal.styled("    + \(actual)", .green)) }
        }
    }

    // MARK: - Coverage

    private func printCoverage() {
        var table = Table(["flow", "steps", "conditions", "branches"])
        for flow in outcome.coverage {
            table.add([flow.flow, share(flow.steps), share(flow.conditions), share(flow.branches)])
        }
        for line in table.lines { terminal.print(line) }
        for flow in outcome.coverage {
            for miss in flow.misses {
                terminal.print("\(terminal.styled("not covered", .yellow)) \(miss.place): \(miss.miss)")
            }
        }
    }

    private func share(_ items: [FlowCoverage.Item]) -> String {
        items.isEmpty ? "-" : "\(items.count { $0.count > 0 }) of \(items.count)"
    }

    // MARK: - JSON

    private func json(showsCoverage: Bool) -> String {
        let failed = outcome.failed.count
        let buffer = ByteBuffer()
        buffer.append("{\"passed\":\(outcome.entries.count - failed),\"failed\":\(failed),\"cases\":[")
        for (index, entry) in outcome.entries.enumerated() {
            if index > 0 { buffer.append(",") }
            write(entry, to: buffer)
        }
        buffer.append("]")
        if showsCoverage {
            buffer.append(",\"coverage\":[")
            for (index, flow) in outcome.coverage.enumerated() {
                if index > 0 { buffer.append(",") }
                write(flow, to: buffer)
            }
            buffer.append("]")
        }
        buffer.append("}")
        return buffer.text
    }

    private func write(_ entry: TestOutcome.Entry, to buffer: ByteBuffer) {
        let result = entry.result
        buffer.append("{\"name\":")
        buffer.writeString(result.golden.name ?? "")
        buffer.append(",\"place\":")
        buffer.writeString(result.golden.place.description)
        buffer.append(",\"flow\":")
        buffer.writeString(entry.flow)
        buffer.append(result.hasPassed ? ",\"passed\":true" : ",\"passed\":false")
        buffer.append(",\"differences\":[")
        for (index, difference) in result.differences.enumerated() {
            buffer.append(index == 0 ? "{\"pointer\":" : ",{\"pointer\":")
            buffer.writeString(difference.pointer)
            buffer.append(",\"place\":")
            buffer.writeString(difference.place.description)
            for (name, text) in [("expected", difference.expected), ("actual", difference.actual)] {
                guard let text else { continue }
                buffer.append(",\"\(name)\":")
                buffer.writeString(text)
            }
            buffer.append("}")
        }
        buffer.append("]}")
    }

    private func write(_ flow: FlowCoverage, to buffer: ByteBuffer) {
        buffer.append("{\"flow\":")
        buffer.writeString(flow.flow)
        for (name, items) in [("steps", flow.steps), ("conditions", flow.conditions), ("branches", flow.branches)] {
            buffer.append(",\"\(name)\":{\"covered\":\(items.count { $0.count > 0 }),\"total\":\(items.count)}")
        }
        buffer.append(",\"missing\":[")
        for (index, miss) in flow.misses.enumerated() {
            buffer.append(index == 0 ? "{\"place\":" : ",{\"place\":")
            buffer.writeString(miss.place.description)
            buffer.append(",\"text\":")
            buffer.writeString(miss.miss)
            buffer.append("}")
        }
        buffer.append("]}")
    }
}
