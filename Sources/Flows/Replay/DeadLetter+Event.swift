extension DeadLetter {
    /// An event of a topic in the form in which events are run again; nothing of it has failed.
    public init(
        event place: Place, topic: String, flow: String, time: Int64?, key: [UInt8]?, value: [UInt8]?,
        headers: [Header]
    ) {
        self.topic = topic
        self.place = place
        self.flow = flow
        step = nil
        reason = "replay"
        stage = ""
        message = ""
        status = nil
        body = nil
        attempts = 0
        firstFailedAt = time ?? 0
        position = place
        parkedAt = time ?? 0
        self.key = key
        self.value = value
        self.headers = headers
    }

    /// Bytes that its content takes.
    public var byteCount: Int {
        headers.reduce((key?.count ?? 0) + (value?.count ?? 0)) { $0 + $1.name.utf8.count + ($1.value?.count ?? 0) }
    }
}
