/// Why an evaluation gave no document, and where in the program.
public struct EvaluationError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Kind: Sendable, Equatable {
        /// The program raised an error that it did not catch.
        case raised
        /// One output was wanted, there was none.
        case noOutput
        /// One output was wanted, there were more.
        case manyOutputs
        /// More steps than ``Evaluator/Limits/steps``.
        case stepLimit
        /// More memory than the arena has.
        case memoryLimit
        /// Nested so deeply that the thread's stack would not hold it.
        case depthLimit
    }

    public let kind: Kind
    /// What jq would print behind `jq: error: `.
    public let message: String
    /// The name of the program, or of its module, in which the fault is.
    public let name: String
    /// The line and column in the program, both from 1. The column counts bytes.
    public let line: Int
    public let column: Int
    /// The text of that line.
    public let sourceLine: String

    /// The place, the message, the line and a caret under the column.
    public var description: String {
        let excerpt = SourceExcerpt.text(sourceLine, column: column, length: 1)
        return "\(name):\(line):\(column): \(message)\n\(excerpt)"
    }
}

/// How an evaluation leaves its ordinary way. What it carries lies in the evaluator, so that raising allocates nothing.
enum Raised: Error, BitwiseCopyable {
    /// An error of the program, which `try` catches.
    case error
    /// To the label in ``Evaluator/stopTarget``.
    case stop
    /// A limit is reached: nothing catches it.
    case fatal
}
