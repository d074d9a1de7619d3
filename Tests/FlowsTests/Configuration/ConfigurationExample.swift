@testable import Flows

/// A folder as in the reference example, in memory.
enum Example {
    static let path = "examples/crm-to-erp/penstock.yaml"

    static let yaml = """
        kafka:
          bootstrap_servers: ${KAFKA_BOOTSTRAP_SERVERS:-localhost:9092}
          client: { security.protocol: SASL_SSL, sasl.password: hunter2 }
        systems:
          erp:
            base_url: ${ERP_URL}/v2/
            auth:
              oauth2_client_credentials:
                token_url: ${ERP_URL}/oauth/token
                client_id: penstock
                client_secret: ${file:/run/secrets/erp}
            timeout: 1m30s
            concurrency: 64
            headers: { X-Tenant: emea }
        flows:
          customers:
            topic: crm.customers
            schema: crm/customer-event.v1.json
            steps:
              - name: create-client
                when: .type == "crm.customer.created"
                map: mappings/customer-to-client.jq
                schema: erp/client.v2.json
                call: POST erp/clients
              - name: update-client
                when: |
                  .type
                    == "crm.customer.updated"
                map: { jq: "{ name: .data.name }" }
                call: PUT erp/clients/{.data.id}/x{"a}\\(.b | {c})"}?mode={.m}
                headers: { X-Customer: "c-{.data.id}" }
                retry: { statuses: [404, 409] }
                success_statuses: [200, 409]

        """

    static let environment = ["ERP_URL": "https://erp.example.com"]

    static func files(_ yaml: String = yaml, more: [String: String] = [:]) -> ConfigurationFiles {
        let files = [
            path: yaml, "examples/crm-to-erp/mappings/customer-to-client.jq": ".", "Schemas/erp/client.v2.json": "{}",
            "Schemas/crm/customer-event.v1.json": "{}", "/run/secrets/erp": "s3cret\n",
        ]
        return .memory(files.merging(more) { $1 }, workingDirectory: "/home/project")
    }

    static func load(
        _ yaml: String = yaml, environment: [String: String] = environment, paths: [String] = [path],
        more: [String: String] = [:]
    ) throws -> Configuration {
        try Configuration.load(paths: paths, environment: environment, files: files(yaml, more: more))
    }

    /// What loading reports, one line each.
    static func errors(
        _ yaml: String, environment: [String: String] = environment, paths: [String] = [path],
        more: [String: String] = [:]
    ) -> [String] {
        do {
            _ = try load(yaml, environment: environment, paths: paths, more: more)
            return []
        } catch let error as ConfigurationErrors {
            return error.errors.map(\.description)
        } catch {
            return ["\(error)"]
        }
    }

    /// The example with one line replaced.
    static func changed(_ line: String, to replacement: String) -> String {
        yaml.replacing(line, with: replacement)
    }
}
