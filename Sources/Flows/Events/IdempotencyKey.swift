import Crypto
import JSON
import Receipts

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
    ///   - round: names a replay or repair whose effects are to be new ones; `nil`: they are those of the event.
    public init(flow: String, step: String, round: String? = nil) {
        var hash = Insecure.SHA1()
        hash.update(data: IdempotencyKey.namespace)
        for part in [flow, step] + [round].compactMap(\.self) {
            // A length before each part, so that no two lists of parts run together to the same bytes.
            IdempotencyKey.addLength(of: part.utf8.count, to: &hash)
            hash.update(data: Array(part.utf8))
        }
        prefix = hash
    }

    /// The key's text, 36 characters, for the event with this identity.
    public func text(source: UnsafeRawBufferPointer, id: UnsafeRawBufferPointer, round: Int = 0) -> String {
        effect(source: source, id: id, round: round).description
    }

    /// The name of the effect for the event with this identity, whose text is the key.
    ///
    /// - Parameter round: how often the event has begun anew behind what was undone. A part of the name from 1 on, so
    ///   that a system does not answer for what it was told to undo.
    public func effect(source: UnsafeRawBufferPointer, id: UnsafeRawBufferPointer, round: Int = 0) -> EffectID {
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
        if round > 0 {
            let text = Array(String(round).utf8)
            IdempotencyKey.addLength(of: text.count, to: &hash)
            hash.update(data: text)
        }
        return hash.finalize().withUnsafeBytes { EffectID(version5: $0) }
    }

    /// The name of a call with several effects: a UUIDv5 of their keys in the call's order, each behind its length. The
    /// same events in the same order give the same name.
    static func text(ofBatch keys: [String]) -> String {
        var hash = Insecure.SHA1()
        hash.update(data: IdempotencyKey.namespace)
        for var key in keys {
            addLength(of: key.utf8.count, to: &hash)
            key.withUTF8 { hash.update(bufferPointer: UnsafeRawBufferPointer($0)) }
        }
        return hash.finalize().withUnsafeBytes { EffectID(version5: $0) }.description
    }

    private static func addLength(of count: Int, to hash: inout Insecure.SHA1) {
        withUnsafeBytes(of: UInt32(truncatingIfNeeded: count).bigEndian) { hash.update(bufferPointer: $0) }
    }
}

extension EffectID {
    /// The first 16 bytes of a digest as a UUID of version 5, in the RFC's variant.
    fileprivate init(version5 digest: UnsafeRawBufferPointer) {
        let high = UInt64(bigEndian: digest.loadUnaligned(as: UInt64.self))
        let low = UInt64(bigEndian: digest.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        self.init(high: high & 0xffff_ffff_ffff_0fff | 0x5000, low: low & (1 << 62 - 1) | 1 << 63)
    }
}
