import Flows
import Foundation
import Kafka

/// A configuration with all its files, ready to be compiled and run.
public struct Project: Sendable {
    public let flows: [FlowDefinition]
    /// The folder that names of schemas start from; `nil` when there is none.
    public let schemaFolder: String?
    /// The schemas in it.
    public let schemas: SchemaTexts
    /// The properties of all Kafka clients.
    public let client: ClientProperties
    /// Workers for each flow, unless the command line says otherwise.
    public let workers: Int
    /// Where health and metrics are served; `nil`: nowhere.
    public let administration: Configuration.Administration?
    /// For static membership; from the environment, since it differs from container to container.
    public let instanceID: String?

    /// Reads the configuration, its mappings and its schemas.
    ///
    /// - Parameters:
    ///   - paths: files or folders.
    ///   - environment: for `${NAME}`, and `PENSTOCK_INSTANCE_ID` for static membership.
    ///   - references: whether what the environment and secret files give must be there.
    /// - Throws: ``CommandFailure`` with everything that is wrong, each with its place.
    public static func load(
        _ paths: [String], environment: [String: String], references: References = .required
    ) throws(CommandFailure) -> Project {
        let files = ConfigurationFiles.local
        let configuration = try wronglyUsed {
            () throws(ConfigurationErrors) in
            try Configuration.load(paths: paths, environment: environment, files: files, references: references)
        }
        let schemas = try configuration.schemas.map { folder throws(CommandFailure) in
            try SchemaFiles.load(folder: folder)
        }
        let valueMaps = ValueMaps(configuration, files: files)
        var flows: [FlowDefinition] = []
        for flow in configuration.flows {
            flows.append(
                try wronglyUsed { () throws(FlowProblems) in
                    try FlowDefinition(
                        flow, of: configuration, schemas: schemas ?? SchemaTexts(), valueMaps: valueMaps, files: files)
                })
        }
        return Project(
            flows: flows, schemaFolder: configuration.schemas, schemas: schemas ?? SchemaTexts(),
            client: try client(configuration.kafka), workers: configuration.workers,
            administration: configuration.administration, instanceID: environment["PENSTOCK_INSTANCE_ID"])
    }

    private static func client(_ kafka: Configuration.Kafka) throws(CommandFailure) -> ClientProperties {
        var properties = ClientProperties(bootstrapServers: kafka.bootstrapServers)
        for property in kafka.client {
            do {
                try properties.set(property.name, property.value.reveal())
            } catch {
                throw CommandFailure("\(property.place): kafka.client.\(property.name): \(error)", status: .usedWrongly)
            }
        }
        return properties
    }

    private static func wronglyUsed<Result, Failure: CustomStringConvertible>(
        _ body: () throws(Failure) -> Result
    ) throws(CommandFailure) -> Result {
        do {
            return try body()
        } catch {
            throw CommandFailure("\(error)", status: .usedWrongly)
        }
    }
}
