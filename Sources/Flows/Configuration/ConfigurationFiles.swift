import Foundation

/// How the configuration reaches files. Tests pass files in memory.
public struct ConfigurationFiles: Sendable {
    /// The contents of a file; `nil` when it is not there or cannot be read.
    public var read: @Sendable (_ path: String) -> [UInt8]?
    /// The names in a folder; `nil` when it is no folder or cannot be read.
    public var list: @Sendable (_ folder: String) -> [String]?
    /// The absolute path that relative paths start from.
    public var workingDirectory: String

    public init(
        workingDirectory: String,
        read: @escaping @Sendable (_ path: String) -> [UInt8]?,
        list: @escaping @Sendable (_ folder: String) -> [String]?
    ) {
        self.workingDirectory = workingDirectory
        self.read = read
        self.list = list
    }

    /// The machine's file system.
    public static var local: ConfigurationFiles {
        ConfigurationFiles(
            workingDirectory: FileManager.default.currentDirectoryPath,
            read: { path in FileManager.default.contents(atPath: path).map { [UInt8]($0) } },
            list: { folder in try? FileManager.default.contentsOfDirectory(atPath: folder) }
        )
    }

    /// Files in memory, by path; their folders exist.
    public static func memory(_ files: [String: String], workingDirectory: String = "/home") -> ConfigurationFiles {
        ConfigurationFiles(
            workingDirectory: workingDirectory,
            read: { path in files[path].map { Array($0.utf8) } },
            list: { folder in
                let prefix = folder == "." ? "" : folder + "/"
                let inside = files.keys.filter { $0.hasPrefix(prefix) && (folder != "." || !$0.hasPrefix("/")) }
                let names = Set(
                    inside.compactMap { $0.dropFirst(prefix.count).split(separator: "/").first.map(String.init) })
                return names.isEmpty ? nil : names.sorted()
            }
        )
    }

    func isFile(_ path: String) -> Bool { !isFolder(path) && read(path) != nil }

    func isFolder(_ path: String) -> Bool { list(path) != nil }
}

/// Paths as text, with `/`.
enum FilePath {
    static func isAbsolute(_ path: String) -> Bool { path.hasPrefix("/") }

    /// `path` as seen from `folder`.
    static func join(_ folder: String, _ path: String) -> String {
        if isAbsolute(path) || folder.isEmpty { return normalized(path) }
        return normalized(folder == "." ? path : folder + "/" + path)
    }

    static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    static func name(of path: String) -> String {
        path.split(separator: "/").last.map(String.init) ?? path
    }

    /// The path without `.` and without `..` behind a name.
    static func normalized(_ path: String) -> String {
        var parts: [Substring] = []
        for part in path.split(separator: "/") where part != "." {
            if part == "..", let last = parts.last, last != ".." {
                parts.removeLast()
            } else {
                parts.append(part)
            }
        }
        let joined = parts.joined(separator: "/")
        if isAbsolute(path) { return "/" + joined }
        return joined.isEmpty ? "." : joined
    }
}
