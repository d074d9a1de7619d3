/// A fixed number of calls at once.
struct ConcurrencyLimit: Sendable {
    let limit: Int
    private(set) var inFlight = 0

    init(_ limit: Int) {
        self.limit = max(1, limit)
    }

    var free: Int { limit - inFlight }

    mutating func take() {
        inFlight += 1
    }

    mutating func giveBack() {
        inFlight -= 1
    }
}
