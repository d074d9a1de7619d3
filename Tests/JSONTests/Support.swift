@testable import JSON

/// Parses a text and gives the value to `body`.
func withDocument<Result>(
    _ text: String, limits: Limits = Limits(), _ body: (Value) throws -> Result
) throws -> Result {
    try withDocument(Array(text.utf8), limits: limits, body)
}

func withDocument<Result>(
    _ bytes: [UInt8], limits: Limits = Limits(), _ body: (Value) throws -> Result
) throws -> Result {
    let document = Document(limits: limits)
    return try withExtendedLifetime(document) {
        try bytes.withUnsafeBytes { try body(try document.parse($0)) }
    }
}

/// What parsing and writing makes of a text.
func rewritten(_ text: String, style: Style = .compact) throws -> String {
    try withDocument(text) { value in
        let buffer = ByteBuffer()
        buffer.write(value, style: style)
        return buffer.text
    }
}

func parseError(_ text: String, limits: Limits = Limits()) -> ParseError? {
    parseError(Array(text.utf8), limits: limits)
}

func parseError(_ bytes: [UInt8], limits: Limits = Limits()) -> ParseError? {
    do {
        try withDocument(bytes, limits: limits) { _ in }
        return nil
    } catch {
        return error as? ParseError
    }
}

/// A number of a test as a literal in an arena.
func literal(_ text: String, in arena: Arena) throws -> Value {
    try Parser().parse(text, into: arena)
}

/// The SplitMix64 generator: small, seeded, the same everywhere.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}
