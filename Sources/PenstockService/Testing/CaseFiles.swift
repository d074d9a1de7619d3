import Flows
import Foundation

/// Finds and reads case files.
struct CaseFiles {
    let files: [CaseFile]

    private let options: TestCommand.Options
    private let terminal: Terminal

    init(_ options: TestCommand.Options, terminal: Terminal) {
        self.options = options
        self.terminal = terminal
        files = []
    }

    private init(_ files: [CaseFile], _ other: CaseFiles) {
        self.files = files
        options = other.options
        terminal = other.terminal
    }

    /// Reads all files.
    /// - Throws: ``CommandFailure`` with everything that is wrong in them.
    func load() throws(CommandFailure) -> CaseFiles {
        var loaded: [CaseFile] = []
        var problems: [String] = []
        for path in try paths() {
            do {
                loaded.append(try CaseFile.load(path))
            } catch {
                problems.append("\(error)")
            }
        }
        guard problems.isEmpty else { throw CommandFailure(problems.joined(separator: "\n"), status: .usedWrongly) }
        return CaseFiles(loaded, self)
    }

    private func paths() throws(CommandFailure) -> [String] {
        let places = options.cases.isEmpty ? options.configuration.map(casesFolder) : options.cases
        var paths: [String] = []
        for place in places {
            guard let isFolder = CaseFiles.isFolder(place) else {
                throw CommandFailure(
                    "\(place): there is no such file or folder with golden cases", status: .usedWrongly)
            }
            paths += isFolder ? CaseFiles.files(in: place) : [place]
        }
        guard !paths.isEmpty else {
            throw CommandFailure(
                "there are no golden cases (*.yaml, *.yml, *.json) in \(places.joined(separator: ", "))",
                status: .usedWrongly)
        }
        return paths
    }

    /// `cases` beside a configuration.
    private func casesFolder(of configuration: String) -> String {
        if CaseFiles.isFolder(configuration) == true { return CaseFiles.join(configuration, "cases") }
        let folder = (configuration as NSString).deletingLastPathComponent
        return folder.isEmpty ? "cases" : CaseFiles.join(folder, "cases")
    }

    /// All case files in a folder and those below it, by name.
    private static func files(in folder: String, depth: Int = 0) -> [String] {
        guard depth < 16, let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else { return [] }
        return names.sorted().filter { !$0.hasPrefix(".") }.flatMap { name -> [String] in
            let path = join(folder, name)
            if isFolder(path) == true { return files(in: path, depth: depth + 1) }
            return ["yaml", "yml", "json"].contains((name as NSString).pathExtension) ? [path] : []
        }
    }

    private static func join(_ folder: String, _ name: String) -> String {
        folder.hasSuffix("/") ? folder + name : folder + "/" + name
    }

    /// `nil` when there is nothing of this name.
    private static func isFolder(_ path: String) -> Bool? {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { return nil }
        return isFolder.boolValue
    }
}
