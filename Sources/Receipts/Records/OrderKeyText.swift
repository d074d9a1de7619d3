import JSON

/// An order key inside JSON. It may be any bytes: UTF-8 stands as a string, all else as `{"hex":"…"}`.
enum OrderKeyText {
    static func write(_ key: UnsafeRawBufferPointer, to buffer: ByteBuffer) {
        if isUTF8(key) { return buffer.writeString(key) }
        buffer.append(#"{"hex":""#)
        for byte in key {
            buffer.append(digit(byte >> 4))
            buffer.append(digit(byte & 15))
        }
        buffer.append(#""}"#)
    }

    static func read(_ value: Value) -> [UInt8]? {
        if value.kind == .string { return Array(value.bytes) }
        guard let text = value.member("hex"), text.kind == .string, text.count.isMultiple(of: 2) else { return nil }
        var key: [UInt8] = []
        key.reserveCapacity(text.count / 2)
        for position in stride(from: 0, to: text.count, by: 2) {
            guard let high = number(text.bytes[position]), let low = number(text.bytes[position + 1]) else {
                return nil
            }
            key.append(high << 4 | low)
        }
        return key
    }

    private static func isUTF8(_ key: UnsafeRawBufferPointer) -> Bool {
        key.allSatisfy { $0 < 0x80 } || String(validating: key, as: UTF8.self) != nil
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }

    private static func number(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}
