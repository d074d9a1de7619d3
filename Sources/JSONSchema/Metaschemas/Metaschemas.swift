/// The metaschemas that are built in.
enum Metaschemas {
    /// The text of the metaschema with this URI, which has no fragment; `nil` if it is not built in.
    static func text(of uri: String) -> String? {
        if uri == Draft.draft7.rawValue { return draft7 }
        let prefix = "https://json-schema.org/draft/2020-12/"
        return uri.hasPrefix(prefix) ? draft202012(uri.dropFirst(prefix.count)) : nil
    }
}
