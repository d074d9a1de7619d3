import Testing

@testable import Delivery

@Suite("Order per key (D2)") struct KeyQueuesTests {
    private func queues(_ slots: Int) -> KeyQueues {
        var queues = KeyQueues()
        for _ in 0..<slots { queues.addSlot() }
        return queues
    }

    @Test("Only the first of a key may run; the next follows when it is gone")
    func order() {
        var queues = queues(4)
        #expect(queues.append(0, key: 7) == true)
        #expect(queues.append(1, key: 7) == false)
        #expect(queues.append(2, key: 7) == false)
        #expect(queues.append(3, key: 8) == true)
        #expect(queues.count == 2)
        #expect(queues.remove(0, key: 7) == 1)
        #expect(queues.remove(2, key: 7) == .none)
        #expect(queues.remove(1, key: 7) == .none)
        #expect(queues.count == 1)
    }

    @Test("The table agrees with a dictionary of arrays through growth, collisions and removals from the middle")
    func model() {
        let slotCount = 600
        var queues = queues(slotCount)
        var model: [UInt64: [Slot]] = [:]
        var keys: [Slot: UInt64] = [:]
        var generator = SplitMix64(seed: 11)
        var mistakes = 0
        for _ in 0..<20_000 {
            let slot = Slot.random(in: 0..<Slot(slotCount), using: &generator)
            if let key = keys.removeValue(forKey: slot) {
                let wasFirst = model[key]?.first == slot
                model[key]?.removeAll { $0 == slot }
                let expected = wasFirst ? model[key]?.first ?? .none : .none
                if queues.remove(slot, key: key) != expected { mistakes += 1 }
                if model[key]?.isEmpty == true { model[key] = nil }
            } else {
                let key = UInt64.random(in: 0..<300, using: &generator)
                if queues.append(slot, key: key) != (model[key] == nil) { mistakes += 1 }
                model[key, default: []].append(slot)
                keys[slot] = key
            }
            if queues.count != model.count { mistakes += 1 }
        }
        #expect(mistakes == 0)
    }
}
