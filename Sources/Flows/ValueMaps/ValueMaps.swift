import JQ
import JSON

/// The value maps of a configuration, read once and shared by all workers, which only read them.
public struct ValueMaps: Sendable {
    /// By name. A map with problems is there, but empty, so that programs which use it are not faulty as well.
    public private(set) var maps: [String: ValueMap] = [:]
    /// What is wrong with the files, in the order of the configuration.
    public private(set) var problems: [ConfigurationError] = []
    /// Where the configuration names each map.
    private(set) var places: [(name: String, place: SourcePlace)] = []

    public init() {}

    /// Reads the files of all maps.
    public init(_ configuration: Configuration, files: ConfigurationFiles) {
        self.init(configuration.valueMaps, files: files)
    }

    /// Reads the value maps of a configuration, whatever else is in it, and their files.
    ///
    /// - Parameters:
    ///   - paths: files or folders.
    ///   - environment: the variables for `${NAME}`.
    /// - Throws: everything that is wrong with the key `value_maps`.
    public init(
        paths: [String], environment: [String: String], files: ConfigurationFiles
    ) throws(ConfigurationErrors) {
        self.init(
            try Configuration.loadValueMaps(paths: paths, environment: environment, files: files), files: files)
    }

    init(_ configured: [Configuration.ValueMap], files: ConfigurationFiles) {
        for map in configured {
            places.append((name: map.name, place: map.place))
            var file = ValueMapFile(map, files: files)
            var object = file.read()
            problems += file.problems
            if object == nil { object = Array("{}".utf8) }
            let fallback = map.defaultJSON.map { ValueMap.Fallback.value($0) } ?? .fault
            do {
                maps[map.name] = try ValueMap(name: map.name, object: object ?? [], fallback: fallback)
            } catch {
                problems.append(
                    ConfigurationError(path: "value_maps.\(map.name)", place: map.place, message: "\(error)"))
            }
        }
    }

    /// Maps that none of these programs looks up, each with its place; none where a program computes a map's name.
    public func unused(by programs: [String]) -> [ConfigurationError] {
        var used: Set<String> = []
        for program in programs {
            guard let names = ValueMapUse.names(in: program) else { return [] }
            used.formUnion(names)
        }
        return places.filter { !used.contains($0.name) }.map {
            ConfigurationError(
                path: "value_maps.\($0.name)", place: $0.place, message: "no condition or mapping looks this map up")
        }
    }
}

/// Which value maps a program's text names.
enum ValueMapUse {
    /// The names in `lookup("name"; …)`; `nil` when a program computes one, and may look any map up.
    static func names(in program: String) -> Set<String>? {
        var names: Set<String> = []
        var rest = Substring(program)
        while let call = rest.firstRange(of: "lookup") {
            let isWhole = rest[..<call.lowerBound].unicodeScalars.last.map { !isWordPart($0) } ?? true
            rest = rest[call.upperBound...]
            let arguments = rest.drop { $0.isWhitespace }
            guard isWhole, arguments.first == "(" else { continue }
            let argument = arguments.dropFirst().drop { $0.isWhitespace }
            guard argument.first == "\"" else { return nil }
            let name = argument.dropFirst().prefix { $0 != "\"" && $0 != "\\" }
            guard argument.dropFirst(name.count + 1).first == "\"" else { return nil }
            names.insert(String(name))
        }
        return names
    }

    private static func isWordPart(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isAlphabetic || scalar == "_" || ("0"..."9").contains(scalar) || scalar == "$"
            || scalar == "."
    }
}
