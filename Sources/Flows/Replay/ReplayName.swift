/// The names of replays and repairs: of a replay's consumer group, and of the effects that are made anew.
public enum ReplayName {
    /// Whether a name can be part of a group's.
    public static func isValid(_ name: String) -> Bool {
        (1...64).contains(name.utf8.count)
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }

    /// A name that the same range and filters always have, as they were written.
    public static func derived(from parts: [String?]) -> String {
        // FNV-1a; a length before each part, so that no two lists run together.
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        func add(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        for part in parts {
            let text = part.map { "\($0.utf8.count):\($0)" } ?? "-"
            for byte in text.utf8 { add(byte) }
        }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// The name of the effects of a repair, and under which it holds keys; no replay can have it.
    public static func repair(_ run: String) -> String { "reconcile/\(run)" }

    public static func isRepair(_ name: String) -> Bool { name.hasPrefix(repair("")) }

    /// The consumer group in which a replay keeps its progress.
    public static func group(_ name: String, of flow: FlowDefinition) -> String { "\(flow.group).replay.\(name)" }
}

extension FlowDefinition {
    /// The flow whose effects are new ones of this replay: it takes no notice of what was done under other names, and asks
    /// no system whether it holds them already.
    public func again(_ name: String) -> FlowDefinition {
        var flow = self
        flow.effectRound = "replay/\(name)"
        for index in flow.steps.indices { flow.steps[index].probe = nil }
        return flow
    }
}
