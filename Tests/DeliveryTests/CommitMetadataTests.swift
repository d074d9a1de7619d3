import Testing

@testable import Delivery

@Suite("Commit metadata (D7)") struct CommitMetadataTests {
    private func encode(_ runs: [(Int64, Int64)], offset: Int64 = 1_000, byteLimit: Int = 4096) -> String {
        var encoder = CommitMetadata.Encoder(byteLimit: byteLimit)
        for (unsettled, settled) in runs { encoder.add(unsettled: unsettled, settled: settled) }
        return encoder.finish(offset: offset)
    }

    @Test("Nothing ahead is the empty string, and the other way round")
    func empty() {
        #expect(encode([]) == "")
        #expect(CommitMetadata.decode("", offset: 5) == .settled([]))
    }

    @Test("The format stands: what an older version wrote must stay readable")
    func golden() {
        #expect(encode([(1, 2), (3, 1_000)]) == "penstock/1 Ui1BI7UBAgPoBw")
        #expect(encode([(1, 1), (1, 1), (1, 2), (2, 1)]) == "penstock/1 QvhsLBY1AQ")
        let content = CommitMetadata.decode("penstock/1 Ui1BI7UBAgPoBw", offset: 1_000)
        #expect(content == .settled([1_001..<1_003, 1_006..<2_006]))
    }

    @Test("Both forms say the same, and the shorter one is taken")
    func forms() {
        let runs: [(Int64, Int64)] = (0..<40).map { _ in (1, 1) }
        let bits = encode(runs)
        #expect(bits.utf8.count < 11 + 4 * (5 + 80) / 3)
        let expected = (0..<40).map { index in
            let start = Int64(1_001 + 2 * index)
            return start..<start + 1
        }
        #expect(CommitMetadata.decode(bits, offset: 1_000) == .settled(expected))
        let wide = encode([(1, 1), (1 << 40, 1 << 50)])
        let start = Int64(1_002) + Int64(1) << 40
        let far = start..<start + Int64(1) << 50
        #expect(CommitMetadata.decode(wide, offset: 1_000) == .settled([1_001..<1_002, far]))
    }

    @Test("It is printable ASCII")
    func printable() {
        let text = encode((1...50).map { (Int64($0), Int64($0 * $0 * 31)) })
        #expect(text.utf8.allSatisfy { (0x20...0x7E).contains($0) })
    }

    @Test(
        "Metadata of another client, version or offset, cut or changed, is ignored",
        arguments: [
            ("hello", CommitMetadata.Fault.foreign), ("{\"penstock/1 \":1}", .foreign),
            ("penstock/2 AAAA", .unsupportedVersion),
            ("penstock/1 ", .damaged), ("penstock/1 Ui1BI7UBAgPoB", .damaged), ("penstock/1 Ui1BI7UBAgPoBx", .damaged),
            ("penstock/1 Ui1BI7UBAgPpBw", .damaged), ("penstock/1 ä", .damaged),
            ("penstock/1 Ui1BI7UBAgPoBw==", .damaged),
        ])
    func ignored(text: String, fault: CommitMetadata.Fault) {
        #expect(CommitMetadata.decode(text, offset: 1_000) == .ignored(fault))
    }

    @Test("Metadata is bound to the offset that it was committed with")
    func bound() {
        let text = encode([(1, 2)])
        #expect(CommitMetadata.decode(text, offset: 1_000) == .settled([1_001..<1_003]))
        #expect(CommitMetadata.decode(text, offset: 1_001) == .ignored(.damaged))
    }

    @Test("A forged checksum over nonsense does no harm")
    func nonsense() {
        let bodies: [[UInt8]] = [
            [], [1], [0x80], [1, 0], Array(repeating: 0xFF, count: 12),
            [
                1, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F, 1, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
                0xFF, 0x7F,
            ],
        ]
        for body in bodies {
            for form in [CommitMetadata.runsForm, CommitMetadata.bitsForm, 0x41] {
                for offset in [Int64(0), .max, .max - 4] {
                    let data = [form] + CommitMetadata.checksum(offset: offset, form: form, body: body) + body
                    let content = CommitMetadata.decode(CommitMetadata.prefix + Base64.encode(data), offset: offset)
                    if case .settled(let ranges) = content {
                        #expect(ranges.allSatisfy { $0.lowerBound >= offset })
                    }
                }
            }
        }
    }

    @Test("Runs that do not fit are left out from the end: repeated, not lost", arguments: [0, 11, 16, 20, 30, 64])
    func truncated(byteLimit: Int) {
        let text = encode((0..<200).map { _ in (1_000, 1_000) }, byteLimit: byteLimit)
        #expect(text.isEmpty || text.utf8.count < byteLimit)
        guard case .settled(let ranges) = CommitMetadata.decode(text, offset: 1_000) else {
            Issue.record("cannot be read")
            return
        }
        for (index, range) in ranges.enumerated() {
            let start = Int64(2_000 + 2_000 * index)
            #expect(range == start..<start + 1_000)
        }
    }

    @Test("CRC-32C and base64 give the values of their specifications")
    func primitives() {
        var crc = CRC32C()
        for byte in "123456789".utf8 { crc.add(byte) }
        #expect(crc.value == 0xE306_9283)
        let pairs = [
            "": "", "f": "Zg", "fo": "Zm8", "foo": "Zm9v", "foob": "Zm9vYg", "fooba": "Zm9vYmE", "foobar": "Zm9vYmFy",
        ]
        for (plain, encoded) in pairs {
            #expect(Base64.encode(Array(plain.utf8)) == encoded)
            #expect(Base64.decode(encoded.utf8) == Array(plain.utf8))
        }
    }
}

@Suite("Room in the commit metadata (D7)") struct MetadataBudgetTests {
    @Test("What the budget admits fits, however it is settled", arguments: [20, 24, 48, 200, 4096])
    func admits(byteLimit: Int) {
        let budget = MetadataBudget(byteLimit: byteLimit)
        var generator = SplitMix64(seed: UInt64(byteLimit))
        var admitted = 0
        for _ in 0..<500 {
            let count = Int.random(in: 1...(byteLimit < 4096 ? 30 : 600), using: &generator)
            let most = [1, 3, 200, 100_000].randomElement(using: &generator) ?? 1
            let runs = (0..<count).map { _ in
                (
                    Int64.random(in: 1...Int64(most), using: &generator),
                    Int64.random(in: 1...Int64(most), using: &generator)
                )
            }
            let span = runs.reduce(Int64(0)) { $0 + $1.0 + $1.1 }
            guard budget.fits(span: span, runs: count) else { continue }
            admitted += 1
            var encoder = CommitMetadata.Encoder(byteLimit: byteLimit)
            for (unsettled, settled) in runs { encoder.add(unsettled: unsettled, settled: settled) }
            let text = encoder.finish(offset: 0)
            guard
                text.utf8.count < byteLimit,
                case .settled(let ranges) = CommitMetadata.decode(text, offset: 0), ranges.last?.upperBound == span
            else {
                Issue.record("\(count) runs over \(span) offsets became \(text.utf8.count) bytes")
                return
            }
        }
        #expect(admitted > 0)
    }

    @Test("4096 bytes have room for 24,000 offsets however mixed, and for far more where runs are few")
    func sizes() {
        let budget = MetadataBudget(byteLimit: 4096)
        #expect(budget.fits(span: 24_000, runs: 12_000))
        #expect(!budget.fits(span: 30_000, runs: 15_000))
        #expect(budget.fits(span: 10_000_000, runs: 300))
        #expect(!budget.fits(span: 10_000_000, runs: 3_000))
    }
}
