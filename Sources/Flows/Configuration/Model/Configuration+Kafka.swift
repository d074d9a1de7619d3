extension Configuration {
    /// How to reach Kafka.
    public struct Kafka: Sendable {
        /// Brokers to begin with, `host:port`, separated by commas.
        public var bootstrapServers = "localhost:9092"
        /// Properties of librdkafka, in the order written. They are not checked here: the library knows them.
        public var client: [Named<Secret>] = []

        static let section = Section("How to reach Kafka.", Kafka()) { kafka in
            [
                .key(
                    "bootstrap_servers", \.bootstrapServers, .text,
                    "The brokers to begin with: host:port, several separated by commas.",
                    example: "kafka-1:9092,kafka-2:9092", in: kafka),
                .key(
                    "client", \.client,
                    .dictionary(
                        "properties of librdkafka", key: "the name of a property", isKey: { !$0.isEmpty }, .property),
                    "Any property of librdkafka, for consumer, producer and administration alike. Values are never shown.",
                    example: "{ security.protocol: SASL_SSL }", in: kafka),
            ]
        } finish: { kafka, site, reader in
            for property in kafka.client {
                guard let instead = owned[property.name] else { continue }
                reader.report(
                    "this property is not set here\(instead.isEmpty ? ": delivery depends on it" : "; use \(instead)")",
                    site.member("client", property.place).member(property.name, property.place))
            }
        }

        /// Properties that promises of delivery or other keys depend on, and the key to use instead, if there is one.
        private static let owned = [
            "bootstrap.servers": "kafka.bootstrap_servers", "metadata.broker.list": "kafka.bootstrap_servers",
            "group.id": "group of the flow", "session.timeout.ms": "session_timeout of the flow",
            "partition.assignment.strategy": "assignment of the flow", "enable.auto.commit": "",
            "auto.commit.enable": "", "enable.auto.offset.store": "", "acks": "", "request.required.acks": "",
            "enable.idempotence": "",
        ]
    }
}

extension ValueType where Value == Secret {
    /// The value of a client property: a scalar of any type, kept secret because passwords are among them.
    fileprivate static var property: ValueType {
        let types = ["string", "number", "boolean"].map { SchemaTree.string($0) }
        return ValueType(name: "text", schema: .object([.init("type", .array(types))])) { node, site, reader in
            reader.text(node, expected: "a value", site).map { Secret($0.value) }
        }
    }
}
