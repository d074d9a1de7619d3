/// How long a server asks its callers to wait.
public enum RetryAfter {
    /// What is asked for beyond this is cut: after an hour one call finds out anew, so that a wrong date or a misread
    /// unit cannot stop a system for a day.
    public static let ceilingSeconds = 3600

    /// The seconds to wait that an answer asks for, from 0 to ``ceilingSeconds``; `nil` when it asks for none.
    ///
    /// `Retry-After` (RFC 9110, section 10.2.3) counts for every status; with 429 and 503 the reset of an exhausted
    /// `RateLimit` does too, in the notations of the IETF drafts: `"policy";r=0;t=30`, `limit=9, remaining=0,
    /// reset=30`, or a `RateLimit-Reset` of its own. Fields that cannot be read count as absent.
    ///
    /// - Parameters:
    ///   - now: seconds since 1970, asked for where the answer names a date.
    ///   - field: the value of the answer's header of this name.
    public static func seconds(status: Int, now: () -> Int64, field: (String) -> String?) -> Int? {
        if let text = field("Retry-After"), let seconds = retryAfter(text, now: now) { return seconds }
        guard status == 429 || status == 503 else { return nil }
        if let text = field("RateLimit"), let seconds = rateLimit(text, remainingUnlessSaid: 0) { return seconds }
        return field("RateLimit-Reset").flatMap(delta)
    }

    /// The seconds until a limit is reset that an answer of any status says to have nothing left: the next call would
    /// be refused. In the notations of ``seconds(status:now:field:)``, or `RateLimit-Remaining: 0` beside
    /// `RateLimit-Reset`. `nil` when nothing is said to be used up.
    public static func exhausted(field: (String) -> String?) -> Int? {
        if let text = field("RateLimit") { return rateLimit(text, remainingUnlessSaid: 1) }
        guard let remaining = field("RateLimit-Remaining"), delta(remaining) == 0 else { return nil }
        return field("RateLimit-Reset").flatMap(delta)
    }

    private static func retryAfter(_ text: String, now: () -> Int64) -> Int? {
        if let seconds = delta(text) { return seconds }
        guard let date = HTTPDate.parse(text, yearNow: { HTTPDate.year(of: now()) }) else { return nil }
        return clamp(date - now())
    }

    /// Digits only; more of them than fit are a long time too.
    private static func delta(_ text: some StringProtocol) -> Int? {
        let digits = text.utf8.drop { $0 == 0x20 || $0 == 0x09 }.prefix { (0x30...0x39).contains($0) }
        let rest = text.utf8[digits.endIndex...]
        guard !digits.isEmpty, rest.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) else { return nil }
        return clamp(digits.count > 9 ? .max : digits.reduce(0) { $0 * 10 + Int64($1 - 0x30) })
    }

    /// The longest reset among the limits that have nothing left.
    private static func rateLimit(_ text: String, remainingUnlessSaid: Int) -> Int? {
        var longest: Int?
        var remaining: Int?
        var reset: Int?
        func close() {
            if let reset, remaining ?? remainingUnlessSaid == 0 { longest = max(longest ?? 0, reset) }
            remaining = nil
            reset = nil
        }
        for item in text.split(separator: ",") {
            let parameters = item.split(separator: ";")
            // A new policy begins with its name; `limit=9, remaining=0, reset=30` is one limit over several items.
            if parameters.count > 1 { close() }
            for parameter in parameters {
                let pair = parameter.split(separator: "=", maxSplits: 1).map { trimmed($0) }
                guard pair.count == 2 else { continue }
                switch pair[0] {
                case "r", "remaining": remaining = delta(pair[1])
                case "t", "reset": reset = delta(pair[1])
                default: break
                }
            }
        }
        close()
        return longest
    }

    private static func trimmed(_ text: Substring) -> String {
        String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }

    private static func clamp(_ seconds: Int64) -> Int { Int(max(0, min(seconds, Int64(ceilingSeconds)))) }
}
