import CPCRE2

/// Why a pattern was refused.
public struct PatternError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong.
    public let message: String
    /// Where: a byte offset into the pattern's UTF-8.
    public let offset: Int

    public var description: String { "\(message) (at offset \(offset) of the pattern)" }
}

/// Why a match was given up without a verdict.
public enum MatchError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The match reached one of ``RegularExpression/Limits``, or the memory that a match may have.
    case limitExceeded
    /// The matcher failed for another reason, given by PCRE2's error code.
    case failed(code: Int32)

    init(code: Int32) {
        switch code {
        case PCRE2_ERROR_MATCHLIMIT, PCRE2_ERROR_DEPTHLIMIT, PCRE2_ERROR_HEAPLIMIT, PCRE2_ERROR_JIT_STACKLIMIT:
            self = .limitExceeded
        default:
            self = .failed(code: code)
        }
    }

    public var description: String {
        switch self {
        case .limitExceeded: "the pattern reached its limit of matching steps"
        case .failed(let code): "matching failed with PCRE2 error \(code)"
        }
    }
}
