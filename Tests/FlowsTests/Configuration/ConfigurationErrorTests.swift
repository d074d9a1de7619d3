import Testing

@testable import Flows

/// What is wrong is told with file, line, column, key and a way out.
@Suite struct ConfigurationErrorTests {
    static let p = Example.path

    struct Row: Sendable, CustomTestStringConvertible {
        let line: String
        let replacement: String
        let error: String
        var testDescription: String { replacement }

        init(_ line: String, _ replacement: String, _ error: String) {
            self.line = line
            self.replacement = replacement
            self.error = error
        }
    }

    static let rows: [Row] = [
        Row(
            "mappings/customer-to-client.jq", "mappings/custmer.jq",
            "22:9: flows.customers.steps[0].map: no file mappings/custmer.jq (did you mean customer-to-client.jq?)"),
        Row(
            "mappings/customer-to-client.jq", "maps/x.jq",
            "22:9: flows.customers.steps[0].map: no file maps/x.jq: there is no folder examples/crm-to-erp/maps"),
        Row(
            "erp/client.v2.json", "erp/client.v3.json",
            "23:9: flows.customers.steps[0].schema: no file erp/client.v3.json (did you mean client.v2.json?)"),
        Row("timeout: 1m30s", "timeuot: 10s", "12:5: systems.erp.timeuot: unknown key (did you mean timeout?)"),
        Row("timeout: 1m30s", "zzz: 10s", "12:5: systems.erp.zzz: unknown key"),
        Row(
            "timeout: 1m30s", "timeout: 10",
            "12:5: systems.erp.timeout: ‘10’ is not a duration such as 500ms, 10s or 2m, from 1ms to 10m"),
        Row(
            "timeout: 1m30s", "timeout: 11m",
            "12:5: systems.erp.timeout: ‘11m’ is not a duration such as 500ms, 10s or 2m, from 1ms to 10m"),
        Row(
            "timeout: 1m30s", "timeout: [1s]",
            "12:5: systems.erp.timeout: expected a duration such as 500ms, 10s or 2m, from 1ms to 10m, not a list"),
        Row(
            "timeout: 1m30s", "timeout:",
            "12:5: systems.erp.timeout: expected a duration such as 500ms, 10s or 2m, from 1ms to 10m, found nothing"),
        Row(
            "concurrency: 64", "concurrency: 0",
            "13:5: systems.erp.concurrency: ‘0’ is not a whole number from 1 to 10000, or ‘adaptive’"),
        Row(
            "concurrency: 64", "concurrency: { adaptive: { max: 0 } }",
            "13:32: systems.erp.concurrency.adaptive.max: ‘0’ is not a whole number from 1 to 10000"),
        Row(
            "concurrency: 64", "rate_limit: 200",
            "13:5: systems.erp.rate_limit: ‘200’ is not a rate such as 200/s, 5000/m or 10000/h"),
        Row(
            "concurrency: 64", "rate_limit: { burst: 10 }",
            "13:5: systems.erp.rate_limit: the key ‘rate’ is missing"),
        Row(
            "concurrency: 64", "circuit: { open_for: 2m }",
            "13:5: systems.erp.circuit: open_for is longer than open_for_max"),
        Row(
            "concurrency: 64", "tls: { key_file: penstock.yaml }",
            "13:5: systems.erp.tls: certificate_file and key_file belong together: give both or neither"),
        Row(
            "concurrency: 64", "http_version: 1.0",
            "13:5: systems.erp.http_version: ‘1.0’ is not one of auto, 1.1, 2 (did you mean 1.1?)"),
        Row(
            "concurrency: 64", "response_size_limit: 16XB",
            "13:5: systems.erp.response_size_limit: ‘16XB’ is not a size such as 512KiB or 16MiB, from 1KiB to 1GiB"),
        Row(
            "X-Tenant: emea", "X Tenant: emea",
            "14:16: systems.erp.headers.X Tenant: expected the name of an HTTP header"),
        Row(
            "${ERP_URL}/v2/", "${ERP_URI}/v2/",
            "6:5: systems.erp.base_url: the environment variable ERP_URI is not set (a default is written ${ERP_URI:-…})"
        ),
        Row(
            "${ERP_URL}/v2/", "ftp${ERP_URL}",
            "6:5: systems.erp.base_url: ‘ftp${ERP_URL}’, once expanded, is not an http or https URL without credentials, query and fragment"
        ),
        Row(
            "${ERP_URL}/v2/", "${ERP_URL",
            "6:5: systems.erp.base_url: ‘${’ has no closing ‘}’; write $${ for the two characters themselves"),
        Row(
            "${file:/run/secrets/erp}", "${file:/run/secrets/crm}",
            "11:9: systems.erp.auth.oauth2_client_credentials.client_secret: no file /run/secrets/crm, or it cannot be read"
        ),
        Row(
            "client_id: penstock", "client_di: penstock",
            "10:9: systems.erp.auth.oauth2_client_credentials.client_di: unknown key (did you mean client_id?)"),
        Row(
            "oauth2_client_credentials", "oauth2_client_credential",
            "8:7: systems.erp.auth.oauth2_client_credential: unknown key (did you mean oauth2_client_credentials?); expected ‘none’, or a mapping with one of basic, bearer, api_key, oauth2_client_credentials"
        ),
        Row(
            "topic: crm.customers", "topic: crm customers",
            "17:5: flows.customers.topic: ‘crm customers’ is not the name of a topic (letters, digits, ‘.’, ‘_’ and ‘-’, at most 249)"
        ),
        Row("topic: crm.customers", "group: x", "16:3: flows.customers: the key ‘topic’ is missing"),
        Row(
            "topic: crm.customers", "topic: t\n    version: .v\n    receipts: { enabled: false }",
            "16:3: flows.customers: version and remember need receipts, which are switched off"),
        Row(
            "topic: crm.customers", "topic: t\n    order: topic",
            "18:5: flows.customers.order: ‘topic’ is not one of key, partition, none"),
        Row(
            "topic: crm.customers", "topic: t\n    identity: .id",
            "16:3: flows.customers: identity and source are for ‘format: json’; a CloudEvent has its own"),
        Row(
            "topic: crm.customers", "topic: t\n    drain_deadline: 45s",
            "16:3: flows.customers: drain_deadline must be shorter than session_timeout (45s)"),
        Row(
            "topic: crm.customers", "topic: t\n    dead_letter_topic: t",
            "16:3: flows.customers: dead_letter_topic is the flow's own topic: parked events would come back at once"),
        Row(
            "topic: crm.customers", "topic: t\n    tombstones: Skip",
            "18:5: flows.customers.tombstones: ‘Skip’ is not one of skip, park, deliver (did you mean skip?)"),
        Row(
            "topic: crm.customers", "topic: t\n    assert_formats: yes",
            "18:5: flows.customers.assert_formats: ‘yes’ is not true or false"),
        Row(
            "  customers:", "  Customers:",
            "16:3: flows.Customers: the name of a flow consists of lower-case letters, digits and ‘-’"),
        Row(
            "name: update-client", "name: create-client",
            "25:9: flows.customers.steps[1].name: there is a step of this name already at \(p):20:9"),
        Row(
            "POST erp/clients", "POST epr/clients",
            "24:9: flows.customers.steps[0].call: there is no system ‘epr’ (did you mean erp?)"),
        Row(
            "POST erp/clients", "SEND erp/clients",
            "24:9: flows.customers.steps[0].call: ‘SEND erp/clients’ is not a call such as POST erp/clients/{.data.id}"),
        Row(
            "POST erp/clients", "POST /clients",
            "24:9: flows.customers.steps[0].call: expected the name of a system after POST: a call such as POST erp/clients/{.data.id}"
        ),
        Row(
            "POST erp/clients", "POST erp/clients/{client_id}",
            "20:9: flows.customers.steps[0]: no step of this flow remembers ‘client_id’; write `remember: { client_id: … }` at the step that creates it, or a jq expression such as {.data.client_id}"
        ),
        Row("POST erp/clients", "POST erp/clients/{.a", "24:9: flows.customers.steps[0].call: ‘{’ has no closing ‘}’"),
        Row(
            "POST erp/clients", "POST erp/clients/{}",
            "24:9: flows.customers.steps[0].call: ‘{}’ has no expression; write one such as {.data.id}"),
        Row(
            "POST erp/clients", "POST erp/cli ents",
            "24:9: flows.customers.steps[0].call: ‘ ’ cannot stand in a path; percent-encode it"),
        Row(
            "POST erp/clients", "POST erp/../x",
            "24:9: flows.customers.steps[0].call: a path has no segments ‘.’ and ‘..’"),
        Row(
            "call: POST erp/clients\n", "call: POST erp/clients\n        remember: { a-b: .b }\n",
            "25:21: flows.customers.steps[0].remember.a-b: expected a name of letters, digits and ‘_’"),
        Row(
            "call: POST erp/clients\n", "call: POST erp/clients\n        create_first: nobody\n",
            "20:9: flows.customers.steps[0]: create_first: there is no other step ‘nobody’ in this flow"),
        Row(
            "statuses: [404, 409]", "statuses: [404, 500]",
            "32:34: flows.customers.steps[1].retry.statuses[1]: ‘500’ is not a whole number from 400 to 499"),
        Row(
            "statuses: [404, 409]", "attempts: 3", "32:9: flows.customers.steps[1].retry: the key ‘statuses’ is missing"
        ),
        Row(
            "{ jq: \"{ name: .data.name }\" }", "{ jq: \" \" }",
            "29:16: flows.customers.steps[1].map.jq: the jq expression is empty"),
        Row(
            "sasl.password: hunter2", "enable.auto.commit: true",
            "3:42: kafka.client.enable.auto.commit: this property is not set here: delivery depends on it"),
        Row(
            "sasl.password: hunter2", "group.id: g",
            "3:42: kafka.client.group.id: this property is not set here; use group of the flow"),
        Row("kafka:", "kafak:", "1:1: kafak: unknown key (did you mean kafka?)"),
    ]

