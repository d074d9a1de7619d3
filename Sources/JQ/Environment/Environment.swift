/// What a program can use beside its input and its variables: modules and value maps of the flow's own folder.
///
/// An environment is only read; the programs of all workers may share one.
public struct Environment: Sendable {
    /// The text of the module file at a path without `.jq`, such as `lib/money` for `lib/money.jq`; `nil` when there
    /// is none. Called when compiling only. The path is relative and never holds `..`; what it is relative to is up
    /// to the caller, normally the flow's own folder.
    public var modules: @Sendable (_ path: String) -> String?
    /// The bytes of the JSON file at a path without `.json`, for `import "path" as $name;`; `nil` when there is none.
    public var data: @Sendable (_ path: String) -> [UInt8]?
    /// The maps that `lookup` knows, by name.
    public var valueMaps: [String: ValueMap]

    /// - Parameters:
    ///   - modules: gives the text of a module file; by default there are none.
    ///   - data: gives the bytes of a data file; by default there are none.
    ///   - valueMaps: the maps for `lookup`, by name.
    public init(
        modules: @escaping @Sendable (_ path: String) -> String? = { _ in nil },
        data: @escaping @Sendable (_ path: String) -> [UInt8]? = { _ in nil },
        valueMaps: [String: ValueMap] = [:]
    ) {
        self.modules = modules
        self.data = data
        self.valueMaps = valueMaps
    }
}
