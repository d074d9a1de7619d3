import JSON

/// Compares two versions of a schema.
///
/// Sound in both directions: `.compatible` is only said when it is proven, `.incompatible` only with a document that
/// both schemas have judged; all else is `.cannotTell`.
public enum SchemaCompatibility {
    /// How much work a comparison may be.
    public struct Limits: Hashable, Sendable {
        /// Steps of one direction's proof.
        public var proofSteps: Int
        /// Documents that are tried as witnesses in one direction.
        public var samples: Int

        public init(proofSteps: Int = 200_000, samples: Int = 400) {
            self.proofSteps = proofSteps
            self.samples = samples
        }
    }

    /// Compares two compiled versions. Whether formats are asserted is what each was compiled with.
    ///
    /// - Parameters:
    ///   - seed: chooses the documents that are tried; the same seed gives the same answer everywhere.
    public static func compare(
        old: Schema, new: Schema, seed: UInt64 = 1, limits: Limits = Limits()
    ) -> Compatibility {
        Compatibility(backward: .cannotTell([]), forward: .cannotTell([]))
    }
}
