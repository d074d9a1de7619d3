import JSON

/// What was found of one key that is not equal.
public struct Finding: Equatable, Sendable {
    /// The event that decides what should be there.
    public struct Origin: Equatable, Sendable {
        public var partition: Int32
        public var offset: Int64

        public init(partition: Int32, offset: Int64) {
            self.partition = partition
            self.offset = offset
        }
    }

    public var key: [UInt8]
    public var verdict: Verdict
    /// Why it cannot be compared, or what else is to be said.
    public var reason: String?
    public var origin: Origin?
    public var differences: [MemberDifference]
    /// What is remembered of the key, a JSON object.
    public var references: String?

    public init(
        key: [UInt8], verdict: Verdict, reason: String? = nil, origin: Origin? = nil,
        differences: [MemberDifference] = [], references: String? = nil
    ) {
        self.key = key
        self.verdict = verdict
        self.reason = reason
        self.origin = origin
        self.differences = differences
        self.references = references
    }

    /// The key for people: as text, or its bytes in hexadecimal digits where it is none.
    public var keyText: String {
        String(validating: key, as: UTF8.self)
            ?? "0x" + key.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// Whether the event's flow could bring it to equal.
    public var isRepairable: Bool { (verdict == .missing || verdict == .different) && origin != nil }
}

// MARK: - As a line of JSON

extension Finding {
    /// Appends it as one line of JSON, without the line's end.
    public func write(to buffer: ByteBuffer) {
        buffer.append("{\"key\":")
        if let text = String(validating: key, as: UTF8.self) {
            buffer.writeString(text)
        } else {
            buffer.append("{\"hex\":\"\(keyText.dropFirst(2))\"}")
        }
        buffer.append(",\"verdict\":\"\(verdict.rawValue)\"")
        if let reason {
            buffer.append(",\"reason\":")
            buffer.writeString(reason)
        }
        if let origin { buffer.append(",\"partition\":\(origin.partition),\"offset\":\(origin.offset)") }
        if !differences.isEmpty {
            buffer.append(",\"differences\":[")
            for (index, difference) in differences.enumerated() {
                if index > 0 { buffer.append(",") }
                difference.write(to: buffer)
            }
            buffer.append("]")
        }
        if let references { buffer.append(",\"references\":\(references)") }
        buffer.append("}")
    }

    /// Reads such a line; `nil` for all else.
    public init?(_ value: Value) {
        guard let name = value["verdict"]?.string, let verdict = Verdict(rawValue: name), let key = value["key"],
            let bytes = Finding.key(key)
        else { return nil }
        self.init(key: bytes, verdict: verdict, reason: value["reason"]?.string)
        if let partition = value["partition"]?.int, let offset = value["offset"]?.int {
            origin = Origin(partition: Int32(truncatingIfNeeded: partition), offset: Int64(offset))
        }
        differences = value["differences"]?.elements.compactMap(MemberDifference.init) ?? []
        references = value["references"].map(DocumentComparison.compactText)
    }

    private static func key(_ value: Value) -> [UInt8]? {
        if value.kind == .string { return Array(value.bytes) }
        guard let digits = value["hex"]?.bytes, digits.count.isMultiple(of: 2) else { return nil }
        return stride(from: 0, to: digits.count, by: 2).compactMap {
            UInt8(String(decoding: digits[$0..<$0 + 2], as: UTF8.self), radix: 16)
        }
    }
}

extension MemberDifference {
    fileprivate func write(to buffer: ByteBuffer) {
        buffer.append("{\"pointer\":")
        buffer.writeString(pointer)
        if let expected { buffer.append(",\"expected\":\(expected)") }
        if let actual { buffer.append(",\"actual\":\(actual)") }
        buffer.append("}")
    }

    fileprivate init?(_ value: Value) {
        guard let pointer = value["pointer"]?.string else { return nil }
        self.init(
            pointer: pointer, expected: value["expected"].map(DocumentComparison.compactText),
            actual: value["actual"].map(DocumentComparison.compactText))
    }
}

extension DocumentComparison {
    /// A value as JSON on one line, whole.
    static func compactText(_ value: Value) -> String {
        let buffer = ByteBuffer(capacity: 64)
        buffer.write(value)
        return buffer.text
    }
}
