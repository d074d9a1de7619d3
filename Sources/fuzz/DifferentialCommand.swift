import FuzzKit

/// Holds generated programs against `jq`, and reports.
enum DifferentialCommand {
    /// Whether there was no difference without an explanation.
    static func run(_ options: Options) -> Bool {
        guard let peer = JQPeer() else { Fuzz.fail("there is no jq in the search path: apt-get install jq") }
        var differential = Differential(peer: peer)
        let end = options.first + options.programs
        var first = options.first
        while first < end {
            let next = min(first + 2000, end)
            let known = differential.unexplained.count
            differential.run(seed: options.seed, numbers: first..<next)
            for difference in differential.unexplained[known...].prefix(200) { print(difference) }
            first = next
        }
        print(differential.report)
        return differential.unexplained.isEmpty
    }
}
