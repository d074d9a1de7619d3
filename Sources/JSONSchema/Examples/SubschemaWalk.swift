import JSON

/// Finds all schemas in a document, whether anything refers to them or not.
struct SubschemaWalk {
    /// Those that are objects, outer ones before inner ones.
    private(set) var places: [SchemaPlace] = []

    mutating func visit(_ place: SchemaPlace) {
        guard place.value.kind == .object else { return }
        places.append(place)
        // In draft 7 everything beside a `$ref` is ignored, yet definitions stand there in many a schema.
        let dialect = place.resource.dialect
        let isReference = dialect.draft == .draft7 && place.value["$ref"] != nil
        for member in place.value.members {
            guard let keyword = member.key.string, !isReference || keyword == "definitions",
                let form = dialect.subschemas(of: keyword)
            else { continue }
            visit(member.value, form, under: keyword, of: place)
        }
    }

    private mutating func visit(_ value: Value, _ form: SubschemaForm, under keyword: String, of place: SchemaPlace) {
        switch form {
        case .schema:
            visit(place.child(keyword, value: value))
        case .list, .schemaOrList:
            if form == .schemaOrList { visit(place.child(keyword, value: value)) }
            for (index, element) in value.elements.enumerated() {
                visit(place.child(keyword, String(index), value: element))
            }
        case .members, .membersOrNames:
            for member in value.members { visit(place.child(keyword, member.key.string ?? "", value: member.value)) }
        }
    }
}
