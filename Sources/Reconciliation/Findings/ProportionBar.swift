/// Proportions as a row of characters: what a terminal can draw.
public enum ProportionBar {
    /// How many characters each part gets: together exactly `width`, and none that is not empty gets nothing.
    ///
    /// Largest remainders first; parts too small for a character take theirs from the largest.
    public static func widths(_ counts: [Int], width: Int) -> [Int] {
        let total = counts.reduce(0, +)
        guard total > 0, width > 0 else { return counts.map { _ in 0 } }
        var widths = counts.map { Int(Double($0) / Double(total) * Double(width)) }
        for index in counts.indices where counts[index] > 0 && widths[index] == 0 { widths[index] = 1 }
        var left = width - widths.reduce(0, +)
        let remainders = counts.indices.filter { counts[$0] > 0 }.sorted {
            let exact = (a: Double(counts[$0]), b: Double(counts[$1]))
            let scale = Double(width) / Double(total)
            return exact.a * scale - Double(widths[$0]) > exact.b * scale - Double(widths[$1])
        }
        for index in remainders where left > 0 {
            widths[index] += 1
            left -= 1
        }
        while left < 0, let largest = widths.indices.max(by: { widths[$0] < widths[$1] }), widths[largest] > 1 {
            widths[largest] -= 1
            left += 1
        }
        return widths
    }
}
