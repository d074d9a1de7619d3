/// How `penstock check` tells what it found: a line for each finding and one for the whole.
public struct CheckReport {
    private let terminal: Terminal
    /// `nil` where the configuration cannot be read.
    private let flowCount: Int?

    public init(terminal: Terminal, flowCount: Int?) {
        self.terminal = terminal
        self.flowCount = flowCount
    }

    /// - Parameter remark: what else is said of what is fine.
    public func finish(_ findings: [Finding], isFine: Bool, remark: String = "") {
        let errors = findings.count { $0.severity == .error }
        let warnings = findings.count - errors
        guard terminal.output == .table else {
            for finding in findings { terminal.print(finding.json) }
            let summary = JSONObject()
            summary.add("ok", isFine)
            if let flowCount { summary.add("flows", flowCount) }
            summary.add("errors", errors)
            summary.add("warnings", warnings)
            return terminal.print(summary.text)
        }
        for finding in findings { terminal.print(finding.text) }
        let counted = warnings == 0 ? "" : ", " + CheckReport.count(warnings, "warning")
        if isFine {
            terminal.print("ok: \(CheckReport.count(flowCount ?? 0, "flow"))\(counted)\(remark)")
        } else if errors == 0 {
            terminal.print("not ok: \(CheckReport.count(warnings, "warning"))")
        }
    }

    private static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
}
