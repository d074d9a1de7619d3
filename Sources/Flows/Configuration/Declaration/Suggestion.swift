/// "Did you mean …": the nearest of the names that would have been right.
enum Suggestion {
    /// The name nearest to `word`, if one is near enough.
    static func nearest(to word: String, among names: some Sequence<String>) -> String? {
        let limit = max(1, word.count / 3)
        var best: (name: String, distance: Int)?
        for name in names {
            let distance = distance(word, name)
            if distance <= limit, distance < best?.distance ?? .max { best = (name, distance) }
        }
        return best?.name
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

    /// How many characters must be inserted, deleted, replaced or swapped with their neighbour.
    static func distance(_ a: String, _ b: String) -> Int {
        let a = Array(a.lowercased())
        let b = Array(b.lowercased())
        var beforeLast: [Int] = []
        var last = Array(0...b.count)
        for i in 0..<a.count {
            var row = [i + 1]
            for j in 0..<b.count {
                var cost = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, beforeLast[j - 1] + 1) }
                row.append(cost)
            }
            beforeLast = last
            last = row
        }
        return last[b.count]
    }
}
