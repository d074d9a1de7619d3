import Crypto
import JSON

/// The deterministic name of an effect (D3): a UUIDv5 of flow, step, event source and event id.
///
/// The same event gives the same key on every retry, restart and replay, whatever worker runs it. RFC 9562, section 5.5; the name
/// is the four parts in UTF-8, each behind its length as four bytes, most significant first.
public struct IdempotencyKey: Sendable {
    /// The namespace of all keys of Penstock: UUIDv5 of the DNS namespace and `penstock.idempotency`.
    public static let namespace: [UInt8] = [
        0xf3, 0x08, 0x99, 0x2e, 0xf1, 0xdf, 0x5f, 0x73, 0xb6, 0x93, 0xbb, 0x75, 0x98, 0x59, 0x85, 0xea,
    ]

    /// A hash that has taken in what all keys of one step share, so that an event adds only its own identity.
    private let prefix: Insecure.SHA1

    /// - Parameters:
    ///   - flow: the flow's name.
    ///   - step: the step's name.
    ///   - replay: the name of a replay whose effects are new ones; it follows the step, behind the part `replay`.
    public init(flow: String, step: String, replay: String? = nil) {
        var hash = Insecure.SHA1()
        hash.update(data: IdempotencyKey.namespace)
        for part in [flow, step] + (replay.map { ["replay", $0] } ?? []) {
            // A length before each part, so that no two lists of parts run together to the same bytes.
            IdempotencyKey.addLength(of: part.utf8.count, to: &hash)
            hash.update(data: Array(part.utf8))
        }
        prefix = hash
    }

    /// The key's text, 36 characters, for the event with this identity.
    public func text(source: UnsafeRawBufferPointer, id: UnsafeRawBufferPointer) -> String {
        var hash = prefix
        // At once, because each update has its own price.
        withUnsafeTemporaryAllocation(byteCount: source.count + id.count + 8, alignment: 1) { name in
            var end = 0
            for part in [source, id] {
                name.storeBytes(
                    of: UInt32(truncatingIfNeeded: part.count).bigEndian, toByteOffset: end, as: UInt32.self)
                UnsafeMutableRawBufferPointer(rebasing: name[(end + 4)...]).copyMemory(from: part)
                end += 4 + part.count
            }
            hash.update(bufferPointer: UnsafeRawBufferPointer(name))
        }
        return hash.finalize().withUnsafeBytes { digest in
            String(unsafeUninitializedCapacity: 36) { IdempotencyKey.write(digest, into: $0) }
        }
    }

    private static func addLength(of count: Int, to hash: inout Insecure.SHA1) {
        withUnsafeBytes(of: UInt32(truncatingIfNeeded: count).bigEndian) { hash.update(bufferPointer: $0) }
    }

    /// Writes the first 16 bytes of a digest as a UUID of version 5, in the RFC's variant.
    private static func write(_ digest: UnsafeRawBufferPointer, into text: UnsafeMutableBufferPointer<UInt8>) -> Int {
        var end = 0
        for index in 0..<16 {
            if index == 4 || index == 6 || index == 8 || index == 10 {
                text[end] = UInt8(ascii: "-")
                end += 1
            }
            var byte = digest[index]
            if index == 6 { byte = byte & 0x0f | 0x50 }
            if index == 8 { byte = byte & 0x3f | 0x80 }
            text[end] = hexadecimal(byte >> 4)
            text[end + 1] = hexadecimal(byte & 15)
            end += 2
        }
        return end
    }

    private static func hexadecimal(_ digit: UInt8) -> UInt8 {
        digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
    }
}
