import JSON

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
        var (source, id) = (eventSource, eventID)
        source.withUTF8 { source in
            id.withUTF8 { id in
                let (source, id) = (UnsafeRawBufferPointer(source), UnsafeRawBufferPointer(id))
                guard let key else { return parts(source, id, key: nil).write(to: buffer) }
                key.withUnsafeBytes { parts(source, id, key: $0).write(to: buffer) }
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
    private let step: String
    private let status: Int
    private let source: UnsafeRawBufferPointer
    private let id: UnsafeRawBufferPointer
    private let key: UnsafeRawBufferPointer?
    private let version: EventVersion?
    private let time: Int64
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
        buffer.append(#"{"step":"#)
        buffer.writeString(step)
        buffer.append(#","status":"#)
        buffer.append(Int64(status))
        buffer.append(#","source":"#)
        buffer.writeString(source)
        buffer.append(#","id":"#)
        buffer.writeString(id)
        if let key {
            buffer.append(#","key":"#)
            OrderKeyText.write(key, to: buffer)
        }
        if let version {
            buffer.append(#","version":"#)
            version.write(to: buffer)
        }
        buffer.append(#","time":"#)
        buffer.append(time)
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
