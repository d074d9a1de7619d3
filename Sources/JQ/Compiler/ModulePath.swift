/// Where a module's file is looked for. All paths are relative to the flow's folder and stay in it.
enum ModulePath {
    /// The paths at which the file may be, the first first: in each folder as `path` and, as in jq, as `path/last`.
    ///
    /// - Parameters:
    ///   - path: the path as written.
    ///   - search: the folders of the import's metadata, relative to the importing file's folder.
    ///   - file: the importing file's path, `nil` for the program itself, which is in the flow's folder.
    static func candidates(_ path: String, search: [String], from file: String?) throws(Refused) -> [String] {
        let steps = try steps(of: path)
        guard let last = steps.last else { throw Refused("a module's path must not be empty") }
        let folder = file.map { $0.split(separator: "/").dropLast() } ?? []
        var folders: [[Substring]] = []
        for part in search { folders.append(try inside(folder, part)) }
        folders.append([])
        return folders.flatMap { folder in
            let base = (folder + steps).joined(separator: "/")
            return [base, "\(base)/\(last)"]
        }
    }

    struct Refused: Error {
        let message: String
        init(_ message: String) { self.message = message }
    }

    private static func steps(of path: String) throws(Refused) -> [Substring] {
        let steps = try relative(path).filter { $0 != "." }
        guard !steps.contains("..") else { throw Refused("a module's path must not contain '..'") }
        return steps
    }

    /// A folder below or beside another one, without leaving the flow's folder.
    private static func inside(_ folder: [Substring], _ path: String) throws(Refused) -> [Substring] {
        var result = folder
        for step in try relative(path) where step != "." {
            if step != ".." {
                result.append(step)
            } else if result.popLast() == nil {
                throw Refused("modules are looked for in the flow's own folder only")
            }
        }
        return result
    }

    private static func relative(_ path: String) throws(Refused) -> [Substring] {
        guard !path.hasPrefix("/"), !path.hasPrefix("~"), !path.hasPrefix("$"),
            !path.utf8.contains(where: { $0 < 0x20 || $0 == UInt8(ascii: "\\") })
        else { throw Refused("a module's path must be relative, in the flow's own folder") }
        return path.split(separator: "/")
    }
}
