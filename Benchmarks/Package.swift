// swift-tools-version: 6.1
import PackageDescription

// A package of its own, so that whoever embeds Penstock's modules does not build its benchmarks.
let package = Package(
    name: "benchmarks",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(name: "penstock", path: ".."),
        .package(url: "https://github.com/apple/swift-log", from: "1.11.0"),
    ],
    targets: [
        // The same sources as Sources/CAllocationCounter, which is no product of the package.
        .target(name: "AllocationCounter"),
        .executableTarget(
            name: "transformation",
            dependencies: [
                "AllocationCounter",
                .product(name: "JSON", package: "penstock"), .product(name: "JSONSchema", package: "penstock"),
                .product(name: "JQ", package: "penstock"), .product(name: "HTTPCalls", package: "penstock"),
                .product(name: "Logging", package: "swift-log"),
            ]),
        .executableTarget(
            name: "receipts",
            dependencies: [
                .product(name: "JSON", package: "penstock"), .product(name: "Receipts", package: "penstock"),
            ]),
    ],
    swiftLanguageModes: [.v6]
)
