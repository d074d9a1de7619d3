import Kafka

/// Turns what a client says into what an operator can act on.
enum Reaching {
    /// Runs something that talks to the brokers.
    /// - Throws: ``CommandFailure`` naming the brokers, or the topic.
    static func kafka<Result>(
        _ client: ClientProperties, _ body: () throws(KafkaError) -> Result
    ) throws(CommandFailure) -> Result {
        do {
            return try body()
        } catch {
            throw failure(error, client)
        }
    }

    static func failure(_ error: KafkaError, _ client: ClientProperties) -> CommandFailure {
        let servers = client.bootstrapServers ?? "the brokers"
        if error.isUnknownTopic {
            return CommandFailure("Kafka at \(servers): \(error.message)", status: .couldNotReach)
        }
        return CommandFailure(
            "Kafka at \(servers): \(error.message); check kafka.bootstrap_servers and kafka.client, "
                + "and that the brokers run",
            status: .couldNotReach)
    }
}
