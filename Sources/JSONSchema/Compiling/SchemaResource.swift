import JSON

/// A schema with an identity: the root of a document, or a subschema that declares an `$id`.
final class SchemaResource {
    /// The canonical URI, without a fragment.
    let uri: String
    let base: URIReference
    /// Keeps this resource, and lives as long as the registry or whoever compiled a schema from it.
    unowned let document: SchemaDocument
    /// Where the resource stands in its document, as a JSON Pointer.
    let pointer: String
    let root: Value
    let dialect: Dialect
    /// Plain-name fragments: where they stand, as JSON Pointers into the document.
    var anchors: [String: Anchor] = [:]

    struct Anchor {
        let place: SchemaPlace
        let isDynamic: Bool
    }

    init(uri: String, document: SchemaDocument, pointer: String, root: Value, dialect: Dialect) {
        self.uri = uri
        base = URIReference(uri)
        self.document = document
        self.pointer = pointer
        self.root = root
        self.dialect = dialect
    }

    var place: SchemaPlace { SchemaPlace(resource: self, pointer: pointer, value: root) }
}

/// One schema: its value and where it stands.
struct SchemaPlace {
    unowned let resource: SchemaResource
    /// The place in the document, as a JSON Pointer.
    let pointer: String
    let value: Value

    var document: SchemaDocument { resource.document }

    /// The place in the form of `absoluteKeywordLocation`.
    var absoluteLocation: String {
        resource.uri + "#" + String(pointer.dropFirst(resource.pointer.count)).fragmentEncoded
    }

    func error(_ message: String, at keyword: String? = nil) -> SchemaError {
        let location = keyword.map { "\(pointer)/\($0.pointerToken)" } ?? pointer
        return SchemaError(uri: document.uri, location: location, message: message)
    }

    /// A subschema under `tokens`, which belongs to a resource of its own if it declares one.
    func child(_ tokens: String..., value: Value) -> SchemaPlace {
        let pointer = tokens.reduce(pointer) { "\($0)/\($1.pointerToken)" }
        return SchemaPlace(resource: document.resources[Name(pointer)] ?? resource, pointer: pointer, value: value)
    }
}

/// A schema file: its bytes, parsed, and the resources in it. All values of a compiled schema point in here.
final class SchemaDocument {
    /// The URI or path by which the document was asked for.
    let uri: String
    let root: Value
    let bytes: [UInt8]
    /// Whether the document was found to be valid against its metaschema.
    var isChecked = false
    private let arena: Arena
    /// The resources by the place of their root.
    fileprivate(set) var resources: [Name: SchemaResource] = [:]

    /// - Throws: ``SchemaError`` when the bytes are not JSON.
    init(_ bytes: [UInt8], uri: String) throws(SchemaError) {
        self.uri = uri
        self.bytes = bytes
        let arena = Arena(byteLimit: 64 << 20, chunkByteCount: max(4 << 10, bytes.count * 4))
        let result: Result<Value, ParseError> = bytes.withUnsafeBytes { buffer in
            do throws(ParseError) {
                return .success(try Parser().parse(copying: buffer, into: arena))
            } catch {
                return .failure(error)
            }
        }
        switch result {
        case .success(let value): root = value
        case .failure(let error): throw SchemaError(uri: uri, location: "", message: "is not JSON: \(error)")
        }
        self.arena = arena
    }
}

/// Finds the resources and anchors of a document, only where its dialect has schemas: an `$id` in an `enum` is none.
struct ResourceScan {
    let document: SchemaDocument
    /// Finds the dialect that a `$schema` names.
    let dialect: (_ metaschema: String, _ place: String) throws(SchemaError) -> Dialect
    private var found: [SchemaResource] = []

    init(
        _ document: SchemaDocument, dialect: @escaping (String, String) throws(SchemaError) -> Dialect
    ) {
        self.document = document
        self.dialect = dialect
    }

    /// All resources of the document, the root's first.
    mutating func run(default fallback: Dialect) throws(SchemaError) -> [SchemaResource] {
        let own = try declaredDialect(of: document.root, at: "") ?? fallback
        let retrieval = URIReference(document.uri)
        let uri = identifier(of: document.root, dialect: own, base: retrieval) ?? retrieval.withoutFragment
        try add(SchemaResource(uri: uri, document: document, pointer: "", root: document.root, dialect: own))
        try visit(document.root, at: "", in: found[0])
        return found
    }

