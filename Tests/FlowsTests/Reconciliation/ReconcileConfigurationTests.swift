import Testing

@testable import Flows

/// `entities` of systems and `reconcile` of flows.
@Suite("Reconcile in the configuration") struct ReconcileConfigurationTests {
    private static let entity = """
            entities:
              clients:
                list: GET erp/clients?limit={limit}&offset={offset}
                get: GET erp/clients/{key}
                key: .clientIdentifier
                normalise: { jq: "del(.createdAt)" }
        """

    private func yaml(entity: String = entity, reconcile: String = "{ entity: erp/clients }") -> String {
        Example.yaml
            .replacing("    timeout: 1m30s", with: "    timeout: 1m30s\n" + entity)
            .replacing("    topic: crm.customers", with: "    topic: crm.customers\n    reconcile: \(reconcile)")
    }

    @Test("an entity and what is compared are read, with their defaults")
    func read() throws {
        let ignore = "{ entity: erp/clients, ignore: [/updatedAt, \"/lines/*/id\"], members: all, every: 24h }"
        let configuration = try Example.load(yaml(reconcile: ignore))
        let entity = try #require(configuration.system(named: "erp")?.entities.first)
        #expect(entity.name == "clients" && entity.list?.pageSize == 500)
        let reconcile = try #require(configuration.flow(named: "customers")?.reconcile)
        #expect(reconcile.systemName == "erp" && reconcile.entityName == "clients")
        #expect(reconcile.ignore.map(\.description) == ["/updatedAt", "/lines/*/id"])
        #expect(reconcile.members == .all && reconcile.every == .seconds(86_400))
        #expect(try Example.load(yaml()).flow(named: "customers")?.reconcile?.members == .expected)
    }

    @Test(
        "what cannot be is told",
        arguments: [
            ("{ entity: erp/client }", "the system ‘erp’ has no entity ‘client’ (did you mean clients?)"),
            ("{ entity: crm/clients }", "there is no system ‘crm’"),
            ("{ entity: clients }", "a system and one of its entities"),
            ("{ entity: erp/clients, ignore: [updatedAt] }", "a JSON Pointer such as"),
            ("{ entity: erp/clients, every: 1s }", "from 1m to"), ("{}", "the key ‘entity’ is missing"),
        ])
    func wrongReconcile(reconcile: String, message: String) {
        let errors = Example.errors(yaml(reconcile: reconcile))
        #expect(errors.contains { $0.contains(message) }, "\(errors)")
    }

    @Test(
        "an entity that cannot be read is told",
        arguments: [
            ("list: POST erp/clients", "the method of list must be GET"),
            ("list: GET erp/clients?offset={ofset}", "did you mean offset"),
            ("list: GET erp/clients?offset={offset}&page={page}", "page by one of"),
            ("list: GET erp/clients?after={cursor}", "give both or neither"),
            ("list: GET crm/clients", "reads from ‘crm’"),
            ("get: GET erp/clients/{client_id}", "which no step of this flow remembers"),
            ("get: GET erp/clients/{.id}", "get has no event to take from"),
        ])
    func wrongEntity(line: String, message: String) {
        let entity = "    entities:\n      clients:\n        key: .id\n        \(line)"
        let errors = Example.errors(yaml(entity: entity))
        #expect(errors.contains { $0.contains(message) }, "\(errors)")
    }

    @Test(
        "a page is asked for by what came before; a cursor that is not known yet is left out",
        arguments: [
            ("/c?limit={limit}&offset={offset}", nil, "/c?limit=50&offset=7"),
            ("/c?page={page}", nil, "/c?page=3"), ("/c?limit=9&after={cursor}", nil, "/c?limit=9"),
            ("/c?after={cursor}&limit=9", nil, "/c?limit=9"), ("/c?after={cursor}", nil, "/c"),
            ("/c?after={cursor}&limit=9", "a/b", "/c?after=a%2Fb&limit=9"), ("/c", nil, "/c"),
        ] as [(String, String?, String)])
    func paths(template: String, cursor: String?, path: String) {
        let list = ListingDefinition(path: [TemplatePart](template: template), pageSize: 50)
        var position = ListingDefinition.Position()
        position.offset = 7
        position.page = 3
        position.cursor = cursor
        #expect(list.path(at: position) == path)
        #expect(list.isPaged == template.contains { $0 == "{" })
    }
}
