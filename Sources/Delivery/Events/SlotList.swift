/// The position of an event in the core's tables.
typealias Slot = UInt32

extension Slot {
    /// No slot.
    static let none = Slot.max
}

/// The two ends of a list that runs through `SlotLinks`.
struct SlotList: Sendable {
    var first = Slot.none
    var last = Slot.none

    var isEmpty: Bool { first == .none }
}

/// Links of doubly linked lists over slots. A slot is in one list at most; joining and leaving allocate nothing.
struct SlotLinks: Sendable {
    private struct Link {
        var previous = Slot.none
        var next = Slot.none
    }

    private var links: [Link] = []

    init(slots: Int = 0) {
        links.reserveCapacity(slots)
    }

    /// Makes room for one more slot at the end.
    mutating func addSlot() {
        links.append(Link())
    }

    func next(_ slot: Slot) -> Slot {
        links[Int(slot)].next
    }

    func previous(_ slot: Slot) -> Slot {
        links[Int(slot)].previous
    }

    mutating func append(_ slot: Slot, to list: inout SlotList) {
        links[Int(slot)] = Link(previous: list.last, next: .none)
        if list.last == .none {
            list.first = slot
        } else {
            links[Int(list.last)].next = slot
        }
        list.last = slot
    }

    mutating func prepend(_ slot: Slot, to list: inout SlotList) {
        links[Int(slot)] = Link(previous: .none, next: list.first)
        if list.first == .none {
            list.last = slot
        } else {
            links[Int(list.first)].previous = slot
        }
        list.first = slot
    }

    mutating func remove(_ slot: Slot, from list: inout SlotList) {
        let link = links[Int(slot)]
        if link.previous == .none {
            list.first = link.next
        } else {
            links[Int(link.previous)].next = link.next
        }
        if link.next == .none {
            list.last = link.previous
        } else {
            links[Int(link.next)].previous = link.previous
        }
    }
}
