/// Makes the change events of a CRM: customers that are created, updated and deleted, and now and then an event that is
/// wrong. Pure: the same options give the same events.
///
/// The versions of a customer rise by one from event to event, defective events included: in the CRM the change has
/// happened, only its event is wrong. The first event of a customer is its creation, nothing follows its deletion.
public struct CustomerEventGenerator: Sendable {
    public struct Options: Sendable, Equatable {
        public var seed: UInt64
        /// How many customers live at one time at most. At least one.
        public var customers: Int
        /// The share of events with a defect, from 0 to 1.
        public var defectShare: Double
        /// The defects to choose from.
        public var defects: [EventDefect]
        /// The share of deletions among changes of customers that exist, from 0 to 1.
        public var deletionShare: Double
        /// The time of the first event, in milliseconds since 1970 UTC.
        public var start: Int64
        /// The CloudEvents source.
        public var source: String

        public init(
            seed: UInt64 = 1, customers: Int = 500, defectShare: Double = 0,
            defects: [EventDefect] = EventDefect.allCases, deletionShare: Double = 0.02,
            start: Int64 = 1_767_225_600_000, source: String = "/crm/eu"
        ) {
            self.seed = seed
            self.customers = customers
            self.defectShare = defectShare
            self.defects = defects
            self.deletionShare = deletionShare
            self.start = start
            self.source = source
        }
    }

    public let options: Options
    /// All customers so far, deleted ones too, in the order of their creation.
    public private(set) var customers: [Customer] = []
    /// The places of the living ones in `customers`.
    private var living: [Int] = []
    private var random: SeededGenerator
    private var time: Int64

    public init(_ options: Options = Options()) {
        self.options = options
        random = SeededGenerator(seed: options.seed)
        time = options.start
    }

    /// The next event. It never ends.
    public mutating func next() -> CustomerEvent {
        time += Int64(1 + random.below(2000))
        let defect =
            !options.defects.isEmpty && random.happens(options.defectShare) ? random.pick(options.defects) : nil
        let (change, customer) = nextChange()
        return CustomerEvent(
            id: nextIdentifier(), source: options.source, change: change, customer: customer, time: time, defect: defect
        )
    }

    /// The next events.
    public mutating func next(_ count: Int) -> [CustomerEvent] {
        (0..<max(count, 0)).map { _ in next() }
    }

    // MARK: Changes

    private mutating func nextChange() -> (CustomerEvent.Change, Customer) {
        let room = max(options.customers, 1) - living.count
        // The fewer customers there are, the more are created: all of them exist after a few events for each.
        if living.isEmpty || (room > 0 && random.below(3 * max(options.customers, 1)) < room + 1) {
            return (.created, create())
        }
        let place = random.below(living.count)
        let index = living[place]
        let isDeletion = random.happens(options.deletionShare)
        if isDeletion {
            living.swapAt(place, living.count - 1)
            living.removeLast()
            customers[index].isDeleted = true
        } else {
            change(index)
        }
        customers[index].version += 1
        customers[index].updatedAt = time
        return (isDeletion ? .deleted : .updated, customers[index])
    }

    private mutating func create() -> Customer {
        let first = random.pick(CustomerData.firstNames)
        let last = random.pick(CustomerData.lastNames)
        let number = customers.count + 1
        let customer = Customer(
            id: "CRM-" + padded(number, 6), firstName: first.written, lastName: last.written,
            email: "\(first.plain).\(last.plain)\(number)@\(random.pick(CustomerData.mailDomains))",
            address: nextAddress(), version: 1, updatedAt: time, isDeleted: false)
        living.append(customers.count)
        customers.append(customer)
        return customer
    }

    private mutating func change(_ index: Int) {
        switch random.below(10) {
        case 0..<5:
            customers[index].address = nextAddress()
        case 5..<8:
            let local = customers[index].email.prefix { $0 != "@" && $0 != "+" }
            let tag = customers[index].version + 1
            customers[index].email = "\(local)+\(tag)@\(random.pick(CustomerData.mailDomains))"
        default:
            customers[index].lastName = random.pick(CustomerData.lastNames).written
        }
    }

    private mutating func nextAddress() -> Customer.Address {
        let city = random.pick(CustomerData.cities)
        return Customer.Address(
            street: "\(1 + random.below(1999)) \(random.pick(CustomerData.streets))", city: city.name,
            state: city.state, zip: city.zipPrefix + padded(random.below(100), 2))
    }

    /// A UUID of version 4 (RFC 9562) from the generator.
    private mutating func nextIdentifier() -> String {
        let high = random.next() & 0xFFFF_FFFF_FFFF_0FFF | 0x4000
        let low = random.next() & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
        let digits = [high, low].map { word in
            let text = String(word, radix: 16)
            return String(repeating: "0", count: 16 - text.count) + text
        }.joined()
        var groups: [Substring] = []
        var rest = digits[...]
        for length in [8, 4, 4, 4, 12] {
            groups.append(rest.prefix(length))
            rest = rest.dropFirst(length)
        }
        return groups.joined(separator: "-")
    }

    private func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
