import Yams

extension Configuration {
    /// Reads the configuration from files and folders.
    ///
    /// - Parameters:
    ///   - paths: files, or folders whose `*.yaml` and `*.yml` are read in the order of their names.
    ///   - environment: the variables for `${NAME}`.
    ///   - files: how files are reached.
    ///   - references: whether what the environment and secret files give must be there.
    /// - Throws: everything that is wrong, not only the first of it.
    public static func load(
        paths: [String], environment: [String: String], files: ConfigurationFiles = .local,
        references: References = .required
    ) throws(ConfigurationErrors) -> Configuration {
        let reader = ConfigurationReader(files: files, references: references) { environment[$0] }
        var configuration = Configuration()
        let names = paths.flatMap { expand(path: $0, reader) }
        for name in names { configuration.read(file: name, reader) }
        configuration.checkSystems(reader)
        configuration.checkReconciliation(reader)
        configuration.resolveSchemas(beside: names.first, reader)
        if reader.errors.isEmpty, configuration.flows.isEmpty {
            let place = SourcePlace(file: names.first ?? "", line: 1, column: 1)
            reader.report("there is no flow: give at least one under the key ‘flows’", Site(path: "", place: place))
        }
        guard reader.errors.isEmpty else { throw ConfigurationErrors(errors: reader.errors.sorted(by: names)) }
        return configuration
    }

    /// The value maps of a configuration whose other keys are not looked at.
    static func loadValueMaps(
        paths: [String], environment: [String: String], files: ConfigurationFiles
    ) throws(ConfigurationErrors) -> [ValueMap] {
        let reader = ConfigurationReader(files: files) { environment[$0] }
        var configuration = Configuration()
        let names = paths.flatMap { expand(path: $0, reader) }
        for name in names { configuration.read(file: name, keys: ["value_maps"], reader) }
        guard reader.errors.isEmpty else { throw ConfigurationErrors(errors: reader.errors.sorted(by: names)) }
        return configuration.valueMaps
    }

    /// The files that a path stands for.
    private static func expand(path: String, _ reader: ConfigurationReader) -> [String] {
        guard let names = reader.files.list(path) else { return [path] }
        let files = names.filter { $0.hasSuffix(".yaml") || $0.hasSuffix(".yml") }.sorted()
        if files.isEmpty {
            let place = SourcePlace(file: path, line: 1, column: 1)
            reader.report("there is no *.yaml in this folder", Site(path: "", place: place))
        }
        return files.map { FilePath.join(path, $0) }
    }

    /// - Parameter keys: the keys to read; `nil`: all.
    private mutating func read(file: String, keys: Set<String>? = nil, _ reader: ConfigurationReader) {
        let site = Site(path: "", place: SourcePlace(file: file, line: 1, column: 1))
        guard let bytes = reader.files.read(file) else {
            return reader.report(reader.missingFileMessage(file, file), site)
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            return reader.report("the file is not UTF-8", site)
        }
        reader.enter(file: file, text: text)
        if let root = reader.compose(yaml: text, file: file) {
            Self.section.readKeys(root, only: keys, into: &self, site, reader)
        }
    }

    /// Every call's system must be there.
    private func checkSystems(_ reader: ConfigurationReader) {
        for flow in flows {
            for (position, step) in flow.steps.enumerated() {
                let path = "flows.\(flow.name).steps[\(position)]"
                checkSystem(of: step.call, "\(path).call", reader)
                if let undo = step.onFailure { checkSystem(of: undo.call, "\(path).on_failure", reader) }
            }
        }
    }

    private func checkSystem(of call: Call, _ path: String, _ reader: ConfigurationReader) {
        // A system with faults of its own was reported already.
        guard system(named: call.system) == nil, !reader.hasEntry("systems.\(call.system)") else { return }
        let suggestion = Suggestion.phrase(Suggestion.nearest(to: call.system, among: systems.map(\.name)))
        reader.report("there is no system ‘\(call.system)’\(suggestion)", Site(path: path, place: call.place))
    }
}

// MARK: - Schemas

extension Configuration {
    /// Finds the schema folder and the schemas in it.
    private mutating func resolveSchemas(beside file: String?, _ reader: ConfigurationReader) {
        if schemas == nil { schemas = file.flatMap { Self.schemaFolder(above: FilePath.parent(of: $0), reader.files) } }
        for flow in flows.indices {
            flows[flow].schema = flows[flow].schema.map { resolve($0, reader) }
            for step in flows[flow].steps.indices {
                flows[flow].steps[step].schema = flows[flow].steps[step].schema.map { resolve($0, reader) }
                guard let schema = flows[flow].steps[step].onFailure?.schema else { continue }
                let resolved = resolve(schema, reader)
                flows[flow].steps[step].onFailure?.schema = resolved
            }
        }
    }

    private func resolve(_ reference: FileReference, _ reader: ConfigurationReader) -> FileReference {
        let site = Site(path: reference.key, place: reference.place)
        guard let schemas else {
            reader.report("there is no folder ‘Schemas’ beside the configuration or above; name one by ‘schemas’", site)
            return reference
        }
        let path = FilePath.join(schemas, reference.name)
        if !reader.files.isFile(path) { reader.report(reader.missingFileMessage(reference.name, path), site) }
        return FileReference(name: reference.name, path: path, site)
    }

    /// `Schemas` in a folder or the nearest one above that has it.
    private static func schemaFolder(above folder: String, _ files: ConfigurationFiles) -> String? {
        var folder = folder.hasPrefix("..") ? FilePath.join(files.workingDirectory, folder) : folder
        while true {
            let candidate = FilePath.join(folder, "Schemas")
            if files.isFolder(candidate) { return candidate }
            if folder == "." {
                folder = files.workingDirectory
            } else if folder == "/" {
                return nil
            }
            folder = FilePath.parent(of: folder)
        }
    }
}

extension ConfigurationReader {
    /// The document of a text in YAML; reports why there is none.
    func compose(yaml text: String, file: String) -> Node? {
        let site = Site(path: "", place: SourcePlace(file: file, line: 1, column: 1))
        do {
            if let root = try Yams.compose(yaml: text) { return root }
            report("the file is empty", site)
        } catch let error as YamlError {
            let (message, mark) = error.summary
            let place = SourcePlace(file: file, line: mark?.line ?? 1, column: mark?.column ?? 1)
            report(message, Site(path: "", place: place))
        } catch {
            report("the file cannot be read as YAML", site)
        }
        return nil
    }
}

extension YamlError {
    /// The error in a sentence and its place, without the copy of the file that its description has.
    var summary: (String, Mark?) {
        switch self {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            let start = context.map { " (\($0.text), from line \($0.mark.line))" } ?? ""
            return ("not valid YAML: \(problem)\(start)", mark)
        case .duplicatedKeysInMapping(let duplicates, let context):
            return ("the key ‘\(duplicates.joined(separator: "’, ‘"))’ stands twice in this mapping", context.mark)
        case .reader(let problem, _, _, _): return ("not valid YAML: \(problem)", nil)
        default: return ("not valid YAML", nil)
        }
    }
}

extension [ConfigurationError] {
    /// In the order of files, lines and columns.
    fileprivate func sorted(by files: [String]) -> [ConfigurationError] {
        let keyed = enumerated().map { position, error in
            let file = files.firstIndex(of: error.place.file) ?? -1
            return (error: error, key: [file, error.place.line, error.place.column, position])
        }
        return keyed.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map(\.error)
    }
}
