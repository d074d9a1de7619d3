/// A customer as the CRM keeps it.
public struct Customer: Sendable, Equatable {
    public struct Address: Sendable, Equatable {
        public var street: String
        public var city: String
        /// Two letters.
        public var state: String
        /// Five digits; a leading zero counts.
        public var zip: String
    }

    /// For example `CRM-000042`.
    public let id: String
    public var firstName: String
    public var lastName: String
    public var email: String
    public var address: Address
    /// 1 when created, one more with each change.
    public var version: Int
    /// When it was changed last, in milliseconds since 1970 UTC.
    public var updatedAt: Int64
    public var isDeleted: Bool
}

extension Customer {
    /// The members of an event's `data`.
    var members: [JSONTree.Member] {
        [
            .init("id", .string(id)),
            .init("firstName", .string(firstName)),
            .init("lastName", .string(lastName)),
            .init("email", .string(email)),
            .init(
                "address",
                .object([
                    .init("street", .string(address.street)), .init("city", .string(address.city)),
                    .init("state", .string(address.state)), .init("zip", .string(address.zip)),
                ])),
            .init("version", .int(version)),
        ]
    }

    /// The customer as the CRM's interface shows it.
    var tree: JSONTree {
        .object(
            members + [
                .init("updatedAt", .string(Timestamp.text(milliseconds: updatedAt))),
                .init("deleted", .bool(isDeleted)),
            ])
    }
}
