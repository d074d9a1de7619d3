import JSON

/// A parked event as it lies in the dead-letter topic: the record as it was read, and the story of what failed.
public struct DeadLetter: Sendable, Equatable {
    /// Where the event was read; the name by which an operator knows a dead letter.
    public struct Place: Hashable, Comparable, Sendable, CustomStringConvertible {
        public var partition: Int32
        public var offset: Int64

        public init(partition: Int32, offset: Int64) {
            self.partition = partition
            self.offset = offset
        }

        /// Reads `3/1207`; `nil` for all else.
        public init?(_ text: some StringProtocol) {
            let parts = text.split(separator: "/", omittingEmptySubsequences: false)
            guard parts.count == 2, let partition = Int32(parts[0]), let offset = Int64(parts[1]), partition >= 0,
                offset >= 0
            else { return nil }
            self.init(partition: partition, offset: offset)
        }

        public var description: String { "\(partition)/\(offset)" }

        public static func < (left: Place, right: Place) -> Bool {
            (left.partition, left.offset) < (right.partition, right.offset)
        }
    }

    /// A header of the record.
    public struct Header: Sendable, Equatable {
        public var name: String
        public var value: [UInt8]?

        public init(_ name: String, _ value: [UInt8]?) {
            self.name = name
            self.value = value
        }
    }

    /// The topic that the event was read from.
    public var topic: String
    public var place: Place
    public var flow: String
    /// The step that failed; `nil` where none was reached.
    public var step: String?
    /// The value of `penstock.reason`.
    public var reason: String
    public var stage: String
    /// What was wrong and where.
    public var message: String
    /// The last answer of the system that was no success.
    public var status: Int?
    /// The beginning of that answer.
    public var body: String?
    /// Calls of the step that failed.
    public var attempts: Int
    /// Milliseconds since 1970.
    public var firstFailedAt: Int64
    /// Where this letter lies in the dead-letter topic.
    public var position: Place
    /// When it was written there, in milliseconds since 1970.
    public var parkedAt: Int64
    public var key: [UInt8]?
    /// `nil` is a tombstone.
    public var value: [UInt8]?
    /// The record's own headers.
    public var headers: [Header]

    /// Reads a record of the dead-letter topic.
    ///
    /// - Parameters:
    ///   - position: where the record lies there.
    ///   - time: the record's time, in milliseconds since 1970.
    /// - Returns: `nil` when its headers do not say where the event was read: another program wrote it.
    public init?(
        key: [UInt8]?, value: [UInt8]?, headers: [Header], position: Place, time: Int64?
    ) {
        let story = DeadLetter.story(of: headers)
        guard let topic = story["__connect.errors.topic"], let flow = story["penstock.flow"],
            let partition = story["__connect.errors.partition"].flatMap({ Int32($0) }),
            let offset = story["__connect.errors.offset"].flatMap({ Int64($0) })
        else { return nil }
        self.topic = topic
        self.flow = flow
        place = Place(partition: partition, offset: offset)
        step = story["penstock.step"]
        reason = story["penstock.reason"] ?? "unknown"
        stage = story["__connect.errors.stage"] ?? ""
        message = story["__connect.errors.exception.message"] ?? ""
        status = story["penstock.http.status"].flatMap { Int($0) }
        body = story["penstock.http.body"]
        attempts = story["penstock.attempts"].flatMap { Int($0) } ?? 0
        parkedAt = time ?? 0
        firstFailedAt = story["penstock.first-failed-at"].flatMap(Timestamp.milliseconds) ?? time ?? 0
        self.position = position
        self.key = key
        self.value = value
        self.headers = headers.filter { !DeadLetterHeaders.isOurs($0.name) }
    }

    /// The headers that tell of the failure, by name.
    private static func story(of headers: [Header]) -> [String: String] {
        var story: [String: String] = [:]
        for header in headers where DeadLetterHeaders.isOurs(header.name) {
            story[header.name] = header.value.map { String(decoding: $0, as: UTF8.self) }
        }
        return story
    }

    /// The same without value, headers and texts: what is needed to count letters.
    public var withoutContent: DeadLetter {
        var letter = self
        letter.value = nil
        letter.headers = []
        letter.body = nil
        letter.message = ""
        return letter
    }

    /// The record as the flow read it, at its own place: whatever depends on the place gives what it gave then (D3).
    /// Only its time is not known any more, and no program can ask for it.
    func restore(into record: StoredRecord) {
        DeadLetter.withBytes(key) { key in
            DeadLetter.withBytes(value) { value in
                record.store(
                    partition: place.partition, offset: place.offset, timestamp: -1, key: key, value: value)
            }
        }
        for header in headers {
            Array(header.name.utf8).withUnsafeBytes { name in
                DeadLetter.withBytes(header.value) { record.addHeader(name, $0) }
            }
        }
    }

    private static func withBytes(_ bytes: [UInt8]?, _ body: (UnsafeRawBufferPointer?) -> Void) {
        guard let bytes else { return body(nil) }
        bytes.withUnsafeBytes { body($0) }
    }
}
