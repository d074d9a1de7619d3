import Yams

extension Configuration {
    /// A code list: what the codes of one system are in another.
    public struct ValueMap: Sendable {
        public var name = ""
        /// The place of the map's name.
        public var place = SourcePlace(file: "", line: 1, column: 1)
        public var file: FileReference?
        /// The column of the codes; the first if there is none.
        public var key: Column?
        /// What a code stands for; the second column if there is none.
        public var value: Columns?
        /// What a code stands for that the map lacks, as JSON; without it such a code is a fault of the event.
        public var defaultJSON: [UInt8]?

        /// A column by its name, and where the configuration names it.
        public struct Column: Sendable, Hashable {
            public let name: String
            public let place: SourcePlace
            /// Such as `value_maps.countries.key`.
            public let key: String
        }

        public enum Columns: Sendable, Hashable {
            /// A code stands for what this column has.
            case one(Column)
            /// A code stands for an object of these columns.
            case several([Column])
        }
    }
}

extension Configuration.ValueMap {
    static let section = Section(
        "A code list, which mappings read by `lookup(\"<name>\"; code)`: a CSV file with a header, a JSON file of an "
            + "object by code, or a JSON file of a list of objects.", Self()
    ) { map in
        [
            .key(
                "file", \.file, .optionalFile, "The file: `.json`, or else CSV.", example: "value-maps/countries.csv",
                in: map, isRequired: true),
            .optional(
                "key", \.key, .column, "The column of the codes.", example: "iso2", defaultText: "the first column"),
            .optional(
                "value", \.value, .columns,
                "The column of what a code stands for; of several columns it is an object.",
                example: "[name, iso3]", defaultText: "the second column"),
            .optional(
                "default", \.defaultJSON, .json, "What a code stands for that is not in the list, also `null`.",
                example: "unknown", defaultText: "such a code is a fault of the event"),
        ]
    } finish: { map, site, _ in
        map.place = site.place
    }
}

extension ValueType where Value == Configuration.FileReference? {
    fileprivate static var optionalFile: ValueType {
        let type = ValueType<Configuration.FileReference>.file
        return ValueType(name: type.name, schema: type.schema) { node, site, reader in type.read(node, site, reader) }
    }
}

extension ValueType where Value == Configuration.ValueMap.Column {
    fileprivate static var column: ValueType {
        ValueType(name: "column", schema: .text) { node, site, reader in
            guard let text = reader.text(node, expected: "the name of a column", site) else { return nil }
            return Configuration.ValueMap.Column(name: text.value, place: text.place, key: site.path)
        }
    }
}

extension ValueType where Value == Configuration.ValueMap.Columns {
    fileprivate static var columns: ValueType {
        let one = ValueType<Configuration.ValueMap.Column>.column
        let several = ValueType<[Configuration.ValueMap.Column]>.list(one, count: 1...100)
        return ValueType(
            name: "column \\| list of columns", schema: .object([.init("oneOf", .array([one.schema, several.schema]))])
        ) { node, site, reader in
            guard node.sequence != nil else { return one.read(node, site, reader).map { .one($0) } }
            guard let columns = several.read(node, site, reader) else { return nil }
            let names = columns.map(\.name)
            guard let twice = names.first(where: { name in names.count { $0 == name } > 1 }) else {
                return .several(columns)
            }
            reader.report("the column \(twice) stands twice in the list", site)
            return nil
        }
    }
}

extension ValueType where Value == [UInt8] {
    /// Anything, as JSON. Nothing is expanded in it.
    fileprivate static var json: ValueType {
        ValueType(name: "any value", schema: .object([])) { node, site, reader in
            do throws(YAMLDocument.Fault) {
                return try YAMLDocument(node).json
            } catch {
                let place = SourcePlace(file: reader.file, line: error.line, column: error.column)
                reader.report(error.message, Site(path: site.path, place: place))
                return nil
            }
        }
    }
}