    private func declaredDialect(of schema: Value, at pointer: String) throws(SchemaError) -> Dialect? {
        guard let metaschema = schema["$schema"]?.string else { return nil }
        return try dialect(metaschema, pointer + "/$schema")
    }

    private mutating func add(_ resource: SchemaResource) throws(SchemaError) {
        if found.contains(where: { $0.uri == resource.uri }) {
            throw SchemaError(
                uri: document.uri, location: resource.pointer, message: "a second schema with the id \(resource.uri)")
        }
        document.resources[Name(resource.pointer)] = resource
        found.append(resource)
    }

    /// The URI that a schema's `$id` gives it; `nil` if it has none, or one that only names a fragment.
    private func identifier(of schema: Value, dialect: Dialect, base: URIReference) -> String? {
        guard let id = schema["$id"]?.string, !(dialect.draft == .draft7 && schema["$ref"] != nil) else { return nil }
        if dialect.draft == .draft7, id.hasPrefix("#") { return nil }
        return URIReference(id).resolved(against: base).withoutFragment
    }

    private mutating func visit(_ schema: Value, at pointer: String, in resource: SchemaResource) throws(SchemaError) {
        guard schema.kind == .object else { return }
        var resource = resource
        if !pointer.isEmpty {
            let dialect = try declaredDialect(of: schema, at: pointer) ?? resource.dialect
            if let uri = identifier(of: schema, dialect: dialect, base: resource.base), uri != resource.uri {
                resource = SchemaResource(
                    uri: uri, document: document, pointer: pointer, root: schema, dialect: dialect)
                try add(resource)
            }
        }
        let place = SchemaPlace(resource: resource, pointer: pointer, value: schema)
        try anchors(of: place)
        // In draft 7 everything beside a `$ref` is ignored, yet definitions stand there in many a schema.
        let isReference = resource.dialect.draft == .draft7 && schema["$ref"] != nil
        for member in schema.members {
            guard let keyword = member.key.string, let form = resource.dialect.subschemas(of: keyword),
                !isReference || keyword == "definitions"
            else { continue }
            try visit(member.value, form, at: "\(pointer)/\(keyword.pointerToken)", in: resource)
        }
    }

    private mutating func visit(
        _ value: Value, _ form: SubschemaForm, at pointer: String, in resource: SchemaResource
    ) throws(SchemaError) {
        switch form {
        case .schema:
            try visit(value, at: pointer, in: resource)
        case .list, .schemaOrList:
            if form == .schemaOrList { try visit(value, at: pointer, in: resource) }
            for (index, element) in value.elements.enumerated() {
                try visit(element, at: "\(pointer)/\(index)", in: resource)
            }
        case .members, .membersOrNames:
            for member in value.members {
                guard let name = member.key.string else { continue }
                try visit(member.value, at: "\(pointer)/\(name.pointerToken)", in: resource)
            }
        }
    }

    private func anchors(of place: SchemaPlace) throws(SchemaError) {
        let schema = place.value
        switch place.resource.dialect.draft {
        case .draft7:
            guard schema["$ref"] == nil, let id = schema["$id"]?.string, id.hasPrefix("#"), id.count > 1 else { return }
            try add(String(id.dropFirst()), isDynamic: false, at: place, keyword: "$id")
        case .draft202012:
            if let name = schema["$dynamicAnchor"]?.string {
                try add(name, isDynamic: true, at: place, keyword: "$dynamicAnchor")
            }
            if let name = schema["$anchor"]?.string {
                try add(name, isDynamic: false, at: place, keyword: "$anchor")
            }
        }
    }

    private func add(_ name: String, isDynamic: Bool, at place: SchemaPlace, keyword: String) throws(SchemaError) {
        if let other = place.resource.anchors[name] {
            guard other.place.pointer == place.pointer else {
                throw place.error("a second anchor \"\(name)\" in the same schema", at: keyword)
            }
            return
        }
        place.resource.anchors[name] = SchemaResource.Anchor(place: place, isDynamic: isDynamic)
    }
}
