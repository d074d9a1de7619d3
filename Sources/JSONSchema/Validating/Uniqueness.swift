import JSON

extension Machine {
    /// Up to this many elements are compared each with each.
    private static let pairwiseLimit = 12

    func hasUniqueElements(_ elements: UnsafeBufferPointer<Value>) -> Bool {
        elements.count <= Self.pairwiseLimit ? firstRepetitionPairwise(elements) == nil : isHashedUnique(elements)
    }

    /// The first element that equals an earlier one.
    func firstRepetitionPairwise(_ elements: UnsafeBufferPointer<Value>) -> Int? {
        for later in elements.indices {
            for earlier in 0..<later where elements[earlier].isEqual(to: elements[later]) { return later }
        }
        return nil
    }

    /// Takes time in proportion to the elements, whatever they are: a sender cannot make an array slow to check.
    private func isHashedUnique(_ elements: UnsafeBufferPointer<Value>) -> Bool {
        let slotCount = 1 << (Int.bitWidth - (elements.count * 2 - 1).leadingZeroBitCount)
        let slots = scratch.pointee.takeHashes(slotCount)
        slots.update(repeating: 0, count: slotCount)
        for (position, element) in elements.enumerated() {
            let hash = Self.hash(element)
            var slot = Int(truncatingIfNeeded: hash) & (slotCount - 1)
            // A slot is the upper half of a hash above the element's position plus one.
            while slots[slot] != 0 {
                if slots[slot] >> 32 == hash >> 32,
                    elements[Int(slots[slot] & 0xFFFF_FFFF) - 1].isEqual(to: element)
                {
                    return false
                }
                slot = (slot + 1) & (slotCount - 1)
            }
            slots[slot] = (hash >> 32) << 32 | UInt64(position + 1)
        }
        return true
    }

    /// A hash that equal values share: numbers by what they are worth, objects whatever their order.
    private static func hash(_ value: Value) -> UInt64 {
        var hasher = Hasher()
        hasher.combine(value.isTruthy ? value.kind.rawValue : value.kind.rawValue &+ 16)
        switch value.kind {
        case .null, .false, .true: break
        case .number:
            // Equal decimals have the same nearest double; 0 and -0 are equal.
            let double = value.double ?? 0
            hasher.combine(double == 0 ? 0 : double.bitPattern)
        case .string:
            hasher.combine(bytes: value.bytes)
        case .array:
            for element in value.elements { hasher.combine(hash(element)) }
        case .object:
            var sum: UInt64 = 0
            for member in value.members {
                var pair = Hasher()
                pair.combine(bytes: member.key.bytes)
                pair.combine(hash(member.value))
                sum &+= UInt64(bitPattern: Int64(pair.finalize()))
            }
            hasher.combine(sum)
        }
        return UInt64(bitPattern: Int64(hasher.finalize()))
    }
}
