import Logging
import Testing

@testable import Kafka

@Suite struct ClientPropertiesTests {
    @Test func anyPropertyOfTheLibraryIsAccepted() throws {
        let properties = try ClientProperties([
            "bootstrap.servers": "a:9092,b:9092", "security.protocol": "sasl_ssl", "fetch.wait.max.ms": "20",
            "compression.type": "zstd", "auto.offset.reset": "latest", "socket.keepalive.enable": "true",
        ])
        #expect(properties["compression.type"] == "zstd")
        #expect(properties.bootstrapServers == "a:9092,b:9092")
    }

    @Test(arguments: [
        ("bootstrap.server", "bootstrap.servers"), ("sasl.pasword", "sasl.password"),
        ("compresion.type", "compression.type"),
    ])
    func aMisspeltPropertyIsNamedWithTheLikelyOne(name: String, meant: String) {
        #expect(throws: ClientPropertyError(name: name, kind: .unknown(suggestion: meant))) {
            try ClientProperties([name: "x"])
        }
    }

    @Test func anUnknownPropertyLikeNoOtherHasNoSuggestion() {
        let error = #expect(throws: ClientPropertyError.self) { try ClientProperties(["flux.capacitor": "x"]) }
        #expect(error?.description == "unknown Kafka property \"flux.capacitor\"")
    }

    @Test func aValueThatTheLibraryRefusesIsExplained() {
        let error = #expect(throws: ClientPropertyError.self) { try ClientProperties(["fetch.wait.max.ms": "soon"]) }
        guard case .invalidValue(let reason) = error?.kind else { return #expect(Bool(false), "\(error as Any)") }
        #expect(reason.contains("fetch.wait.max.ms"))
    }

    @Test(arguments: [
        "enable.auto.commit", "enable.auto.offset.store", "group.id", "acks", "partition.assignment.strategy",
    ])
    func whatTheDeliveryPromisesRestOnCannotBeSet(name: String) {
        let error = #expect(throws: ClientPropertyError.self) { try ClientProperties([name: "true"]) }
        guard case .owned = error?.kind else { return #expect(Bool(false), "\(error as Any)") }
        #expect(error?.description.contains(name) == true)
    }

    @Test func everyOwnedPropertyIsOneOfTheLibraryOrOfALaterOne() {
        let later: Set = ["group.protocol", "group.remote.assignor"]
        for name in ClientProperties.ownedByPenstock.keys where !later.contains(name) {
            #expect(PropertyCatalog.shared.scopes[name] != nil, "\(name)")
        }
    }

    @Test func secretsAreRedacted() throws {
        let properties = try ClientProperties([
            "sasl.username": "penstock", "sasl.password": "hunter2", "ssl.key.password": "hunter3",
            "ssl.keystore.password": "hunter4", "bootstrap.servers": "a:9092",
        ])
        #expect(!properties.description.contains("hunter"))
        #expect(properties.description.contains("sasl.password=[redacted]"))
        #expect(properties.description.contains("sasl.username=penstock"))
    }

    /// What only a producer knows is left out of a consumer, without a warning in the log.
    @Test func oneSetServesConsumersAndProducers() throws {
        let log = LogRecorder()
        let properties = try ClientProperties([
            "bootstrap.servers": "127.0.0.1:1", "linger.ms": "20", "compression.type": "lz4", "fetch.wait.max.ms": "10",
        ])
        let consumer = try Consumer(properties: properties, group: "g", logger: log.logger)
        let producer = try Producer(properties: properties, logger: log.logger)
        #expect(!log.texts.contains { $0.contains("ignored") })
        consumer.abandon()
        producer.close(within: .zero)
    }

    @Test func aPropertyThatOnlyTheWholeShowsWrongFailsWhenTheClientIsMade() throws {
        let properties = try ClientProperties([
            "bootstrap.servers": "a:1", "ssl.ca.location": "/nowhere/ca.pem", "security.protocol": "ssl",
        ])
        let error = #expect(throws: KafkaError.self) {
            try Consumer(properties: properties, group: "g", logger: LogRecorder().logger)
        }
        #expect(error?.message.contains("ssl.ca.location") == true && error?.isRetriable == false)
    }

    @Test func distance() {
        #expect(PropertyCatalog.distance(Array("kitten".utf8), Array("sitting".utf8)) == 3)
        #expect(PropertyCatalog.distance([], Array("abc".utf8)) == 3)
        #expect(PropertyCatalog.distance(Array("abc".utf8), Array("abc".utf8)) == 0)
    }

    @Test func theLibrarysTableIsRead() {
        let catalog = PropertyCatalog(
            parsing: """
                ## Global
                Property | C/P | Range
                -----|-----|----
                client.id    |  *  | |
                linger.ms    |  P  | 0 .. 900000 |
                group.id     |  C  | |
                """
        )
        #expect(catalog.scopes == ["client.id": .both, "linger.ms": .producer, "group.id": .consumer])
        #expect(PropertyCatalog.shared.scopes.count > 150)
    }

    /// librdkafka refuses `max.poll.interval.ms` below its own `session.timeout.ms` (45 s), which only members need.
    @Test func administrationTakesNoTimesOfMembership() throws {
        var properties = ClientProperties(bootstrapServers: "127.0.0.1:1")
        try properties.set("max.poll.interval.ms", "10000")
        _ = try Admin(properties: properties, logger: Logger(label: "test"))
        #expect(properties.withoutMembership["max.poll.interval.ms"] == nil)
        #expect(properties.withoutMembership.bootstrapServers == "127.0.0.1:1")
    }

    @Test func whoReadsOnceHasLargeQueuesAndAsksAgainSoonUnlessItIsSetOtherwise() throws {
        var properties = ClientProperties(bootstrapServers: "127.0.0.1:1")
        #expect(properties.forReadingOnce["fetch.wait.max.ms"] == "10")
        #expect(properties.forReadingOnce["queued.max.messages.kbytes"] == "1024")
        #expect(properties.forReadingOnce["fetch.message.max.bytes"] == "1048576")
        try properties.set("fetch.wait.max.ms", "200")
        try properties.set("queued.max.messages.kbytes", "512")
        // Another name of fetch.message.max.bytes: of two names the one that is set last would count.
        try properties.set("max.partition.fetch.bytes", "4096")
        #expect(properties.forReadingOnce["fetch.wait.max.ms"] == "200")
        #expect(properties.forReadingOnce["queued.max.messages.kbytes"] == "512")
        #expect(properties.forReadingOnce["fetch.message.max.bytes"] == nil)
        #expect(properties.forReadingOnce["max.partition.fetch.bytes"] == "4096")
    }
}
