import Testing

@testable import SimulatedSystems

@Suite("The CRM's change events")
struct CustomerEventTests {
    private func events(_ count: Int, _ options: CustomerEventGenerator.Options = .init()) -> [CustomerEvent] {
        var generator = CustomerEventGenerator(options)
        return generator.next(count)
    }

    @Test("the same seed gives the same events")
    func theSameSeedGivesTheSameEvents() {
        let options = CustomerEventGenerator.Options(seed: 5, customers: 50, defectShare: 0.1)
        #expect(events(2000, options) == events(2000, options))
        #expect(events(10, options) != events(10, .init(seed: 6, customers: 50, defectShare: 0.1)))
    }

    @Test("versions of a customer rise by one from its creation to its deletion")
    func versionsOfACustomerRiseByOneFromItsCreationToItsDeletion() {
        var next: [String: Int] = [:]
        var deleted = Set<String>()
        let all = events(5000, .init(customers: 100, defectShare: 0.1, deletionShare: 0.05))
        for event in all {
            #expect(event.customer.version == next[event.key, default: 1])
            #expect((event.change == .created) == (event.customer.version == 1))
            #expect(!deleted.contains(event.key))
            next[event.key] = event.customer.version + 1
            if event.change == .deleted { deleted.insert(event.key) }
        }
        #expect(Set(all.map(\.id)).count == all.count)
        #expect(zip(all, all.dropFirst()).allSatisfy { $0.time < $1.time })
        #expect(next.count - deleted.count <= 100)
        #expect(!deleted.isEmpty)
    }

    @Test("a structured event is a CloudEvent with the CRM's members")
    func aStructuredEventIsACloudEventWithTheCRMsMembers() throws {
        let event = try #require(events(1).first)
        let (headers, value) = event.structured
        #expect(headers == [.init("content-type", "application/cloudevents+json")])
        let tree = try #require(JSONTree(parsing: value))
        #expect(
            tree.members?.map(\.name) == [
                "specversion", "id", "source", "type", "subject", "time", "datacontenttype", "data",
            ])
        #expect(tree["type"]?.string == "crm.customer.created")
        #expect(tree["subject"]?.string == event.key)
        #expect(tree["data"]?.members?.map(\.name) == ["id", "firstName", "lastName", "email", "address", "version"])
        #expect(tree["data"]?["address"]?.members?.map(\.name) == ["street", "city", "state", "zip"])
        #expect(tree["time"]?.string.flatMap(Timestamp.milliseconds) == event.time)
    }

    @Test("a binary event has its attributes in headers")
    func aBinaryEventHasItsAttributesInHeaders() throws {
        let event = try #require(events(1).first)
        let (headers, value) = event.binary
        #expect(
            headers.map(\.name) == [
                "ce_specversion", "ce_id", "ce_source", "ce_type", "ce_subject", "ce_time", "content-type",
            ])
        #expect(headers.last?.value == Array("application/json".utf8))
        #expect(JSONTree(parsing: value) == .object(event.customer.members))
    }

    @Test("mail addresses have a right shape in a reserved domain")
    func mailAddressesHaveARightShapeInAReservedDomain() {
        for event in events(2000) {
            #expect(Client.isMailAddress(event.customer.email))
            let domain = event.customer.email.split(separator: "@").last ?? ""
            #expect(domain.hasSuffix("example") || domain.hasPrefix("example."))
        }
    }

    @Test("each defect is what its name says", arguments: EventDefect.allCases)
    func eachDefectIsWhatItsNameSays(defect: EventDefect) throws {
        let options = CustomerEventGenerator.Options(defectShare: 1, defects: [defect])
        let event = try #require(events(1, options).first)
        let tree = JSONTree(parsing: event.structured.value)
        let data = tree?["data"]
        switch defect {
        case .brokenJSON, .duplicateMember, .invalidUTF8:
            #expect(tree == nil)
            #expect(JSONTree(parsing: event.binary.value) == nil)
        case .missingEmail: #expect(data != nil && data?["email"] == nil)
        case .missingAddress: #expect(data != nil && data?["address"] == nil)
        case .malformedEmail: #expect(data?["email"]?.string.map(Client.isMailAddress) == false)
        case .wrongType: #expect(data?["address"]?["zip"]?.double != nil)
        case .unknownType: #expect(tree?["type"]?.string == "crm.customer.viewed")
        case .refusedByERP: #expect(data?["email"]?.string?.hasSuffix("@disposable.example") == true)
        }
    }

    @Test("defects come as often as asked")
    func defectsComeAsOftenAsAsked() {
        let all = events(5000, .init(defectShare: 0.1))
        #expect((420...580).contains(all.count { $0.defect != nil }))
        #expect(Set(all.compactMap(\.defect)) == Set(EventDefect.allCases))
    }

    @Test(
        "times are RFC 3339",
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (951_827_696_789, "2000-02-29T12:34:56.789Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
            (4_107_542_399_999, "2100-02-28T23:59:59.999Z"), (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
        ])
    func timesAreRFC3339(milliseconds: Int64, text: String) {
        #expect(Timestamp.text(milliseconds: milliseconds) == text)
        #expect(Timestamp.milliseconds(text) == milliseconds)
    }

    @Test("times with offsets are read, what is no time is not")
    func timesWithOffsetsAreReadWhatIsNoTimeIsNot() {
        #expect(Timestamp.milliseconds("2000-02-29T14:34:56+02:00") == 951_827_696_000)
        #expect(Timestamp.milliseconds("2000-02-29T12:34:56.7891Z") == 951_827_696_789)
        for text in ["", "2000-02-29", "2000-13-01T00:00:00Z", "2000-02-29T12:34:56", "2000-02-29T12:34:56.Z", "x"] {
            #expect(Timestamp.milliseconds(text) == nil)
        }
    }
}

