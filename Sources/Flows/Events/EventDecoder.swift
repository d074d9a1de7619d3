import JSON

/// Reads a record as an event: a document that conditions and mappings see as `.`, and its identity.
///
/// CloudEvents in both modes of the Kafka protocol binding, version 1.0.2: binary (attributes in `ce_` headers, the
/// value is the data) and structured (the value is the whole event). In binary mode the attributes and the data are
/// put together to the document that structured mode would have carried, so that a flow need not know the difference.
/// Plain JSON records are their own document.
struct EventDecoder {
    /// Why a record is no event.
    struct Malformed: Error, Equatable {
        let message: String
    }

    let format: FlowDefinition.Format
    private let document: Document

    init(format: FlowDefinition.Format, document: Document) {
        self.format = format
        self.document = document
    }

    /// The record's event. It is valid until the next record is decoded, or the record's bytes change.
    ///
    /// A null value is a document whose `data` is null (binary mode), or null itself; the flow's tombstone policy has
    /// been asked before.
    func decode(_ record: StoredRecord) throws(Malformed) -> Value {
        switch format {
        case .json:
            return try parse(record.value)
        case .cloudEvents:
            if record.header("ce_specversion") != nil || record.header("ce_id") != nil {
                return try decodeBinary(record)
            }
            return try decodeStructured(record)
        }
    }

    private func parse(_ bytes: UnsafeRawBufferPointer?) throws(Malformed) -> Value {
        guard let bytes else {
            document.arena.reset()
            return .null
        }
        do {
            return try document.parse(bytes)
        } catch {
            throw Malformed(message: "the value is not valid JSON: \(error)")
        }
    }

    // MARK: - Structured mode

    private func decodeStructured(_ record: StoredRecord) throws(Malformed) -> Value {
        if let type = record.header("content-type"), !type.hasPrefixIgnoringCase("application/cloudevents+json"),
            !isJSON(type)
        {
            throw Malformed(
                message: "the record has no ce_ headers and its content-type is "
                    + "\(text(type)), not application/cloudevents+json")
        }
        let event = try parse(record.value)
        guard event.kind == .object else {
            throw Malformed(message: "the value is \(event.kind), not a CloudEvent (an object)")
        }
        try checkAttributes(of: event)
        return event
    }

    // MARK: - Binary mode

    private func decodeBinary(_ record: StoredRecord) throws(Malformed) -> Value {
        let contentType = record.header("content-type")
        if let contentType, !isJSON(contentType), record.value != nil {
            throw Malformed(message: "the data's content-type is \(text(contentType)); only JSON can be mapped")
        }
        let data = try parse(record.value)
        do {
            let event = try assemble(record, contentType: contentType, data: data)
            try checkAttributes(of: event)
            return event
        } catch let error as Malformed {
            throw error
        } catch {
            throw Malformed(message: "the event is too large: \(error)")
        }
    }

    private func assemble(
        _ record: StoredRecord, contentType: UnsafeRawBufferPointer?, data: Value
    ) throws -> Value {
        let members = try document.arena.allocate(Member.self, count: record.headerCount + 2)
        var count = 0
        var invalid: String?
        func add(_ name: UnsafeRawBufferPointer, _ value: Value) {
            for index in 0..<count where members[index].key.bytes.elementsEqual(name) {
                invalid = "the header ce_\(text(name)) stands twice"
            }
            (members + count).initialize(to: Member(key: .string(name), value: value))
            count += 1
        }
        record.forEachHeader { name, value in
            guard name.count > 3, name.hasPrefixIgnoringCase("ce_") else { return }
            let attribute = UnsafeRawBufferPointer(rebasing: name[3...])
            guard attribute.allSatisfy(isAttributeByte), let value, value.isUTF8 else {
                invalid = "the header \(text(name)) is not a CloudEvents attribute in UTF-8"
                return
            }
            add(attribute, .string(value))
        }
        if let contentType, contentType.isUTF8 { add(UnsafeRawBufferPointer("datacontenttype"), .string(contentType)) }
        add(UnsafeRawBufferPointer("data"), data)
        if let invalid { throw Malformed(message: invalid) }
        return try document.arena.object(UnsafeBufferPointer(start: members, count: count))
    }

    // MARK: - Checks

    private func checkAttributes(of event: Value) throws(Malformed) {
        let version = try attribute("specversion", of: event)
        guard version.bytes.equals("1.0") else {
            throw Malformed(message: "the CloudEvents specversion is \(text(version.bytes)), not 1.0")
        }
        for name: StaticString in ["id", "source", "type"] { _ = try attribute(name, of: event) }
    }

    private func attribute(_ name: StaticString, of event: Value) throws(Malformed) -> Value {
        guard let value = event.member(UnsafeRawBufferPointer(name)) else {
            throw Malformed(message: "the CloudEvents attribute \(name) is missing")
        }
        guard value.kind == .string, value.count > 0 else {
            throw Malformed(message: "the CloudEvents attribute \(name) is not a string with content")
        }
        return value
    }

    private func isJSON(_ contentType: UnsafeRawBufferPointer) -> Bool {
        let essence = contentType.prefix { $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: " ") }
        let bytes = UnsafeRawBufferPointer(rebasing: essence)
        if bytes.count == 16, bytes.hasPrefixIgnoringCase("application/json") { return true }
        if bytes.count == 9, bytes.hasPrefixIgnoringCase("text/json") { return true }
        return bytes.count > 5 && UnsafeRawBufferPointer(rebasing: bytes.suffix(5)).hasPrefixIgnoringCase("+json")
    }

    private func isAttributeByte(_ byte: UInt8) -> Bool {
        (0x61...0x7a).contains(byte) || (0x30...0x39).contains(byte)
    }

    private func text(_ bytes: UnsafeRawBufferPointer) -> String {
        String(decoding: bytes.prefix(80), as: UTF8.self)
    }
}
