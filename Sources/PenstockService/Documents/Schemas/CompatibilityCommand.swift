import JSONSchema

/// Compares two versions of a schema.
public struct CompatibilityCommand {
    /// What must hold for the command to succeed.
    public enum Demand: Sendable {
        case backward, forward, full
    }

    public struct Options: Sendable {
        /// The files of both versions.
        public var old: String
        public var new: String
        public var demand: Demand
        /// Whether only the direction that is demanded is printed.
        public var isSingle: Bool
        /// Whether what cannot be told counts as compatible.
        public var allowsUnknown: Bool
        public var assertsFormats: Bool

        public init(
            old: String, new: String, demand: Demand, isSingle: Bool, allowsUnknown: Bool, assertsFormats: Bool
        ) {
            self.old = old
            self.new = new
            self.demand = demand
            self.isSingle = isSingle
            self.allowsUnknown = allowsUnknown
            self.assertsFormats = assertsFormats
        }
    }

    private let options: Options
    private let terminal: Terminal

    public init(_ options: Options, terminal: Terminal) {
        self.options = options
        self.terminal = terminal
    }

    /// - Throws: ``CommandFailure`` when a schema cannot be read or does not compile.
    public func run() throws -> ExitStatus {
        let old = try SchemaFile(options.old).compile(assertsFormats: options.assertsFormats)
        let new = try SchemaFile(options.new).compile(assertsFormats: options.assertsFormats)
        let result = SchemaCompatibility.compare(old: old, new: new)
        print(result)
        switch (options.demand, result.backward, result.forward, result.full) {
        case (.backward, let verdict, _, _), (.forward, _, let verdict, _), (.full, _, _, let verdict):
            return status(verdict)
        }
    }

    private func status(_ verdict: Compatibility.Verdict) -> ExitStatus {
        switch verdict {
        case .compatible: .done
        case .incompatible: .foundProblems
        case .cannotTell: options.allowsUnknown ? .done : .foundProblems
        }
    }

    private func verdicts(_ result: Compatibility) -> [(name: String, verdict: Compatibility.Verdict)] {
        let all = [("backward", result.backward), ("forward", result.forward), ("full", result.full)]
        guard options.isSingle else { return all }
        switch options.demand {
        case .backward: return [all[0]]
        case .forward: return [all[1]]
        case .full: return all
        }
    }

    private func print(_ result: Compatibility) {
        guard terminal.output == .table else { return terminal.print(object(result).text) }
        for (name, verdict) in verdicts(result) {
            terminal.print("\(name): \(styled(verdict))")
            // The reasons of both directions are told there.
            guard name != "full" else { continue }
            for reason in verdict.reasons {
                terminal.print("  \(reason)")
                if let witness = reason.witness { terminal.print("    such as \(witness)") }
            }
        }
    }

    private func styled(_ verdict: Compatibility.Verdict) -> String {
        switch verdict {
        case .compatible: terminal.styled(verdict.word, .green)
        case .incompatible: terminal.styled(verdict.word, .red)
        case .cannotTell: terminal.styled(verdict.word, .yellow)
        }
    }

    private func object(_ result: Compatibility) -> JSONObject {
        let object = JSONObject()
        object.add("old", options.old)
        object.add("new", options.new)
        for (name, verdict) in verdicts(result) {
            let member = JSONObject()
            member.add("verdict", verdict.word)
            member.add(
                "reasons",
                verdict.reasons.map { reason in
                    let object = JSONObject()
                    object.add("oldLocation", reason.oldLocation)
                    object.add("newLocation", reason.newLocation)
                    object.add("instanceLocation", reason.instanceLocation)
                    object.add("text", reason.text)
                    if let witness = reason.witness { object.add("witness", json: witness) }
                    return object
                })
            object.add(name, member)
        }
        return object
    }
}

extension Compatibility.Verdict {
    /// In a word or two.
    fileprivate var word: String {
        switch self {
        case .compatible: "compatible"
        case .incompatible: "incompatible"
        case .cannotTell: "cannot tell"
        }
    }
}
