extension ByteBuffer {
    /// Writes a value as compact JSON: no space, members in their order, literals digit for digit, doubles as jq 1.7
    /// prints them (the fewest digits that read back the same; NaN as `null`, infinities as the largest doubles).
    ///
    /// The same value gives the same bytes always. Nesting is limited by memory alone.
    public func write(_ value: Value) {
        var writer = Writer(self)
        writer.write(value)
        writer.finish()
    }

    /// Writes the beginning of a value: at least so many bytes, if it has them, and not many more, however large it
    /// is. The last character may be cut.
    public func write(beginningOf value: Value, byteCount: Int) {
        var writer = Writer(self, atMost: byteCount)
        writer.write(value)
        writer.finish()
    }

    /// Writes a string in quotes, escaped where need be.
    /// - Parameter utf8: valid UTF-8.
    public func writeString(_ utf8: UnsafeRawBufferPointer) {
        guard writePlain(utf8) else { return write(Value.string(utf8)) }
    }

    /// Writes a string in quotes, escaped where need be.
    public func writeString(_ text: String) {
        var text = text
        text.withUTF8 { writeString(UnsafeRawBufferPointer($0)) }
    }
}

/// Writes into a buffer's memory with its own cursor, which goes back to the buffer at the end.
struct Writer: ~Copyable {
    typealias Cursor = UnsafeMutablePointer<UInt8>

    private let buffer: ByteBuffer
    private var cursor: Cursor
    private var limit: Cursor
    private var frames: UnsafeMutablePointer<FrameStack.Frame>
    private var frameCapacity: Int
    /// Bytes after which nothing more is wanted.
    private let enough: Int

    init(_ buffer: ByteBuffer, atMost byteCount: Int = .max) {
        self.buffer = buffer
        enough = byteCount == .max ? .max : buffer.count + byteCount
        (frames, frameCapacity) = buffer.frameStack()
        cursor = buffer.base + buffer.count
        limit = buffer.base + buffer.capacity
    }

    consuming func finish() { buffer.setCount(cursor - buffer.base) }

    @inline(__always)
    private mutating func reserve(_ byteCount: Int) {
        if limit - cursor < byteCount { grow(byteCount) }
    }

    @inline(never)
    private mutating func grow(_ byteCount: Int) {
        buffer.setCount(cursor - buffer.base)
        buffer.reserve(byteCount)
        cursor = buffer.base + buffer.count
        limit = buffer.base + buffer.capacity
    }

    @inline(__always)
    private mutating func put(_ byte: UInt8) {
        cursor.pointee = byte
        cursor += 1
    }

    /// Every value in a container is followed by a comma; the closing bracket overwrites the last one.
    mutating func write(_ value: Value) {
        var value = value
        var depth = 0
        while true {
            switch value.kind {
            case .null: constant("null")
            case .false: constant("false")
            case .true: constant("true")
            case .string: string(value)
            case .number: number(value)
            case .array, .object:
                let isObject = value.kind == .object
                reserve(3)
                if value.length > 0, let pointer = value.pointer {
                    put(isObject ? UInt8(ascii: "{") : UInt8(ascii: "["))
                    if depth == frameCapacity { (frames, frameCapacity) = buffer.grownFrameStack() }
                    let cells = pointer.assumingMemoryBound(to: Value.self)
                    let count = isObject ? value.count * 2 : value.count
                    frames[depth] = FrameStack.Frame(next: cells, end: cells + count, isObject: isObject)
                    depth += 1
                    if isObject { name(cells.pointee) }
                    value = isObject ? cells[1] : cells[0]
                    continue
                }
                put(isObject ? UInt8(ascii: "{") : UInt8(ascii: "["))
                put(isObject ? UInt8(ascii: "}") : UInt8(ascii: "]"))
            }
            guard let next = next(&depth) else { return }
            value = next
        }
    }

    /// The value to write after a complete one, when commas, brackets and the name before it are written.
    @inline(__always)
    private mutating func next(_ depth: inout Int) -> Value? {
        if enough != .max, cursor - buffer.base >= enough { return nil }
        while depth > 0 {
            let isObject = frames[depth - 1].isObject
            let next = frames[depth - 1].next + (isObject ? 2 : 1)
            reserve(1)
            if next < frames[depth - 1].end {
                put(UInt8(ascii: ","))
                frames[depth - 1].next = next
                if isObject {
                    name(next.pointee)
                    return next[1]
                }
                return next.pointee
            }
            put(isObject ? UInt8(ascii: "}") : UInt8(ascii: "]"))
            depth -= 1
        }
        return nil
    }

    @inline(__always)
    mutating func name(_ key: Value) {
        string(key)
        reserve(1)
        put(UInt8(ascii: ":"))
    }

    @inline(__always)
    private mutating func constant(_ text: StaticString) {
        reserve(text.utf8CodeUnitCount)
        UnsafeMutableRawPointer(cursor).copyMemory(from: text.utf8Start, byteCount: text.utf8CodeUnitCount)
        cursor += text.utf8CodeUnitCount
    }
}

// MARK: - Scalars

extension Writer {
    @inline(__always)
    private mutating func string(_ value: Value) {
        if value.count > enough { return string(beginning(of: value)) }
        guard value.flags.contains(.verbatim) else { return escaped(value) }
        reserve(value.count + 2)
        put(UInt8(ascii: "\""))
        copy(value)
        put(UInt8(ascii: "\""))
    }

    @inline(__always)
    private mutating func copy(_ value: Value) {
        guard let pointer = value.pointer else { return }
        UnsafeMutableRawPointer(cursor).copyMemory(from: pointer, byteCount: value.count)
        cursor += value.count
    }

    @inline(__always)
    private mutating func number(_ value: Value) {
        if value.isLiteral {
            reserve(value.count)
            copy(value)
        } else {
            double(Double(bitPattern: value.word))
        }
    }

    private func beginning(of value: Value) -> Value {
        Value(word: value.word, length: UInt32(enough), kind: .string, flags: value.flags)
    }

    /// Copies runs that need no escape, and escapes what stands between.
    @inline(never)
    private mutating func escaped(_ value: Value) {
        reserve(value.count + 2)
        put(UInt8(ascii: "\""))
        if let pointer = value.pointer {
            let source = pointer.assumingMemoryBound(to: UInt8.self)
            let end = source + value.count
            var run = source
            while run < end {
                let stop = ByteSearch.skipUnescaped(run, end)
                reserve(stop - run + 7)
                cursor.update(from: run, count: stop - run)
                cursor += stop - run
                if stop < end { escape(stop.pointee) }
                run = stop + 1
            }
        }
        reserve(1)
        put(UInt8(ascii: "\""))
    }

    private mutating func escape(_ byte: UInt8) {
        put(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): put(byte)
        case 0x08: put(UInt8(ascii: "b"))
        case 0x09: put(UInt8(ascii: "t"))
        case 0x0a: put(UInt8(ascii: "n"))
        case 0x0c: put(UInt8(ascii: "f"))
        case 0x0d: put(UInt8(ascii: "r"))
        default:
            put(UInt8(ascii: "u"))
            put(UInt8(ascii: "0"))
            put(UInt8(ascii: "0"))
            put(UInt8(ascii: "0") + byte >> 4)
            put(byte & 15 < 10 ? UInt8(ascii: "0") + byte & 15 : UInt8(ascii: "a") + byte & 15 - 10)
        }
    }

    @inline(never)
    private mutating func double(_ value: Double) {
        guard !value.isNaN else { return constant("null") }
        reserve(DoubleText.byteLimit)
        cursor += DoubleText.write(value, to: cursor)
    }
}
