import Foundation

/// The public conformance suites, which lie outside the project.
///
/// The folder is `PENSTOCK_CONFORMANCE_DATA`, or `../shared/data` seen from the package's root. In it are
/// `json-schema-test-suite` (the repository json-schema-org/JSON-Schema-Test-Suite, with its folders `tests` and
/// `remotes`) and `jq` (from the repository jqlang/jq, with its folder `tests`). Tests whose suite is not there are
/// reported as skipped.
public enum ConformanceData {
    /// The folder that holds the suites, whether it is there or not.
    public static var folder: URL {
        if let path = ProcessInfo.processInfo.environment["PENSTOCK_CONFORMANCE_DATA"], !path.isEmpty {
            return URL(fileURLWithPath: path, isDirectory: true)
        }
        // This file is Sources/TestKit/ConformanceData.swift in the package.
        return URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("../shared/data", isDirectory: true)
    }

    /// Whether the folder with this path in the data is there.
    public static func has(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        let exists = FileManager.default.fileExists(
            atPath: folder.appendingPathComponent(path).path, isDirectory: &isFolder)
        return exists && isFolder.boolValue
    }

    /// The files directly in a folder whose names end in `suffix`, sorted; their paths begin with the folder's.
    public static func files(in path: String, suffix: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.appendingPathComponent(path).path)
            .filter { $0.hasSuffix(suffix) }.sorted().map { "\(path)/\($0)" }
    }

    /// The bytes of a file.
    public static func bytes(of path: String) throws -> [UInt8] {
        Array(try Data(contentsOf: folder.appendingPathComponent(path)))
    }
}
