/// "did you mean": the known name that is nearest to one that is not known. For messages of other modules, too.
public enum NearestName {
    /// The name with the fewest letters to change, insert, drop or swap, if they are few; the first by name of several.
    /// A letter is the same in either case.
    public static func of(_ name: String, among known: some Sequence<String>) -> String? {
        let limit = max(1, name.utf8.count / 3)
        var best: (name: String, distance: Int)?
        for candidate in known.sorted() {
            let distance = distance(Array(name.lowercased().utf8), Array(candidate.lowercased().utf8))
            if distance <= limit, distance < best?.distance ?? .max { best = (candidate, distance) }
        }
        return best?.name
    }

    /// The end of a message: ` (did you mean …?)`, or nothing.
    static func suggestion(for name: String, among known: some Sequence<String>) -> String {
        of(name, among: known).map { " (did you mean \"\($0)\"?)" } ?? ""
    }

    /// Optimal string alignment: a swap of neighbours counts as one.
    private static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
        var older: [Int] = []
        var old = Array(0...b.count)
        for i in 0..<a.count {
            var row = [i + 1]
            for j in 0..<b.count {
                var least = min(row[j] + 1, old[j + 1] + 1, old[j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { least = min(least, older[j - 1] + 1) }
                row.append(least)
            }
            older = old
            old = row
        }
        return old[b.count]
    }
}
