import TestKit
import Testing

extension Trait where Self == ConditionTrait {
    /// Skips the test, saying why, where the broker lacks what it needs.
    static func needs(_ need: BrokerAccess.Need) -> Self {
        .enabled(if: BrokerAccess.offers(need), Comment(rawValue: need.comment))
    }
}
