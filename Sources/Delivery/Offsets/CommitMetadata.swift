/// The metadata of a commit: which offsets beyond the committed one are settled (D7).
///
/// Text form: `penstock/1 ` and base64 (RFC 4648, no padding) of
///
///     form      1 byte    0x52 "R": runs, 0x42 "B": bits
///     checksum  4 bytes   CRC-32C, little-endian, of the committed offset (8 bytes, little-endian), form and body
///     body      "R": unsigned LEB128 numbers, in turn the length of an unsettled and of a settled run of offsets,
///                    beginning at the committed offset
///               "B": a bit for each offset beyond the committed one, lowest bit first: settled or not
///
/// whichever is shorter. Nothing settled beyond the offset: the empty string. The checksum covers the offset, so that
/// metadata next to another offset than the one it was committed with is never believed.
public enum CommitMetadata {
    static let mark = "penstock/"
    static let prefix = "penstock/1 "
    static let runsForm: UInt8 = 0x52
    static let bitsForm: UInt8 = 0x42
    /// Form and checksum.
    static let headByteCount = 5

    /// Why metadata was not used.
    public enum Fault: UInt8, Hashable, Sendable {
        /// Written by another client.
        case foreign
        /// Written by another version of this format.
        case unsupportedVersion
        /// Cut, changed, or written for another offset.
        case damaged
    }

    enum Content: Equatable {
        /// Settled ranges of offsets beyond the committed one: ascending, apart, not empty.
        case settled([Range<Int64>])
        case ignored(Fault)
    }

    /// The bytes that a body may have so that the text stays under `byteLimit` characters; at least 0.
    static func bodyLimit(byteLimit: Int) -> Int {
        let characters = max(0, byteLimit - 1 - prefix.utf8.count)
        return max(0, characters / 4 * 3 + [0, 0, 1, 2][characters % 4] - headByteCount)
    }

    /// Reads what was committed with `offset`.
    static func decode(_ text: String, offset: Int64) -> Content {
        let bytes = Array(text.utf8)
        if bytes.isEmpty { return .settled([]) }
        guard bytes.starts(with: mark.utf8) else { return .ignored(.foreign) }
        guard bytes.starts(with: prefix.utf8) else { return .ignored(.unsupportedVersion) }
        guard
            let data = Base64.decode(bytes[prefix.utf8.count...]), data.count > headByteCount,
            checksum(offset: offset, form: data[0], body: data[headByteCount...]) == Array(data[1..<headByteCount])
        else { return .ignored(.damaged) }
        let body = data[headByteCount...]
        let ranges: [Range<Int64>]?
        switch data[0] {
        case runsForm: ranges = decodeRuns(body, offset: offset)
        case bitsForm: ranges = decodeBits(body, offset: offset)
        default: ranges = nil
        }
        return ranges.map(Content.settled) ?? .ignored(.damaged)
    }

    private static func decodeRuns(_ body: ArraySlice<UInt8>, offset: Int64) -> [Range<Int64>]? {
        var ranges: [Range<Int64>] = []
        var cursor = offset
        var rest = body
        while !rest.isEmpty {
            guard
                let unsettled = popNumber(&rest), let settled = popNumber(&rest), settled > 0,
                case let (start, carried) = cursor.addingReportingOverflow(unsettled), !carried,
                case let (end, overflow) = start.addingReportingOverflow(settled), !overflow
            else { return nil }
            append(start..<end, to: &ranges)
            cursor = end
        }
        return ranges
    }

    private static func decodeBits(_ body: ArraySlice<UInt8>, offset: Int64) -> [Range<Int64>]? {
        guard offset <= .max - 8 * Int64(body.count) - 1 else { return nil }
        var ranges: [Range<Int64>] = []
        var cursor = offset + 1
        for byte in body {
            for bit in 0..<8 where byte >> UInt8(bit) & 1 == 1 {
                append(cursor + Int64(bit)..<cursor + Int64(bit) + 1, to: &ranges)
            }
            cursor += 8
        }
        return ranges
    }

    private static func append(_ range: Range<Int64>, to ranges: inout [Range<Int64>]) {
        if let last = ranges.last, last.upperBound == range.lowerBound {
            ranges[ranges.count - 1] = last.lowerBound..<range.upperBound
        } else {
            ranges.append(range)
        }
    }

    private static func popNumber(_ bytes: inout ArraySlice<UInt8>) -> Int64? {
        var number: UInt64 = 0
        var shift: UInt64 = 0
        while let byte = bytes.popFirst() {
            guard shift < 63 else { return nil }
            number |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return Int64(exactly: number) }
            shift += 7
        }
        return nil
    }

    static func checksum(offset: Int64, form: UInt8, body: some Sequence<UInt8>) -> [UInt8] {
        var crc = CRC32C()
        for shift in stride(from: 0, to: 64, by: 8) {
            crc.add(UInt8(truncatingIfNeeded: offset >> Int64(shift)))
        }
        crc.add(form)
        for byte in body { crc.add(byte) }
        return [0, 8, 16, 24].map { UInt8(truncatingIfNeeded: crc.value >> UInt32($0)) }
    }
}
