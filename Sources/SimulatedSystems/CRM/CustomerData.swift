/// The words from which customers are made. All mail domains are reserved for examples (RFC 2606).
enum CustomerData {
    /// A name as people write it, and as their mail address does.
    struct Name: Sendable {
        let written: String
        let plain: String

        init(_ written: String, _ plain: String? = nil) {
            self.written = written
            self.plain = plain ?? written.lowercased()
        }
    }

    static let firstNames: [Name] = [
        Name("Ada"), Name("Alan"), Name("Amara"), Name("Björn", "bjorn"), Name("Camila"), Name("Chidi"),
        Name("Chloé", "chloe"), Name("Dmitri"), Name("Elena"), Name("Fatima"), Name("Grace"), Name("Hiroshi"),
        Name("Ingrid"), Name("Jamal"), Name("José", "jose"), Name("Katarzyna"), Name("Liam"), Name("Łukasz", "lukasz"),
        Name("Mei"), Name("Nadia"), Name("Olivia"), Name("Pedro"), Name("Priya"), Name("Quentin"), Name("Rosa"),
        Name("Søren", "soren"), Name("Tariq"), Name("Uma"), Name("Vera"), Name("Wei"), Name("Yusuf"),
        Name("Zoë", "zoe"),
    ]

    static let lastNames: [Name] = [
        Name("Abara"), Name("Andersson"), Name("Bianchi"), Name("Brown"), Name("Chen"), Name("Dubois"), Name("Eze"),
        Name("Fischer"), Name("García", "garcia"), Name("Haddad"), Name("Ivanova"), Name("Jensen"), Name("Kowalski"),
        Name("Lindqvist"), Name("López-Ruiz", "lopez-ruiz"), Name("Müller", "mueller"), Name("Nakamura"),
        Name("Nguyen"), Name("O’Brien", "obrien"), Name("Okafor"), Name("Patel"), Name("Quinn"), Name("Rossi"),
        Name("Schneider"), Name("Smith"), Name("Taylor"), Name("Usman"), Name("van der Berg", "vanderberg"),
        Name("Williams"), Name("Yilmaz"), Name("Zhang"), Name("Đorđević", "dordevic"),
    ]

    static let mailDomains = ["example.com", "example.net", "example.org", "mail.example", "post.example"]

    static let streets = [
        "Ash Lane", "Birch Street", "Canal Road", "Dock Street", "Elm Avenue", "Foundry Way", "Garden Terrace",
        "High Street", "Juniper Court", "King Street", "Lake View Drive", "Mill Road", "North 5th Street",
        "Orchard Row", "Penstock Alley", "Quarry Hill", "River Road", "Station Square", "Turbine Way", "Weir Street",
    ]

    struct City: Sendable {
        let name: String
        let state: String
        /// The first three digits of its postal codes.
        let zipPrefix: String

        init(_ name: String, _ state: String, _ zipPrefix: String) {
            self.name = name
            self.state = state
            self.zipPrefix = zipPrefix
        }
    }

    static let cities: [City] = [
        City("Albuquerque", "NM", "871"), City("Ann Arbor", "MI", "481"), City("Austin", "TX", "787"),
        City("Boston", "MA", "021"), City("Boulder", "CO", "803"), City("Burlington", "VT", "054"),
        City("Chicago", "IL", "606"), City("Duluth", "MN", "558"), City("Hartford", "CT", "061"),
        City("Madison", "WI", "537"), City("Newark", "NJ", "071"), City("Portland", "OR", "972"),
        City("Providence", "RI", "029"), City("Sacramento", "CA", "958"), City("Savannah", "GA", "314"),
        City("Tucson", "AZ", "857"),
    ]
}