    @Test("One fault, one error at its key", arguments: rows)
    func reports(_ row: Row) {
        let yaml = Example.changed(row.line, to: row.replacement)
        #expect(yaml != Example.yaml)
        #expect(Example.errors(yaml) == ["\(Self.p):\(row.error)"])
    }

    @Test("All faults are told, in the order of lines")
    func all() {
        let yaml = Example.yaml.replacing("timeout: 1m30s", with: "timeout: soon")
            .replacing("concurrency: 64", with: "concurency: 64").replacing(
                "POST erp/clients", with: "POST epr/clients"
            )
            .replacing("mappings/customer-to-client.jq", with: "x.jq").replacing("1.json", with: "2.json")
        let errors = Example.errors(yaml)
        #expect(errors.map { $0.split(separator: ":")[1] } == ["12", "13", "22"])
        let late = Example.errors(
            Example.yaml.replacing("POST erp/", with: "POST epr/").replacing("1.json", with: "2.json"))
        #expect(late.map { $0.split(separator: ":")[1] } == ["18", "24"])
    }

    @Test("YAML that is none, duplicate keys, and several documents are told with their place")
    func syntax() {
        let duplicate = Example.errors("workers: 1\nkafka: {}\nworkers: 2\n")
        #expect(duplicate == ["\(Self.p):1:1: the key ‘workers’ stands twice in this mapping"])
        let broken = Example.errors("flows:\n  a: [1\n")
        #expect(broken.count == 1 && broken[0].hasPrefix("\(Self.p):3:1: not valid YAML: "))
        #expect(Example.errors("") == ["\(Self.p):1:1: the file is empty"])
        #expect(
            Example.errors("just text").first?.contains("expected a mapping with keys such as kafka, schemas, workers")
                == true)
        #expect(
            Example.errors("workers: 2") == ["\(Self.p):1:1: there is no flow: give at least one under the key ‘flows’"]
        )
        #expect(Example.errors("a: 1\n---\nb: 2\n").count == 1)
    }

    @Test("What two files give is told at the second")
    func twice() {
        let a =
            "workers: 1\nsystems: { erp: { base_url: \"http://a\" } }\nflows: { f: { topic: t, steps: [{ name: s, call: GET erp }] } }\n"
        let b = "systems: { erp: { base_url: \"http://b\" } }\nflows: { f: { topic: t, steps: [] } }\nworkers: 2\n"
        let errors = Example.errors("", paths: ["c/a.yaml", "c/b.yaml"], more: ["c/a.yaml": a, "c/b.yaml": b])
        #expect(
            errors == [
                "c/b.yaml:1:12: systems.erp: there is a system of this name already at c/a.yaml:2:12",
                "c/b.yaml:2:10: flows.f: there is a flow of this name already at c/a.yaml:3:10",
                "c/b.yaml:3:1: workers: already given at c/a.yaml:1:1",
            ])
    }

    @Test("Files that are not there")
    func missing() {
        #expect(
            Example.errors("", paths: ["examples/crm-to-erp/penstok.yaml"]) == [
                "examples/crm-to-erp/penstok.yaml:1:1: no file examples/crm-to-erp/penstok.yaml (did you mean penstock.yaml?)"
            ])
        #expect(Example.errors("", paths: ["Schemas/erp"]) == ["Schemas/erp:1:1: there is no *.yaml in this folder"])
    }

    @Test("An error never shows what was expanded")
    func discretion() {
        let yaml = Example.changed("concurrency: 64", to: "concurrency: ${TOKEN}")
        let errors = Example.errors(yaml, environment: ["ERP_URL": "http://user:hunter3@x", "TOKEN": "hunter4"])
        #expect(errors.count == 3)
        #expect(!errors.joined().contains("hunter"))
    }
}
