import JSON

/// A code list: a code of one system to what another system calls it. Programs read it with `lookup`.
///
/// Loaded once and immutable from then on; a lookup allocates nothing.
public final class ValueMap: @unchecked Sendable {
    // All properties are constants, and what the values point to is written by the initialiser alone: threads only
    // ever read it.

    /// What a code that is not in the map stands for.
    public enum Fallback: Sendable, Equatable {
        /// Nothing: looking it up is an error, which makes the event fault.
        case fault
        /// This value, as JSON.
        case value([UInt8])
    }

    /// What the map is called in programs and messages.
    public let name: String
    /// All entries, an object by code. Valid as long as the map lives.
    public let object: Value
    /// What stands for all other codes; `nil` if they are an error. Valid as long as the map lives.
    public let fallback: Value?

    private let arena: Arena

    /// - Parameters:
    ///   - name: what programs call the map.
    ///   - json: one JSON object, code to value; codes are unique. Copied.
    ///   - fallback: what a code that is not in the map stands for.
    /// - Throws: what is wrong with the JSON, and where.
    public init(name: String, object json: [UInt8], fallback: Fallback = .fault) throws(ValueMapError) {
        self.name = name
        arena = Arena(byteLimit: 1 << 30, chunkByteCount: max(256, json.count * 2))
        object = try ValueMap.parse(json, of: "the value map \"\(name)\"", into: arena)
        guard object.kind == .object else {
            throw ValueMapError("the value map \"\(name)\" must be an object, not \(Text.kindName(object.kind))")
        }
        switch fallback {
        case .fault: self.fallback = nil
        case .value(let json):
            self.fallback = try ValueMap.parse(json, of: "the default of the value map \"\(name)\"", into: arena)
        }
    }

    private static func parse(_ json: [UInt8], of what: String, into arena: Arena) throws(ValueMapError) -> Value {
        do {
            // Values point into the bytes that they are parsed from.
            let copy = try json.withUnsafeBytes { bytes in try arena.copy(bytes: bytes) }
            return try JSON.Parser().parse(copy, into: arena)
        } catch let error as ParseError {
            throw ValueMapError("\(what) is not JSON: \(error.message)", line: error.line, column: error.column)
        } catch {
            throw ValueMapError("\(what) is too large")
        }
    }
}

/// Why a value map cannot be used.
public struct ValueMapError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong, as one sentence without a full stop.
    public let message: String
    /// Where in the JSON, both from 1, the column in bytes; `nil` when it is about the whole.
    public let line: Int?
    public let column: Int?

    init(_ message: String, line: Int? = nil, column: Int? = nil) {
        self.message = message
        self.line = line
        self.column = column
    }

    public var description: String {
        guard let line, let column else { return message }
        return "line \(line), column \(column): \(message)"
    }
}

/// A value map as the evaluator reads it, without reference counting. The program keeps the map itself.
struct ValueMapEntry: BitwiseCopyable {
    /// The map's name, among the program's constants.
    let name: Value
    let object: Value
    let fallback: Value
    let hasFallback: Bool
}
