import Flows

/// The result as JUnit XML, in the form that the common CI systems read: a suite for each file.
struct JUnitReport {
    private let outcome: TestOutcome

    init(_ outcome: TestOutcome) {
        self.outcome = outcome
    }

    func write(to path: String) throws(CommandFailure) {
        try OutputFile.write(text, to: path)
    }

    var text: String {
        let total = attributes(tests: outcome.entries.count, outcome.failed.count, outcome.duration)
        var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"penstock\"\(total)>\n"
        for index in outcome.files.indices {
            let entries = outcome.entries.filter { $0.file == index }
            guard !entries.isEmpty else { continue }
            let failures = entries.count { !$0.result.hasPassed }
            let duration = entries.reduce(Duration.zero) { $0 + $1.result.duration }
            text += "  <testsuite name=\"\(escaped(outcome.files[index].path))\""
            text += attributes(tests: entries.count, failures, duration) + ">\n"
            for entry in entries { text += testCase(entry) }
            text += "  </testsuite>\n"
        }
        return text + "</testsuites>\n"
    }

    private func attributes(tests: Int, _ failures: Int, _ duration: Duration) -> String {
        " tests=\"\(tests)\" failures=\"\(failures)\" errors=\"0\" skipped=\"0\" time=\"\(seconds(duration))\""
    }

    private func testCase(_ entry: TestOutcome.Entry) -> String {
        let golden = entry.result.golden
        var text = "    <testcase name=\"\(escaped(golden.name ?? ""))\" classname=\"\(escaped(entry.flow))\""
        text += " file=\"\(escaped(golden.place.file))\" line=\"\(golden.place.line)\""
        text += " time=\"\(seconds(entry.result.duration))\""
        guard let first = entry.result.differences.first else { return text + "/>\n" }
        text += ">\n      <failure type=\"difference\" message=\"\(escaped(first.pointer)) differs\">"
        text += entry.result.differences.map { escaped(describe($0)) }.joined(separator: "\n")
        return text + "</failure>\n    </testcase>\n"
    }

    private func describe(_ difference: GoldenDifference) -> String {
        var lines = ["\(difference.place): \(difference.pointer)"]
        if let expected = difference.expected { lines.append("- \(expected)") }
        if let actual = difference.actual { lines.append("+ \(actual)") }
        return lines.joined(separator: "\n")
    }

    private func seconds(_ duration: Duration) -> String {
        let microseconds = Int(duration / .microseconds(1))
        let fraction = String(microseconds % 1_000_000)
        return "\(microseconds / 1_000_000)." + String(repeating: "0", count: 6 - fraction.count) + fraction
    }

    /// For attributes and text; characters that XML 1.0 cannot carry are replaced.
    private func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "\t", "\n", "\r": result += "&#\(scalar.value);"
            case _ where scalar.value < 0x20 || scalar.value == 0xFFFE || scalar.value == 0xFFFF: result += "\u{FFFD}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
