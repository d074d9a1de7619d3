import JSON
import Testing

@testable import Flows

/// The Kafka protocol binding of CloudEvents, version 1.0.2: binary and structured mode, and plain JSON.
@Suite("Records as events")
struct EventDecoderTests {
    /// The event as compact JSON.
    private func decode(_ record: StoredRecord, _ format: FlowDefinition.Format = .cloudEvents) throws -> String {
        let decoder = EventDecoder(format: format, document: Document())
        let buffer = ByteBuffer()
        buffer.write(try decoder.decode(record))
        return buffer.text
    }

    /// Why the record is no event.
    private func fault(_ record: StoredRecord, _ format: FlowDefinition.Format = .cloudEvents) -> String {
        do {
            return "no fault: \(try decode(record, format))"
        } catch let error as EventDecoder.Malformed {
            return error.message
        } catch {
            return "another error: \(error)"
        }
    }

    // MARK: - Binary mode

    @Test("binary mode: attributes from ce_ headers and the value make the document of structured mode")
    func binary() throws {
        let record = cloudEvent(#"{"n":1}"#, more: [("ce_subject", "C-1"), ("ce_partnerid", "p"), ("trace", "x")])
        #expect(
            try decode(record)
                == #"{"specversion":"1.0","id":"e-1","source":"/crm/eu","type":"crm.customer.created","subject":"C-1","#
                + #""partnerid":"p","datacontenttype":"application/json","data":{"n":1}}"#)
    }

    @Test("binary mode: a null value is an event whose data is null")
    func tombstone() throws {
        #expect(try decode(cloudEvent(nil)).hasSuffix(#""data":null}"#))
    }

    @Test(
        "binary mode: the data's content type must be JSON",
        arguments: [
            ("application/json; charset=utf-8", true), ("APPLICATION/JSON", true), ("text/json", true),
            ("application/vnd.crm+json", true), ("text/plain", false), ("application/avro", false),
            ("application/json-seq", false), ("application/jsonl", false),
        ])
    func contentType(type: String, isAccepted: Bool) {
        let record = StoredRecord(
            value: "{}",
            headers: [
                ("ce_specversion", "1.0"), ("ce_id", "1"), ("ce_source", "/s"), ("ce_type", "t"),
                ("content-type", type),
            ])
        let message = fault(record)
        #expect(message.hasPrefix("no fault") == isAccepted, "\(message)")
        if !isAccepted { #expect(message.contains(type)) }
    }

    @Test("an attribute that stands twice is refused by name", arguments: ["ce_id", "ce_source", "ce_ext"])
    func duplicates(name: String) {
        let message = fault(cloudEvent("{}", more: [("ce_ext", "1"), (name, "again")]))
        #expect(message == "the header \(name) stands twice")
    }

    @Test("a content type that is told twice, and an attribute named data, are refused")
    func collisions() {
        #expect(fault(cloudEvent("{}", more: [("ce_datacontenttype", "text/xml")])).contains("stands twice"))
        #expect(fault(cloudEvent("{}", more: [("ce_data", "{}")])).contains("ce_data stands twice"))
    }

    @Test("an attribute name with other than a-z and 0-9, or a value that is not UTF-8, is refused by name")
    func attributeNames() {
        #expect(fault(cloudEvent("{}", more: [("ce_Bad-Name", "x")])).contains("ce_Bad-Name"))
        #expect(fault(cloudEvent("{}", more: [("ce_empty", nil)])).contains("ce_empty"))
        let record = StoredRecord(
            key: nil, bytes: Array("{}".utf8),
            headers: [
                ("ce_specversion", Array("1.0".utf8)), ("ce_id", [0xff]), ("ce_source", [0x2f]), ("ce_type", [0x74]),
            ])
        #expect(fault(record).contains("ce_id"))
    }

    // MARK: - Required attributes

    @Test("another specversion is refused", arguments: ["0.3", "1.1", "1"])
    func specversion(version: String) {
        let binary = StoredRecord(
            value: "{}", headers: [("ce_specversion", version), ("ce_id", "1"), ("ce_source", "/s"), ("ce_type", "t")])
        #expect(fault(binary) == "the CloudEvents specversion is \(version), not 1.0")
        let structured = StoredRecord(
            value: #"{"specversion":"\#(version)","id":"1","source":"/s","type":"t"}"#,
            headers: [("content-type", "application/cloudevents+json")])
        #expect(fault(structured) == "the CloudEvents specversion is \(version), not 1.0")
    }

    @Test("a missing or empty attribute is named", arguments: ["specversion", "id", "source", "type"])
    func missing(name: String) {
        let all = [("specversion", "1.0"), ("id", "1"), ("source", "/s"), ("type", "t")]
        let members = all.filter { $0.0 != name }.map { "\"\($0.0)\":\"\($0.1)\"" }.joined(separator: ",")
        let structured = StoredRecord(
            value: "{\(members)}", headers: [("content-type", "application/cloudevents+json")])
        #expect(fault(structured) == "the CloudEvents attribute \(name) is missing")
        let empty = all.map { ("ce_" + $0.0, $0.0 == name ? "" : $0.1) }
        let message = fault(StoredRecord(value: "{}", headers: empty))
        #expect(message == "the CloudEvents attribute \(name) is not a string with content")
    }

    // MARK: - Structured mode

    @Test("structured mode: the value is the event, whatever the content type's case and parameters")
    func structured() throws {
        let event = #"{"specversion":"1.0","id":"1","source":"/s","type":"t","data":{"n":1.50}}"#
        for type in ["application/cloudevents+json", "Application/CloudEvents+JSON; charset=UTF-8"] {
            #expect(try decode(StoredRecord(value: event, headers: [("content-type", type)])) == event)
        }
        #expect(try decode(StoredRecord(value: event)) == event, "a producer that sets no header")
    }

    @Test("structured mode: another content type, broken JSON and other than an object are refused")
    func structuredFaults() {
        let avro = StoredRecord(value: "{}", headers: [("content-type", "application/avro")])
        #expect(fault(avro).contains("application/avro, not application/cloudevents+json"))
        let broken = fault(StoredRecord(value: "{\"id\":\n  \"1\",,"))
        #expect(broken.hasPrefix("the value is not valid JSON: line 2"), "\(broken)")
        #expect(fault(StoredRecord(value: "[1]")).contains("not a CloudEvent (an object)"))
        #expect(fault(StoredRecord(value: "")).hasPrefix("the value is not valid JSON"))
        #expect(fault(StoredRecord(value: #"{"id":"1","id":"2"}"#)).contains("id"), "a member that stands twice")
    }

    // MARK: - Plain JSON

    @Test("plain JSON: the value as it is; a null value is null; ce_ headers mean nothing")
    func plain() throws {
        #expect(try decode(StoredRecord(value: #"{"id":7}"#), .json) == #"{"id":7}"#)
        #expect(try decode(StoredRecord(value: nil), .json) == "null")
        #expect(try decode(cloudEvent("[1,2]"), .json) == "[1,2]")
        #expect(fault(StoredRecord(value: "{"), .json).hasPrefix("the value is not valid JSON"))
    }
}
