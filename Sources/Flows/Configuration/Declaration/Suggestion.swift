import JQ

/// "Did you mean …": the nearest of the names that would have been right.
enum Suggestion {
    /// The name nearest to `word`, if one is near enough.
    static func nearest(to word: String, among names: some Sequence<String>) -> String? {
        NearestName.of(word, among: names)
    }

    /// The file name nearest to `name`: by distance, or with the same beginning and the same suffix.
    static func nearestFile(to name: String, among names: [String]) -> String? {
        if let near = nearest(to: name, among: names) { return near }
        let suffix = name.split(separator: ".", omittingEmptySubsequences: false).last ?? ""
        let candidates = names.filter { $0.hasSuffix("." + suffix) }
            .map { (name: $0, common: zip($0, name).prefix { $0 == $1 }.count) }
        let best = candidates.max { ($0.common, $1.name) < ($1.common, $0.name) }
        return best.flatMap { $0.common >= 3 ? $0.name : nil }
    }

    /// ` (did you mean x?)`, or nothing.
    static func phrase(_ suggestion: String?) -> String {
        suggestion.map { " (did you mean \($0)?)" } ?? ""
    }
}
