// swift-tools-version: 6.1
import PackageDescription

// A package of its own, so that whoever embeds Penstock's modules does not build its benchmarks.
let package = Package(
    name: "benchmarks",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "penstock", path: "..")],
    targets: [
        .executableTarget(
            name: "stages",
            dependencies: [
                .product(name: "JSON", package: "penstock"), .product(name: "JSONSchema", package: "penstock"),
                .product(name: "JQ", package: "penstock"), .product(name: "Delivery", package: "penstock"),
            ])
    ],
    swiftLanguageModes: [.v6]
)
