import JSON

/// The schemas that may refer to each other, by their URIs: those that were added, those that a loader finds, and the
/// metaschemas of the drafts. Nothing is ever fetched from the network.
///
/// A schema is found by the URI (or path) that it was added or loaded by, and by every `$id` that it declares. Relative
/// references are resolved against the declared `$id` if there is one, otherwise against that URI or path.
///
/// A registry serves one thread. Schemas compiled from it do not need it any more.
public final class SchemaRegistry {
    /// The draft of schemas that do not declare one by `$schema`.
    public let defaultDraft: Draft

    private let load: (_ uri: String) -> [UInt8]?
    private var documents: [SchemaDocument] = []
    private var resources: [String: SchemaResource] = [:]
    private var dialects: [String: Dialect] = [:]
    /// Metaschemas whose dialect is being looked for, to see when one needs itself.
    private var pendingDialects: Set<String> = []
    private var metaschemas: [String: Schema] = [:]

    /// - Parameters:
    ///   - defaultDraft: the draft of schemas that do not declare one by `$schema`.
    ///   - load: finds the bytes of a schema that has not been added, by its URI without fragment; `nil` if there is
    ///     none.
    public init(defaultDraft: Draft = .draft202012, load: @escaping (_ uri: String) -> [UInt8]? = { _ in nil }) {
        self.defaultDraft = defaultDraft
        self.load = load
    }

    /// Adds a schema file under the URI or path by which others refer to it.
    /// - Throws: ``SchemaError`` when the bytes are not JSON, an `$id` is taken, or its `$schema` is not understood.
    public func add(_ bytes: [UInt8], uri: String) throws(SchemaError) {
        try addDocument(bytes, uri: URIReference(uri).withoutFragment)
    }

    private func addDocument(_ bytes: [UInt8], uri: String) throws(SchemaError) {
        let document = try SchemaDocument(bytes, uri: uri)
        var scan = ResourceScan(document) { (metaschema, place) throws(SchemaError) in
            try self.dialect(metaschema, uri: uri, place: place)
        }
        let found = try scan.run(default: Dialect.standard(defaultDraft))
        for resource in found { try claim(resource.uri, for: resource) }
        if let root = found.first { try claim(uri, for: root) }
        documents.append(document)
    }

    private func claim(_ uri: String, for resource: SchemaResource) throws(SchemaError) {
        if let other = resources[uri], other.document !== resource.document {
            // The same file may be asked for by its path and by its id.
            if other.document.bytes == resource.document.bytes { return }
            throw SchemaError(
                uri: resource.document.uri, location: resource.pointer,
                message: "the id \(uri) is that of \(other.document.uri)#\(other.pointer) already")
        }
        if resources[uri] == nil { resources[uri] = resource }
    }

    /// The resource with this URI, which has no fragment; `nil` if nobody knows it.
    func resource(_ uri: String) throws(SchemaError) -> SchemaResource? {
        if let known = resources[uri] { return known }
        if let text = Metaschemas.text(of: uri) {
            try addDocument(Array(text.utf8), uri: uri)
        } else if let bytes = load(uri) {
            try addDocument(bytes, uri: uri)
        }
        return resources[uri]
    }

    // MARK: Dialects

    private func dialect(_ metaschema: String, uri: String, place: String) throws(SchemaError) -> Dialect {
        var name = URIReference(metaschema).withoutFragment
        // Draft 7 is named with `http`; many schemas name it with `https` all the same.
        if name == "https" + Draft.draft7.rawValue.dropFirst("http".count) { name = Draft.draft7.rawValue }
        if let draft = Draft(rawValue: name) { return Dialect.standard(draft) }
        if let known = dialects[name] { return known }
        guard pendingDialects.insert(name).inserted else {
            throw SchemaError(uri: uri, location: place, message: "the metaschema \(name) is described by itself")
        }
        defer { pendingDialects.remove(name) }
        guard let resource = try resource(name) else {
            throw SchemaError(
                uri: uri, location: place,
                message: "the metaschema \(name) is not known; draft 2020-12 and draft 7 are, and metaschemas of theirs"
            )
        }
        let dialect = Dialect(
            draft: resource.dialect.draft, vocabularies: try vocabularies(of: resource), metaschema: name)
        dialects[name] = dialect
        return dialect
    }

    private func vocabularies(of metaschema: SchemaResource) throws(SchemaError) -> Dialect.Vocabularies {
        guard metaschema.dialect.draft == .draft202012, let declared = metaschema.root["$vocabulary"] else {
            return metaschema.dialect.vocabularies
        }
        var vocabularies: Dialect.Vocabularies = []
        for member in declared.members {
            guard let uri = member.key.string else { continue }
            if let known = Dialect.vocabulary(uri) {
                vocabularies.insert(known)
            } else if member.value.kind == .true {
                throw metaschema.place.error("the vocabulary \(uri) is required and not understood", at: "$vocabulary")
            }
        }
        return vocabularies
    }

    // MARK: Metaschemas

    /// Checks a document once against its metaschema.
    func check(_ document: SchemaDocument) throws(SchemaError) {
        guard !document.isChecked, let dialect = document.resources[Name("")]?.dialect else { return }
        document.isChecked = true
        // What describes itself is not checked by itself.
        guard document.resources[Name("")]?.uri != dialect.metaschema, Metaschemas.text(of: document.uri) == nil else {
            return
        }
        let metaschema = try compiledMetaschema(dialect.metaschema)
        guard let failure = metaschema.validate(document.root) else { return }
        let leaf = failure.mostSpecific
        throw SchemaError(uri: document.uri, location: leaf.instanceLocation, message: leaf.message)
    }

    private func compiledMetaschema(_ uri: String) throws(SchemaError) -> Schema {
        if let known = metaschemas[uri] { return known }
        let schema = try Schema(uri: uri, in: self, options: Schema.Options(assertFormats: true))
        metaschemas[uri] = schema
        return schema
    }
}
