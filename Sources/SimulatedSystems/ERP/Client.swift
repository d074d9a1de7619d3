/// A client as the ERP's interface describes it, and the rules that it must keep.
struct Client: Sendable, Equatable {
    struct Address: Sendable, Equatable {
        var street: String
        var city: String
        var state: String
        var zipCode: String
    }

    var identifier: String
    var name: String
    var email: String
    var address: Address
    var status: String

    static let statuses = ["active", "inactive"]
}

extension Client {
    /// Reads a client from a request.
    /// - Parameter refusedDomains: e-mail domains that the ERP does not accept.
    /// - Returns: the client, or everything that is wrong with the document.
    static func read(_ document: JSONTree?, refusedDomains: [String] = []) -> Result<Client, ClientRefusal> {
        guard let document, document.members != nil else {
            return .failure(ClientRefusal(faults: [DocumentFault("", "is no JSON object")]))
        }
        var check = MemberCheck(document, at: "")
        let identifier = check.text("clientIdentifier")
        let name = check.text("clientName")
        let email = check.text("clientEmail")
        let status = check.text("status")
        var address = MemberCheck(document["clientAddress"], at: "/clientAddress")
        let place = Address(
            street: address.text("street"), city: address.text("city"), state: address.text("state"),
            zipCode: address.text("zipCode"))
        if !email.isEmpty { check.require(isMailAddress(email), "clientEmail", "is no e-mail address") }
        if let domain = email.split(separator: "@").last, refusedDomains.contains(domain.lowercased()) {
            check.require(false, "clientEmail", "belongs to a domain that is not accepted")
        }
        if !status.isEmpty { check.require(statuses.contains(status), "status", "is neither active nor inactive") }
        let faults = check.faults + address.faults
        guard faults.isEmpty else { return .failure(ClientRefusal(faults: faults)) }
        return .success(Client(identifier: identifier, name: name, email: email, address: place, status: status))
    }

    /// Whether the text has the shape `local@domain.tld`.
    static func isMailAddress(_ text: String) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else {
            return false
        }
        let labels = parts[1].split(separator: ".", omittingEmptySubsequences: false)
        return labels.count > 1 && labels.allSatisfy { !$0.isEmpty }
    }
}

/// Why the ERP does not take a client.
struct ClientRefusal: Error, Equatable {
    let faults: [DocumentFault]
}

/// Collects what is wrong with the members of an object.
private struct MemberCheck {
    private(set) var faults: [DocumentFault] = []
    private let tree: JSONTree?
    private let pointer: String

    init(_ tree: JSONTree?, at pointer: String) {
        self.tree = tree
        self.pointer = pointer
        if tree?.members == nil { faults.append(DocumentFault(pointer, "is missing or no object")) }
    }

    /// The text of a required member; empty when it is missing or wrong, which is then noted.
    mutating func text(_ name: String) -> String {
        guard tree?.members != nil else { return "" }
        guard let value = tree?[name] else {
            require(false, name, "is missing")
            return ""
        }
        guard let text = value.string else {
            require(false, name, "is no string")
            return ""
        }
        require(!text.isEmpty, name, "is empty")
        return text
    }

    mutating func require(_ condition: Bool, _ name: String, _ complaint: String) {
        if !condition { faults.append(DocumentFault(pointer + "/" + name, complaint)) }
    }
}
