import JSON

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

// Appended to buffers that are used again: an effect each is written, and no JSON tree is built for it.

extension StateRecord {
    /// Appends the record key of an effect's receipt.
    public static func writeKey(of effect: EffectID, to buffer: ByteBuffer) {
        buffer.append(effectPrefix)
        effect.write(to: buffer)
    }

    /// Appends the record key of an order key's state.
    public static func writeKey(ofState key: UnsafeRawBufferPointer, to buffer: ByteBuffer) {
        buffer.append(keyPrefix)
        buffer.append(key)
    }

    /// Appends the record key of an order key's state.
    public static func writeKey(ofState key: [UInt8], to buffer: ByteBuffer) {
        key.withUnsafeBytes { writeKey(ofState: $0, to: buffer) }
    }

    /// Writes a receipt's record. Both buffers are emptied first.
    public static func encode(_ receipt: Receipt, key: ByteBuffer, value: ByteBuffer) {
        key.removeAll()
        value.removeAll()
        writeKey(of: receipt.effect, to: key)
        receipt.write(to: value)
    }

    /// Writes the record of an order key's state. Both buffers are emptied first.
    public static func encode(_ state: KeyState, of orderKey: [UInt8], key: ByteBuffer, value: ByteBuffer) {
        key.removeAll()
        value.removeAll()
        writeKey(ofState: orderKey, to: key)
        state.write(to: value)
    }
}

extension Receipt {
    /// Appends the value of the receipt's record.
    public func write(to buffer: ByteBuffer) {
        withParts { $0.write(to: buffer) }
    }

    func withParts(_ body: (ReceiptParts) -> Void) {
        var (source, id) = (eventSource, eventID)
        source.withUTF8 { source in
            id.withUTF8 { id in
                let (source, id) = (UnsafeRawBufferPointer(source), UnsafeRawBufferPointer(id))
                guard let key else { return body(parts(source, id, key: nil)) }
                key.withUnsafeBytes { body(parts(source, id, key: $0)) }
            }
        }
    }

    private func parts(
        _ source: UnsafeRawBufferPointer, _ id: UnsafeRawBufferPointer, key: UnsafeRawBufferPointer?
    ) -> ReceiptParts {
        ReceiptParts(
            step: step, status: status, source: source, id: id, key: key, version: version, time: time,
            offset: offset, remembered: remembered)
    }
}

/// What a receipt's record tells, where it lies: of what an ordinary event has, nothing is copied before it is written.
public struct ReceiptParts {
    fileprivate let step: String
    fileprivate let status: Int
    fileprivate let source: UnsafeRawBufferPointer
    private let id: UnsafeRawBufferPointer
    private let key: UnsafeRawBufferPointer?
    private let version: EventVersion?
    fileprivate let time: Int64
    private let offset: Int64?
    private let remembered: [UInt8]?

    public init(
        step: String, status: Int, source: UnsafeRawBufferPointer, id: UnsafeRawBufferPointer,
        key: UnsafeRawBufferPointer?, version: EventVersion? = nil, time: Int64, offset: Int64?,
        remembered: [UInt8]? = nil
    ) {
        self.step = step
        self.status = status
        self.source = source
        self.id = id
        self.key = key
        self.version = version
        self.time = time
        self.offset = offset
        self.remembered = remembered
    }

    /// Appends the value of the receipt's record.
    public func write(to buffer: ByteBuffer) {
        writeBeginning(to: buffer)
        writeEvent(to: buffer)
        writeTime(to: buffer)
        writeEnd(to: buffer)
    }

    fileprivate func writeBeginning(to buffer: ByteBuffer) {
        buffer.append(#"{"step":"#)
        buffer.writeString(step)
        buffer.append(#","status":"#)
        buffer.append(Int64(status))
        buffer.append(#","source":"#)
        buffer.writeString(source)
        buffer.append(#","id":"#)
    }

    fileprivate func writeEvent(to buffer: ByteBuffer) {
        buffer.writeString(id)
        if let key {
            buffer.append(#","key":"#)
            OrderKeyText.write(key, to: buffer)
        }
        if let version {
            buffer.append(#","version":"#)
            version.write(to: buffer)
        }
    }

    fileprivate func writeTime(to buffer: ByteBuffer) {
        buffer.append(#","time":"#)
        buffer.append(time)
    }

    fileprivate func writeEnd(to buffer: ByteBuffer) {
        if let offset {
            buffer.append(#","offset":"#)
            buffer.append(offset)
        }
        if let remembered {
            buffer.append(#","remembered":"#)
            remembered.withUnsafeBytes { buffer.append($0) }
        }
        buffer.append("}")
    }
}

/// Writes the values of many receipts. What one shares with the one before is copied: of most that is all up to the event's
/// identifier, and the time. Not thread-safe.
public final class ReceiptEncoder {
    private let beginning = ByteBuffer(capacity: 256, retainedCapacity: 4_096)
    private var step: String?
    private var status = 0
    private let source = ByteBuffer(capacity: 64, retainedCapacity: 4_096)
    private let timeText = ByteBuffer(capacity: 64)
    private var time: Int64?

    public init() {}

    /// Appends the value of a receipt's record, the same as ``ReceiptParts/write(to:)``.
    public func write(_ parts: ReceiptParts, to buffer: ByteBuffer) {
        if !hasBeginning(of: parts) { keepBeginning(of: parts) }
        buffer.append(beginning.bytes)
        parts.writeEvent(to: buffer)
        if time != parts.time { keepTime(of: parts) }
        buffer.append(timeText.bytes)
        parts.writeEnd(to: buffer)
    }

    private func hasBeginning(of parts: ReceiptParts) -> Bool {
        guard status == parts.status, step == parts.step, source.count == parts.source.count else { return false }
        guard let known = source.bytes.baseAddress, let other = parts.source.baseAddress else { return true }
        return memcmp(known, other, source.count) == 0
    }

    private func keepBeginning(of parts: ReceiptParts) {
        (step, status) = (parts.step, parts.status)
        source.removeAll()
        source.append(parts.source)
        beginning.removeAll()
        parts.writeBeginning(to: beginning)
    }

    private func keepTime(of parts: ReceiptParts) {
        time = parts.time
        timeText.removeAll()
        parts.writeTime(to: timeText)
    }
}

extension KeyState {
    /// Appends the value of the record of the key's state.
    public func write(to buffer: ByteBuffer) {
        buffer.append("{")
        let start = buffer.count
        if let references {
            buffer.append(#""references":"#)
            references.withUnsafeBytes { buffer.append($0) }
        }
        if let version {
            if buffer.count > start { buffer.append(",") }
            buffer.append(#""version":"#)
            version.write(to: buffer)
        }
        if let parked {
            if buffer.count > start { buffer.append(",") }
            parked.write(to: buffer)
        }
        if let before {
            if buffer.count > start { buffer.append(",") }
            before.write(to: buffer)
        }
        if let moment {
            if buffer.count > start { buffer.append(",") }
            buffer.append(#""moment":["#)
            buffer.append(moment.offset)
            buffer.append(",")
            buffer.append(Int64(moment.stage))
            buffer.append("]")
        }
        buffer.append("}")
    }
}

extension ParkedMark {
    fileprivate func write(to buffer: ByteBuffer) {
        buffer.append(#""parked":{"first":"#)
        buffer.append(first)
        buffer.append(#","last":"#)
        buffer.append(last)
        buffer.append(#","since":"#)
        buffer.append(since)
        buffer.append("}")
    }
}
