extension CommitMetadata {
    /// Writes metadata from runs of offsets; reused from commit to commit.
    struct Encoder: Sendable {
        private let bodyLimit: Int
        private var runs: [(unsettled: Int64, settled: Int64)] = []

        init(byteLimit: Int) {
            bodyLimit = CommitMetadata.bodyLimit(byteLimit: byteLimit)
        }

        /// Adds an unsettled and the settled run behind it; the first begins at the committed offset. `settled` > 0.
        mutating func add(unsettled: Int64, settled: Int64) {
            if unsettled == 0, let last = runs.indices.last {
                runs[last].settled += settled
            } else {
                runs.append((unsettled, settled))
            }
        }

        /// The metadata to commit with `offset`; forgets the runs.
        ///
        /// Should the runs not fit (`MetadataBudget` sees to it that they do), the last ones are left out: what they
        /// say is then repeated after a restart, and nothing is lost.
        mutating func finish(offset: Int64) -> String {
            defer { runs.removeAll(keepingCapacity: true) }
            var length = runByteCount
            while length > bodyLimit, bitByteCount > bodyLimit, let last = runs.popLast() {
                length -= Encoder.byteCount(last.unsettled) + Encoder.byteCount(last.settled)
            }
            guard !runs.isEmpty else { return "" }
            let useBits = bitByteCount < length
            let form = useBits ? CommitMetadata.bitsForm : CommitMetadata.runsForm
            let body = useBits ? bits() : numbers()
            let checksum = CommitMetadata.checksum(offset: offset, form: form, body: body)
            return CommitMetadata.prefix + Base64.encode([form] + checksum + body)
        }

        private var runByteCount: Int {
            runs.reduce(0) { $0 + Encoder.byteCount($1.unsettled) + Encoder.byteCount($1.settled) }
        }

        /// Bytes of the bit form; `Int.max` where it cannot say it, because the first run is empty.
        private var bitByteCount: Int {
            guard let first = runs.first, first.unsettled > 0 else { return .max }
            let span = runs.reduce(Int64(-1)) { $0 + $1.unsettled + $1.settled }
            return Int((span + 7) / 8)
        }

        private func numbers() -> [UInt8] {
            var bytes: [UInt8] = []
            for run in runs {
                Encoder.append(run.unsettled, to: &bytes)
                Encoder.append(run.settled, to: &bytes)
            }
            return bytes
        }

        private func bits() -> [UInt8] {
            var bytes = [UInt8](repeating: 0, count: bitByteCount)
            var cursor = -1
            for run in runs {
                cursor += Int(run.unsettled)
                for bit in cursor..<cursor + Int(run.settled) {
                    bytes[bit / 8] |= 1 << UInt8(bit % 8)
                }
                cursor += Int(run.settled)
            }
            return bytes
        }

        private static func append(_ number: Int64, to bytes: inout [UInt8]) {
            var rest = UInt64(number)
            while rest >= 0x80 {
                bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
                rest >>= 7
            }
            bytes.append(UInt8(rest))
        }

        static func byteCount(_ number: Int64) -> Int {
            max(1, (64 - number.leadingZeroBitCount + 6) / 7)
        }
    }
}
