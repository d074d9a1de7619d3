/// A change of a customer, as a CloudEvent 1.0.
public struct CustomerEvent: Sendable, Equatable {
    public enum Change: String, Sendable, CaseIterable {
        case created, updated, deleted
    }

    /// Unique together with the source.
    public let id: String
    public let source: String
    public let change: Change
    /// The customer after the change, and before it was deleted.
    public let customer: Customer
    /// In milliseconds since 1970 UTC.
    public let time: Int64
    /// What is wrong with the event, if anything is.
    public let defect: EventDefect?

    /// The CloudEvents type, for example `crm.customer.created`.
    public var type: String {
        defect == .unknownType ? "crm.customer.viewed" : "crm.customer.\(change.rawValue)"
    }

    /// The record key on Kafka, and the CloudEvents subject: the customer's id.
    public var key: String { customer.id }

    /// A header of a Kafka record.
    public struct Header: Sendable, Equatable {
        public let name: String
        public let value: [UInt8]

        init(_ name: String, _ value: String) {
            self.name = name
            self.value = Array(value.utf8)
        }
    }

    /// Structured mode: the header that says so, and the whole event as one JSON document.
    public var structured: (headers: [Header], value: [UInt8]) {
        let event = JSONTree.object(
            [.init("specversion", .string("1.0"))] + attributes.map { .init($0.name, .string($0.value)) }
                + [.init("data", .object(data))])
        return ([Header("content-type", "application/cloudevents+json")], spoil(event.bytes))
    }

    /// Binary mode: the attributes as `ce_` headers, and the data alone.
    public var binary: (headers: [Header], value: [UInt8]) {
        let headers =
            [Header("ce_specversion", "1.0")]
            + attributes.map { attribute in
                attribute.name == "datacontenttype"
                    ? Header("content-type", attribute.value) : Header("ce_" + attribute.name, attribute.value)
            }
        return (headers, spoil(JSONTree.object(data).bytes))
    }

    private var attributes: [(name: String, value: String)] {
        [
            ("id", id), ("source", source), ("type", type), ("subject", customer.id),
            ("time", Timestamp.text(milliseconds: time)), ("datacontenttype", "application/json"),
        ]
    }
}

// MARK: - Defects

extension CustomerEvent {
    /// The data with what its defect leaves out or changes.
    private var data: [JSONTree.Member] {
        let members = customer.members
        switch defect {
        case .missingEmail: return members.filter { $0.name != "email" }
        case .missingAddress: return members.filter { $0.name != "address" }
        case .malformedEmail: return members.replacing("email", with: .string("\(customer.lastName) at home"))
        case .refusedByERP:
            let local = customer.email.prefix { $0 != "@" }
            return members.replacing("email", with: .string("\(local)@\(EventDefect.refusedEmailDomain)"))
        case .wrongType:
            let address = JSONTree.object(members)["address"]?.members ?? []
            let zip = JSONTree.number(String(Int(customer.address.zip) ?? 0))
            return members.replacing("address", with: .object(address.replacing("zip", with: zip)))
        case .brokenJSON, .duplicateMember, .invalidUTF8, .unknownType, nil:
            return members
        }
    }

    /// The bytes with what is no longer JSON.
    private func spoil(_ bytes: [UInt8]) -> [UInt8] {
        switch defect {
        case .brokenJSON:
            return Array(bytes.prefix(bytes.count * 2 / 3))
        case .duplicateMember:
            let first = bytes.dropFirst().prefix { $0 != UInt8(ascii: ":") }
            return [UInt8(ascii: "{")] + first + Array(":\"twice\",".utf8) + bytes.dropFirst()
        case .invalidUTF8:
            guard let end = bytes.lastIndex(of: UInt8(ascii: "\"")) else { return bytes }
            return Array(bytes[..<end]) + [0xFF] + Array(bytes[end...])
        default:
            return bytes
        }
    }
}

extension [JSONTree.Member] {
    fileprivate func replacing(_ name: String, with value: JSONTree) -> [JSONTree.Member] {
        map { $0.name == name ? JSONTree.Member(name, value) : $0 }
    }
}
