/// What `penstock.yaml` says, checked, expanded, and with all defaults.
///
/// Every key is declared once, in a `Section` beside the structure that it fills: from that come its reading, default,
/// check, documentation and schema.
public struct Configuration: Sendable {
    public var kafka = Kafka()
    /// The folder that names of schemas start from; `nil` when no schema is used.
    public var schemas: String?
    public var workers = 1
    /// In the order written.
    public var systems: [System] = []
    /// In the order written.
    public var valueMaps: [ValueMap] = []
    /// `nil`: no administration port.
    public var administration: Administration?
    /// In the order written.
    public var flows: [Flow] = []

    /// The system of a name.
    public func system(named name: String) -> System? { systems.first { $0.name == name } }

    /// The flow of a name.
    public func flow(named name: String) -> Flow? { flows.first { $0.name == name } }
}

extension Configuration {
    static let section = Section(
        "The top level. It may be spread over several files of one folder; no key and no name is given twice.",
        Configuration()
    ) { configuration in
        [
            .key(
                "kafka", \.kafka, .section(Kafka.section), "How to reach Kafka.",
                example: "{ bootstrap_servers: \"kafka:9092\" }", in: configuration),
            .optional(
                "schemas", \.schemas, .folder, "The folder that names of schemas start from.",
                example: "../../Schemas", defaultText: "‘Schemas’ beside the file or above"),
            .key(
                "workers", \.workers, .integer(1...256),
                "Workers for each flow in this process. Each is a member of the flow's consumer group.", example: "4",
                in: configuration),
            .entries(
                "systems", \.systems, NamedSection(section: System.section, noun: "system", name: \.name),
                "The REST APIs that steps call, by name.", example: "{ erp: { base_url: ${ERP_URL} } }"),
            .entries(
                "value_maps", \.valueMaps, NamedSection(section: ValueMap.section, noun: "value map", name: \.name),
                "Code lists for `lookup` in mappings, by name.", example: "{ countries: { file: countries.csv } }"),
            .entries(
                "flows", \.flows, NamedSection(section: Flow.section, noun: "flow", name: \.name),
                "What is done with the events of a topic, by name.",
                example: "{ customers: { topic: crm.customers, steps: […] } }"),
            .optional(
                "administration", \.administration, .section(Administration.section),
                "Health and metrics over HTTP; without it there is no such port.", example: "{ port: 9464 }"),
        ]
    }
}

extension ValueType where Value == String {
    /// A folder beside the configuration, which must exist.
    fileprivate static var folder: ValueType {
        ValueType(name: "folder", schema: .text) { node, site, reader in
            guard let text = reader.text(node, expected: "the path of a folder", site) else { return nil }
            let path = FilePath.join(reader.folder, text.value)
            if reader.files.isFolder(path) { return path }
            reader.report("no folder \(text.written)", site)
            return nil
        }
    }
}
