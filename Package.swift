// swift-tools-version: 6.1
import PackageDescription

// `make` sets PENSTOCK_STRICT so that a warning fails our own build. It is not a fixed setting, because a package
// with unsafe flags cannot be a dependency of another package, and these modules are meant to be embedded.
let strict: [SwiftSetting] =
    Context.environment["PENSTOCK_STRICT"] == nil ? [] : [.unsafeFlags(["-warnings-as-errors"])]

func module(_ name: String, _ dependencies: [Target.Dependency] = [], resources: [Resource]? = nil) -> Target {
    .target(name: name, dependencies: dependencies, resources: resources, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: strict)
}

let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")

let package = Package(
    name: "penstock",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "penstock", targets: ["penstock"]),
        .library(name: "JSON", targets: ["JSON"]),
        .library(name: "JSONSchema", targets: ["JSONSchema"]),
        .library(name: "JQ", targets: ["JQ"]),
        .library(name: "Delivery", targets: ["Delivery"]),
        .library(name: "Receipts", targets: ["Receipts"]),
        .library(name: "Kafka", targets: ["Kafka"]),
        .library(name: "HTTPCalls", targets: ["HTTPCalls"]),
        .library(name: "Flows", targets: ["Flows"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-log", from: "1.11.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
        .package(url: "https://github.com/apple/swift-crypto", "3.12.0"..<"5.0.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.0.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.10.0"),
    ],
    targets: [
        .systemLibrary(name: "CLibrdkafka", pkgConfig: "rdkafka", providers: [.apt(["librdkafka-dev"])]),
        .systemLibrary(name: "CLibcurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CHTTPParser", providers: [.apt(["libhttp-parser-dev"])]),
        .systemLibrary(name: "CPCRE2", pkgConfig: "libpcre2-8", providers: [.apt(["libpcre2-dev"])]),
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),

        // Pure: values in, values out. No logging, no clock, no sockets.
        module("JSON"),
        module("RegularExpressions", ["CPCRE2"]),
        module("JSONSchema", ["JSON", "RegularExpressions"]),
        module("JQ", ["JSON", "RegularExpressions"]),
        module("Delivery"),

        // No logging, no clock, no sockets, but files: a cache of what stands in Kafka.
        module("Receipts", ["CSQLite", "JSON"]),

        // What a reconciliation is made of. No logging, no clock, no sockets, but files: what has no room in memory.
        module("Reconciliation", ["JSON", "JQ"]),

        // Adapters: nobody else imports their C libraries.
        module("Kafka", ["CLibrdkafka", logging]),
        module("HTTPCalls", ["CLibcurl", "CHTTPParser", "JSON", logging]),

        // The product.
        module(
            "Flows",
            [
                "JSON", "JSONSchema", "JQ", "Delivery", "Receipts", "Reconciliation", "Kafka", "HTTPCalls", logging,
                "Yams",
                .product(name: "Crypto", package: "swift-crypto"),
            ]),
        module("HTTPServing", [logging, .product(name: "Hummingbird", package: "hummingbird")]),
        module(
            "SimulatedSystems",
            ["HTTPServing", "JSON", logging, .product(name: "Hummingbird", package: "hummingbird")]),
        module("PenstockService", ["Flows", "Reconciliation", "HTTPServing", "SimulatedSystems", logging]),
        .executableTarget(
            name: "penstock",
            dependencies: ["PenstockService", .product(name: "ArgumentParser", package: "swift-argument-parser")],
            swiftSettings: strict
        ),

        // Tests.
        module("TestKit", ["JSON", "Kafka", logging]),
        .target(name: "CAllocationCounter"),
        module("FuzzKit", ["JSON", "JSONSchema", "JQ"]),
        .executableTarget(name: "fuzz", dependencies: ["FuzzKit"], swiftSettings: strict),
        tests("JSONTests", ["JSON"]),
        tests("RegularExpressionsTests", ["RegularExpressions"]),
        tests("JSONSchemaTests", ["JSONSchema"]),
        tests("JQTests", ["JQ"]),
        tests("DeliveryTests", ["Delivery"]),
        tests("SimulationTests", ["Delivery"]),
        tests("ReceiptsTests", ["Receipts", "JSON"]),
        tests("ReconciliationTests", ["Reconciliation", "JSON", "JQ"]),
        tests("ConformanceTests", ["JSON", "JSONSchema", "JQ", "TestKit"]),
        tests("FuzzTests", ["FuzzKit", "CAllocationCounter", "JSON", "JSONSchema", "JQ"]),
        tests("KafkaTests", ["Kafka", "TestKit", logging]),
        tests("HTTPCallsTests", ["HTTPCalls", "TestKit"]),
        tests("FlowsTests", ["Flows", "HTTPCalls", "Receipts", "TestKit"]),
        tests("SimulatedSystemsTests", ["SimulatedSystems"]),
        tests("PenstockServiceTests", ["PenstockService", "Flows", "HTTPServing", "Receipts", "TestKit"]),
        tests("IntegrationTests", ["PenstockService", "TestKit"]),
    ],
    swiftLanguageModes: [.v6]
)
