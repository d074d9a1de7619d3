/// How a command ends, by the number that the shell sees.
public enum ExitStatus: Int32, Sendable {
    case done = 0
    /// The command ran and found something wrong: an invalid document, an account that does not balance.
    case foundProblems = 1
    /// The command or its configuration was written wrongly.
    case usedWrongly = 2
    /// A broker, token endpoint or system could not be reached, or refused us.
    case couldNotReach = 3
}

/// A failure that is reported to the user as it stands: what is wrong, where, and what to do.
public struct CommandFailure: Error, CustomStringConvertible, Sendable {
    public let message: String
    public let status: ExitStatus

    public init(_ message: String, status: ExitStatus) {
        self.message = message
        self.status = status
    }

    public var description: String { message }
}
