import Testing

@testable import Delivery

/// A tracker with its pool, driven by offsets.
private struct Tracked {
    var tracker: OffsetTracker
    var pool = OffsetPool()
    var slots: [Int64: Slot] = [:]
    private var next: Slot = 0

    init(position: Int64? = nil, settledAhead: [Range<Int64>] = []) {
        tracker = OffsetTracker(position: position, settledAhead: settledAhead)
    }

    @discardableResult
    mutating func fetch(_ offset: Int64) -> OffsetTracker.Admission {
        pool.addSlot()
        defer { next += 1 }
        let admission = tracker.fetched(offset, as: next, in: &pool)
        if admission == .tracked { slots[offset] = next }
        return admission
    }

    @discardableResult
    mutating func settle(_ offset: Int64) -> Bool {
        slots.removeValue(forKey: offset).map { tracker.settle($0, in: &pool) } ?? false
    }

    var watermark: Int64? { tracker.watermark(in: pool) }

    func metadata(byteLimit: Int = 4096) -> String {
        var encoder = CommitMetadata.Encoder(byteLimit: byteLimit)
        tracker.describe(in: pool, to: &encoder)
        return encoder.finish(offset: watermark ?? 0)
    }

    var ahead: [Range<Int64>] {
        guard let watermark, case .settled(let ranges) = CommitMetadata.decode(metadata(), offset: watermark) else {
            return []
        }
        return ranges
    }
}

@Suite("Offsets (D1, D7)") struct OffsetTrackerTests {
    @Test("Nothing is known before the first record, unless a position is committed")
    func start() {
        #expect(Tracked().watermark == nil)
        #expect(Tracked(position: 40).watermark == 40)
    }

    @Test("The watermark follows what is settled without a hole, across gaps in the offsets")
    func watermark() {
        var tracked = Tracked()
        for offset: Int64 in [5, 6, 9, 20] { tracked.fetch(offset) }
        #expect(tracked.watermark == 5)
        #expect(tracked.settle(6) == false)
        #expect(tracked.watermark == 5)
        #expect(tracked.settle(5) == true)
        #expect(tracked.watermark == 9)
        tracked.settle(20)
        #expect(tracked.watermark == 9)
        tracked.settle(9)
        #expect(tracked.watermark == 21)
    }

    @Test("What is settled beyond the watermark is told with the gaps between")
    func ahead() {
        var tracked = Tracked()
        for offset: Int64 in [0, 1, 2, 10, 11, 12] { tracked.fetch(offset) }
        tracked.settle(1)
        #expect(tracked.ahead == [1..<2])
        tracked.settle(2)
        // The gap 3...9 is not in it: it may be wide, and nothing behind it is settled.
        #expect(tracked.ahead == [1..<3])
        tracked.settle(10)
        #expect(tracked.ahead == [1..<11])
        tracked.settle(12)
        #expect(tracked.ahead == [1..<11, 12..<13])
        tracked.settle(0)
        #expect(tracked.watermark == 11)
        #expect(tracked.ahead == [12..<13])
    }

    @Test("A record is taken once; a lower offset is a repetition")
    func repeated() {
        var tracked = Tracked(position: 3)
        #expect(tracked.fetch(2) == .repeated)
        #expect(tracked.fetch(3) == .tracked)
        #expect(tracked.fetch(3) == .repeated)
        #expect(tracked.fetch(4) == .tracked)
    }

    @Test(
        "What an earlier assignment settled is not taken again, and is passed on until it is behind the watermark (D7)")
    func inherited() {
        var tracked = Tracked(position: 100, settledAhead: [102..<104, 110..<120])
        #expect(tracked.ahead == [102..<104, 110..<120])
        #expect(tracked.fetch(100) == .tracked)
        #expect(tracked.fetch(101) == .tracked)
        tracked.settle(101)
        #expect(tracked.watermark == 100)
        #expect(tracked.ahead == [101..<104, 110..<120])
        #expect(tracked.fetch(102) == .settledBefore)
        #expect(tracked.fetch(103) == .settledBefore)
        #expect(tracked.fetch(104) == .tracked)
        tracked.settle(100)
        #expect(tracked.watermark == 104)
        #expect(tracked.ahead == [110..<120])
        #expect(tracked.fetch(115) == .settledBefore)
        #expect(tracked.fetch(121) == .tracked)
        tracked.settle(104)
        #expect(tracked.watermark == 121)
        #expect(tracked.ahead == [])
    }

    @Test("Inside a run that was settled before, the watermark stands at its end, and the metadata still fits")
    func insideInherited() {
        var tracked = Tracked(position: 730, settledAhead: [731..<734, 735..<736, 737..<762])
        tracked.fetch(730)
        tracked.settle(730)
        #expect(tracked.watermark == 734)
        #expect(tracked.fetch(731) == .settledBefore)
        #expect(tracked.watermark == 734)
        #expect(tracked.ahead == [735..<736, 737..<762])
        // As bits it takes 28; as runs it would not fit in 24 characters.
        #expect(tracked.metadata(byteLimit: 24) == tracked.metadata())
    }

    @Test("Random histories agree with a set of offsets, restarts included")
    func model() {
        var generator = SplitMix64(seed: 5)
        for _ in 0..<25 {
            var settled: Set<Int64> = []
            var log: [Int64] = []
            var offset: Int64 = 0
            for _ in 0..<80 {
                offset += Int64.random(in: 1...3, using: &generator)
                log.append(offset)
            }
            var position: Int64?
            var inherited: [Range<Int64>] = []
            for _ in 0..<4 {
                var tracked = Tracked(position: position, settledAhead: inherited)
                let count = Int.random(in: 0...80, using: &generator)
                for offset in log.prefix(count) where offset >= position ?? 0 {
                    #expect((tracked.fetch(offset) == .settledBefore) == settled.contains(offset))
                    if let victim = tracked.slots.keys.sorted().randomElement(using: &generator),
                        Bool.random(using: &generator)
                    {
                        tracked.settle(victim)
                        settled.insert(victim)
                    }
                    let watermark = tracked.watermark ?? 0
                    if let holder = log.first(where: { !settled.contains($0) && $0 <= offset }) {
                        #expect(watermark == holder)
                    } else {
                        #expect(watermark > offset && log.allSatisfy { $0 >= watermark || settled.contains($0) })
                    }
                }
                guard let watermark = tracked.watermark else { continue }
                position = watermark
                inherited = tracked.ahead
                for offset in log where offset >= watermark {
                    #expect(inherited.contains { $0.contains(offset) } == settled.contains(offset))
                }
            }
        }
    }

    @Test("The count of runs, which the budget relies on, is never too small")
    func runs() {
        var generator = SplitMix64(seed: 8)
        var tracked = Tracked()
        for offset: Int64 in 0..<400 {
            tracked.fetch(offset)
            if let victim = tracked.slots.keys.sorted().randomElement(using: &generator) { tracked.settle(victim) }
            #expect(tracked.tracker.runCount >= tracked.ahead.count)
        }
    }
}
