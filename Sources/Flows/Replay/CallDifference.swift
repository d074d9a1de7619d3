import JSON

/// Compares what two versions of a flow would call for an event, and calls nothing. It belongs to one thread.
public final class CallComparison {
    /// One member that differs, by its JSON Pointer in the body, or `method`, `system`, `path`.
    public struct Member: Sendable, Equatable {
        public var name: String
        /// As JSON; `nil`: absent.
        public var old: String?
        public var new: String?
    }

    /// How the two differ in one step, or in how the event ends.
    public struct Difference: Sendable, Equatable {
        public enum Kind: String, Sendable {
            case added, removed, changed, ending
        }

        public var kind: Kind
        /// The step; empty for `ending`.
        public var step: String
        public var members: [Member]

        /// What differs, without the values: those of many events are the same. Positions in arrays stand as `*`.
        public var group: Group {
            Group(kind: kind, step: step, members: members.map { Difference.withoutPositions($0.name) }.uniqued())
        }

        private static func withoutPositions(_ name: String) -> String {
            guard name.hasPrefix("/") else { return name }
            return name.split(separator: "/", omittingEmptySubsequences: false)
                .map { !$0.isEmpty && $0.allSatisfy(\.isNumber) ? "*" : String($0) }.joined(separator: "/")
        }
    }

    public struct Group: Hashable, Sendable {
        public var kind: Difference.Kind
        public var step: String
        public var members: [String]
    }

    private let old: RedrivePreview
    private let new: RedrivePreview
    private let left = Document()
    private let right = Document()

    /// - Parameter knowledge: what is remembered of keys; `nil`: nothing.
    /// - Throws: ``FlowProblems`` when one does not compile.
    public init(old: FlowDefinition, new: FlowDefinition, knowledge: RedriveKnowledge?) throws(FlowProblems) {
        self.old = try RedrivePreview(old, knowledge: knowledge)
        self.new = try RedrivePreview(new, knowledge: knowledge)
    }

    /// - Returns: the number of calls that are the same, and all that differs.
    public func compare(_ event: DeadLetter, key: OrderKey) -> (same: Int, differences: [Difference]) {
        let before = old.calls(for: event, key: key.bytes)
        let after = new.calls(for: event, key: key.bytes)
        var differences: [Difference] = []
        var same = 0
        for call in before.calls {
            guard let other = after.calls.first(where: { $0.step == call.step }) else {
                differences.append(Difference(kind: .removed, step: call.step, members: []))
                continue
            }
            let members = members(call, other)
            if members.isEmpty {
                same += 1
            } else {
                differences.append(Difference(kind: .changed, step: call.step, members: members))
            }
        }
        for call in after.calls where !before.calls.contains(where: { $0.step == call.step }) {
            differences.append(Difference(kind: .added, step: call.step, members: []))
        }
        if let ending = ending(before.ending, after.ending) { differences.append(ending) }
        return (same, differences)
    }

    private func members(_ old: RedrivePreview.Call, _ new: RedrivePreview.Call) -> [Member] {
        var members: [Member] = []
        func compare(_ name: String, _ old: String, _ new: String) {
            if old != new { members.append(Member(name: name, old: quoted(old), new: quoted(new))) }
        }
        compare("method", old.method, new.method)
        compare("system", old.system, new.system)
        compare("path", old.path, new.path)
        guard old.body != new.body else { return members }
        guard let before = value(old.body, in: left), let after = value(new.body, in: right) else {
            return members + [Member(name: "body", old: text(old.body), new: text(new.body))]
        }
        for item in DocumentDifference.items(before, after) {
            let pointer = item.pointer.description
            members.append(
                Member(
                    name: pointer.isEmpty ? "body" : pointer, old: item.expected?.compactText,
                    new: item.actual?.compactText))
        }
        return members
    }

    private func ending(_ old: RedrivePreview.Ending, _ new: RedrivePreview.Ending) -> Difference? {
        let (before, after) = (fault(old), fault(new))
        guard before != after else { return nil }
        return Difference(
            kind: .ending, step: "",
            members: [Member(name: "fault", old: before.map(quoted), new: after.map(quoted))])
    }

    private func fault(_ ending: RedrivePreview.Ending) -> String? {
        guard case .fault(let fault) = ending else { return nil }
        return (fault.step.map { "\($0): " } ?? "") + "\(fault.reason.name): \(fault.message)"
    }

    private func value(_ body: [UInt8]?, in document: Document) -> Value? {
        body.flatMap { body in body.withUnsafeBytes { try? document.parse($0) } }
    }

    private func text(_ body: [UInt8]?) -> String? { body.map { String(decoding: $0, as: UTF8.self) } }

    private func quoted(_ text: String) -> String {
        let buffer = ByteBuffer(capacity: 64)
        buffer.writeString(text)
        return buffer.text
    }
}

extension [String] {
    /// Each once, in order.
    fileprivate func uniqued() -> [String] {
        var seen: Set<String> = []
        return filter { seen.insert($0).inserted }
    }
}