@Suite("The CRM's interface")
struct SimulatedCRMTests {
    private func run(_ body: (SimulatedCRM, RawHTTP) async throws -> Void) async throws {
        let crm = SimulatedCRM(.init(customers: 25, deletionShare: 0))
        let server = try await crm.start()
        try await body(crm, RawHTTP(port: server.port))
        await server.stop()
    }

    @Test("customers come in pages by time of change")
    func customersComeInPagesByTimeOfChange() async throws {
        try await run { crm, http async throws in
            _ = crm.change(400)
            var seen: [String] = []
            var page: Int? = 1
            while let number = page {
                let document = try await http.reply("GET", "/customers?page=\(number)&page_size=10").document
                seen += document?["customers"]?.elements?.compactMap { $0["id"]?.string } ?? []
                page = document?["nextPage"]?.int
            }
            #expect(seen.count == 25)
            #expect(seen == crm.customers.sorted { $0.updatedAt < $1.updatedAt }.map(\.id))
        }
    }

    @Test("updated_since is inclusive")
    func updated_sinceIsInclusive() async throws {
        try await run { crm, http async throws in
            let events = crm.change(400)
            let since = Timestamp.text(milliseconds: events[390].time)
            let document = try await http.reply("GET", "/customers?updated_since=\(since)").document
            #expect(document?["total"]?.int == Set(events[390...].map(\.key)).count)
        }
    }

    @Test("one customer, none, and bad questions")
    func oneCustomerNoneAndBadQuestions() async throws {
        try await run { crm, http async throws in
            let event = crm.change(1)[0]
            let customer = try await http.reply("GET", "/customers/\(event.key)").document
            #expect(customer?["email"]?.string == event.customer.email)
            #expect(try await http.reply("GET", "/customers/x").status == 404)
            for query in ["page=0", "page=x", "page_size=1001", "updated_since=today"] {
                #expect(try await http.reply("GET", "/customers?\(query)").status == 400)
            }
            let far = try await http.reply("GET", "/customers?page=\(Int.max)").document
            #expect(far?["customers"]?.elements?.isEmpty == true)
        }
    }

    @Test("changes can be made over HTTP")
    func changesCanBeMadeOverHTTP() async throws {
        try await run { crm, http async throws in
            let lines = try await http.reply("POST", "/_simulated/changes?count=3").body.split(separator: "\n")
            #expect(lines.count == 3)
            #expect(lines.allSatisfy { JSONTree(parsing: Array($0.utf8))?["specversion"]?.string == "1.0" })
            #expect(
                try await http.reply("GET", "/_simulated/summary").document?["customers"]?.int == crm.customers.count)
        }
    }
}
