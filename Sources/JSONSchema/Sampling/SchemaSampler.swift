import JSON

/// Makes random documents of a schema: valid ones, and ones in which exactly one thing is broken.
///
/// The same schema and seed give the same documents on every platform. Every document that is given as valid has been
/// validated, every one that is given as invalid has been refused.
public struct SchemaSampler {
    /// How large the documents may become.
    public struct Limits: Hashable, Sendable {
        /// Levels of nesting at which only what is required is still made.
        public var depth: Int
        /// Elements of an array and optional members of an object beyond what the schema asks for.
        public var breadth: Int
        /// How often a document is tried before the sampler gives up.
        public var attempts: Int

        public init(depth: Int = 6, breadth: Int = 4, attempts: Int = 200) {
            self.depth = depth
            self.breadth = breadth
            self.attempts = attempts
        }
    }

    /// A document in which one thing is broken.
    public struct Invalid: Hashable, Sendable {
        /// The document, as JSON text.
        public let document: String
        /// The keyword that refuses it, such as `maxLength`; `false` where the schema is `false` altogether.
        public let keyword: String
        /// The place in the document, as a JSON Pointer.
        public let instanceLocation: String
        /// What the schema says of it.
        public let failure: ValidationFailure
    }

    /// - Parameters:
    ///   - schema: what documents are made of. It is used for validating, so it must not be used elsewhere meanwhile.
    ///   - seed: chooses the documents.
    public init(_ schema: Schema, seed: UInt64, limits: Limits = Limits()) {}

    /// A valid document, as JSON text.
    /// - Throws: ``SamplingError`` when none was found, with the keyword that stood in the way.
    public mutating func valid() throws(SamplingError) -> String {
        throw SamplingError(keyword: "", location: "", message: "not yet")
    }

    /// A document in which exactly one thing is broken.
    /// - Throws: ``SamplingError`` when none was found: every document may be valid, as with the schema `true`.
    public mutating func invalid() throws(SamplingError) -> Invalid {
        throw SamplingError(keyword: "", location: "", message: "not yet")
    }
}
