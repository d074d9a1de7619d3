import Testing

@testable import Delivery

@Suite("Instants, back-off and timers") struct TimingTests {
    @Test("Instants add durations and stop at the end of time")
    func instants() {
        let start = Instant(nanoseconds: 5)
        #expect(start + .milliseconds(2) == Instant(nanoseconds: 2_000_005))
        #expect((start + .seconds(1)) - start == .seconds(1))
        #expect(start + .seconds(Int64.max) == .distantFuture)
        #expect(Duration.seconds(-1).wholeNanoseconds == -1_000_000_000)
    }

    @Test("SplitMix64 gives the numbers of its reference implementation")
    func splitMix() {
        var generator = SplitMix64(seed: 1_234_567)
        #expect(generator.next() == 6_457_827_717_110_365_317)
        #expect(generator.next() == 3_203_168_211_198_807_973)
    }

    @Test("The back-off's bound doubles up to the maximum (D5)")
    func ceilings() {
        let backOff = BackOff(initial: .milliseconds(100), maximum: .seconds(1))
        let ceilings = [0, 1, 2, 3, 4, 5, 6, 63, 64, 65_535].map { backOff.ceiling(attempts: $0) / 1_000_000 }
        #expect(ceilings == [100, 100, 200, 400, 800, 1_000, 1_000, 1_000, 1_000, 1_000])
    }

    @Test("Full jitter: waiting times are spread over the whole of the bound (D5)")
    func jitter() {
        let backOff = BackOff(initial: .milliseconds(100), maximum: .seconds(1))
        var generator = SplitMix64(seed: 1)
        let delays = (0..<1_000).map { _ in backOff.delay(attempts: 3, using: &generator) }
        #expect(delays.allSatisfy { (0...400_000_000).contains($0) })
        for quarter in 0..<4 {
            let range = Int64(quarter) * 100_000_000..<Int64(quarter + 1) * 100_000_000
            #expect(delays.count { range.contains($0) } > 200)
        }
    }

    @Test("Timers fire in the order of their deadlines; a cancelled one leaves nothing behind")
    func timers() {
        var timers = EventTimers()
        var model: [Slot: Int64] = [:]
        for _ in 0..<200 { timers.addSlot() }
        var generator = SplitMix64(seed: 3)
        for round in 0..<20 {
            for slot in Slot(0)..<200 where model[slot] == nil && Bool.random(using: &generator) {
                let deadline = Int64.random(in: 0..<1_000, using: &generator) + Int64(round) * 100
                timers.set(slot, at: Instant(nanoseconds: deadline))
                model[slot] = deadline
            }
            for slot in Slot(0)..<200 where Int.random(in: 0..<4, using: &generator) == 0 {
                timers.cancel(slot)
                model[slot] = nil
            }
            #expect(timers.count == model.count)
            #expect(timers.earliest?.nanoseconds == model.values.min())
            let now = Int64(round) * 100 + 400
            var last = Int64.min
            while let slot = timers.popDue(at: Instant(nanoseconds: now)) {
                let deadline = model.removeValue(forKey: slot) ?? .max
                #expect(last <= deadline && deadline <= now)
                last = deadline
            }
            #expect(model.values.allSatisfy { $0 > now })
        }
    }
}
