import Flows
import Foundation

extension MapOptions {
    /// Gives the program the modules of its folder, and the value maps of its project if it looks any up.
    ///
    /// - Parameters:
    ///   - program: the program's file; `nil` for one from the command line.
    ///   - configuration: where value maps are configured; none: the `penstock.yaml` of `$PENSTOCK_CONFIG`, beside the
    ///     program or above it, or in the working directory for one from the command line.
    /// - Throws: ``CommandFailure`` for what is wrong with the value maps.
    public mutating func findProject(
        of program: String?, configuration: [String], environment variables: [String: String]
    ) throws(CommandFailure) {
        let files = ConfigurationFiles.local
        var paths = configuration
        if paths.isEmpty, self.program.contains("lookup") || self.program.contains("import") {
            paths = variables["PENSTOCK_CONFIG"].map { [$0] } ?? MapOptions.configuration(above: program)
        }
        var maps = ValueMaps()
        if !paths.isEmpty {
            do {
                maps = try ValueMaps(paths: paths, environment: variables, files: files)
            } catch {
                throw CommandFailure("\(error)", status: .usedWrongly)
            }
        }
        guard maps.problems.isEmpty else {
            throw CommandFailure(maps.problems.map(\.description).joined(separator: "\n"), status: .usedWrongly)
        }
        mapHint =
            paths.isEmpty
            ? "no penstock.yaml is found here; name the one that has the value maps by --config"
            : "\(paths.joined(separator: ", ")) has no value_maps"
        let folder = program.map { URL(filePath: $0).deletingLastPathComponent().relativePath } ?? "."
        self.environment = ProgramEnvironment(valueMaps: maps, files: files).environment(folder: folder)
    }

    /// The nearest `penstock.yaml`: that of the program's folder or one above, or of the working directory.
    private static func configuration(above program: String?) -> [String] {
        guard let program else {
            return FileManager.default.fileExists(atPath: "penstock.yaml") ? ["penstock.yaml"] : []
        }
        var folder = URL(filePath: program).absoluteURL.standardizedFileURL.deletingLastPathComponent()
        while true {
            let candidate = folder.appending(path: "penstock.yaml").path
            if FileManager.default.fileExists(atPath: candidate) { return [candidate] }
            let parent = folder.deletingLastPathComponent()
            guard parent.path != folder.path, folder.path != "/" else { return [] }
            folder = parent
        }
    }
}
