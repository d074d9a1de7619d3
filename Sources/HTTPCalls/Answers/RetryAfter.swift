/// How long a server asks its callers to wait.
public enum RetryAfter {
    /// What is asked for beyond this is cut: after an hour one call finds out anew, so that a wrong date or a
    /// misread unit cannot stop a system for a day.
    public static let ceilingSeconds = 3600
}
