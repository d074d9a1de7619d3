import JSON

/// Follows `$ref` and `$dynamicRef` to the schema that they name.
struct ReferenceResolver {
    let registry: SchemaRegistry

    /// - Returns: the schema, and whether the reference names it by a dynamic anchor.
    /// - Throws: ``SchemaError`` at the reference when there is no such schema.
    func resolve(
        _ reference: String, from place: SchemaPlace, keyword: Keyword
    ) throws(SchemaError) -> (target: SchemaPlace, isDynamic: Bool) {
        let uri = URIReference(reference).resolved(against: place.resource.base)
        guard let resource = try resource(uri.withoutFragment, near: place) else {
            throw place.error("refers to \(uri.withoutFragment), which is not found", at: keyword.rawValue)
        }
        guard let fragment = (uri.fragment ?? "").percentDecoded else {
            throw place.error("refers to \(uri), whose fragment is not encoded properly", at: keyword.rawValue)
        }
        if fragment.isEmpty { return (resource.place, false) }
        if fragment.hasPrefix("/") {
            if let target = follow(fragment, from: resource) { return (target, false) }
            throw place.error("refers to \(uri), but there is nothing at \(fragment)", at: keyword.rawValue)
        }
        if let anchor = resource.anchors[fragment] { return (anchor.place, anchor.isDynamic) }
        throw place.error("refers to \(uri), but there is no anchor \"\(fragment)\"", at: keyword.rawValue)
    }

    private func resource(_ uri: String, near place: SchemaPlace) throws(SchemaError) -> SchemaResource? {
        uri == place.resource.uri ? place.resource : try registry.resource(uri)
    }

    /// Follows a JSON Pointer, from resource to resource where it crosses into a schema with an `$id` of its own.
    private func follow(_ pointer: String, from resource: SchemaResource) -> SchemaPlace? {
        var place = resource.place
        for part in pointer.split(separator: "/", omittingEmptySubsequences: false).dropFirst() {
            guard let token = String(part).pointerTokenDecoded else { return nil }
            let next: Value?
            switch place.value.kind {
            case .object: next = place.value[token]
            case .array:
                guard let index = Int(token), index >= 0, String(index) == token else { return nil }
                next = place.value[index]
            default: next = nil
            }
            guard let next else { return nil }
            place = place.child(token, value: next)
        }
        return place
    }
}
