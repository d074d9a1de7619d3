/// The drafts of JSON Schema that are understood.
public enum Draft: String, Hashable, Sendable {
    case draft7 = "http://json-schema.org/draft-07/schema"
    case draft202012 = "https://json-schema.org/draft/2020-12/schema"
}

/// A draft with the vocabularies that a metaschema chooses from it.
struct Dialect: Hashable {
    /// The groups of keywords of draft 2020-12. Draft 7 has them all without naming them.
    struct Vocabularies: OptionSet, Hashable {
        let rawValue: UInt8
        static let core = Vocabularies(rawValue: 1)
        static let applicator = Vocabularies(rawValue: 2)
        static let unevaluated = Vocabularies(rawValue: 4)
        static let validation = Vocabularies(rawValue: 8)
        static let formatAssertion = Vocabularies(rawValue: 16)
        /// Vocabularies that only annotate.
        static let annotation = Vocabularies(rawValue: 32)
    }

    let draft: Draft
    let vocabularies: Vocabularies
    /// The URI of the metaschema, without a fragment.
    let metaschema: String

    static let draft7 = Dialect(
        draft: .draft7, vocabularies: [.core, .applicator, .validation, .annotation],
        metaschema: Draft.draft7.rawValue)
    static let draft202012 = Dialect(
        draft: .draft202012, vocabularies: [.core, .applicator, .unevaluated, .validation, .annotation],
        metaschema: Draft.draft202012.rawValue)

    static func standard(_ draft: Draft) -> Dialect {
        switch draft {
        case .draft7: .draft7
        case .draft202012: .draft202012
        }
    }

    /// The vocabulary that a URI in `$vocabulary` names; `nil` if it is unknown.
    static func vocabulary(_ uri: String) -> Vocabularies? {
        let prefix = "https://json-schema.org/draft/2020-12/vocab/"
        guard uri.hasPrefix(prefix) else { return nil }
        switch uri.dropFirst(prefix.count) {
        case "core": return .core
        case "applicator": return .applicator
        case "unevaluated": return .unevaluated
        case "validation": return .validation
        case "format-assertion": return .formatAssertion
        case "format-annotation", "content", "meta-data": return .annotation
        default: return nil
        }
    }
}

/// Where a keyword holds schemas.
enum SubschemaForm {
    /// The value is a schema.
    case schema
    /// The value is an array of schemas.
    case list
    /// The value is an object whose members are schemas.
    case members
    /// The value is a schema or an array of them (`items` before 2020-12).
    case schemaOrList
    /// The value is an object whose members are schemas or lists of names (`dependencies`).
    case membersOrNames
}

extension Dialect {
    /// Where the keyword holds schemas in this dialect; `nil` if it holds none.
    func subschemas(of keyword: String) -> SubschemaForm? {
        switch keyword {
        case "definitions": return .members
        case "dependencies": return .membersOrNames
        case "$defs": return draft == .draft202012 ? .members : nil
        case _ where !vocabularies.contains(.applicator) && !vocabularies.contains(.unevaluated): return nil
        case "properties", "patternProperties": return .members
        case "additionalProperties", "propertyNames", "contains", "not", "if", "then", "else": return .schema
        case "allOf", "anyOf", "oneOf": return .list
        case "items": return draft == .draft7 ? .schemaOrList : .schema
        case "additionalItems": return draft == .draft7 ? .schema : nil
        case "prefixItems": return draft == .draft202012 ? .list : nil
        case "dependentSchemas": return draft == .draft202012 ? .members : nil
        case "unevaluatedItems", "unevaluatedProperties": return draft == .draft202012 ? .schema : nil
        default: return nil
        }
    }
}
