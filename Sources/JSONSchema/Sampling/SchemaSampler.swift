import JSON

/// Makes random documents of a schema: valid ones, and ones in which exactly one thing is broken.
///
/// The same schema and seed give the same documents on every platform. Every document that is given as valid has been
/// validated, every one that is given as invalid has been refused.
///
/// The schema is used for validating, so that it belongs to the same thread as the sampler and its copies.
public struct SchemaSampler {
    /// How large the documents may become.
    public struct Limits: Hashable, Sendable {
        /// Levels of nesting at which only what is required is still made.
        public var depth: Int
        /// Elements of an array beyond what the schema asks for; objects get up to four times as many members that
        /// need not be there.
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
        /// The keyword that refuses it, such as `maxLength`; where a schema is `false`, the keyword that holds it.
        public var keyword: String { failure.keyword }
        /// The place in the document that is refused, as a JSON Pointer.
        public var instanceLocation: String { failure.instanceLocation }
        /// What the schema says of it.
        public let failure: ValidationFailure
    }

    private let schema: Schema
    private let generator: Generator

    /// - Parameters:
    ///   - schema: what documents are made of.
    ///   - seed: chooses the documents.
    public init(_ schema: Schema, seed: UInt64, limits: Limits = Limits()) {
        self.schema = schema
        generator = Generator(schema, seed: seed, limits: limits)
    }

    /// Each time a further valid document, as JSON text.
    /// - Throws: ``SamplingError`` when none was found, with the keyword that stood in the way.
    public mutating func valid() throws(SamplingError) -> String {
        Explainer.text(try validValue())
    }

    /// Each time a further document in which exactly one thing is broken.
    /// - Throws: ``SamplingError`` when none was found: every document may be valid, as with the schema `true`.
    public mutating func invalid() throws(SamplingError) -> Invalid {
        let breaker = Breaker(generator)
        for attempt in 0..<generator.limits.attempts {
            // A schema that nothing satisfies refuses any document.
            guard let value = attempt < 4 ? try? validValue() : try validValue() else { continue }
            guard let broken = breaker.breakOne(of: value), let failure = failure(of: broken) else { continue }
            return Invalid(document: Explainer.text(broken), failure: failure)
        }
        throw SamplingError(
            keyword: "", location: generator.rootLocation,
            message: "no document was found in which exactly one thing is broken")
    }

    private func validValue() throws(SamplingError) -> Value {
        var refusal: ValidationFailure?
        for _ in 0..<generator.limits.attempts {
            generator.begin()
            guard let value = generator.document() else { continue }
            guard let failure = schema.validate(value) else { return value }
            refusal = failure.mostSpecific
        }
        throw generator.obstacle
            ?? SamplingError(
                keyword: refusal?.keyword ?? "", location: refusal?.absoluteKeywordLocation ?? generator.rootLocation,
                message: refusal.map { "documents were made, but each \($0.message)" }
                    ?? "no document was found; there may be none")
    }

    /// The one thing that is wrong with a value; `nil` if it is valid, or more than one is wrong.
    private func failure(of value: Value) -> ValidationFailure? {
        guard let failure = schema.validate(value)?.condensed, !failure.keyword.isEmpty else { return nil }
        return failure
    }
}
