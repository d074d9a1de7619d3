import Glibc

/// The head of an answer that came over a connection of our own: its status and its fields. The memory is reused from
/// call to call.
struct AnswerHead: ~Copyable {
    /// 0 before an answer's first field has come.
    var status = 0
    /// `name:value`, each ended by a line feed, which cannot stand in them.
    private var storage = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    private var count = 0
    private var isInValue = false

    deinit {
        storage.deallocate()
    }

    mutating func removeAll() {
        status = 0
        count = 0
        isInValue = false
    }

    /// Takes a part of a field's name.
    mutating func appendName(_ bytes: UnsafeRawBufferPointer) {
        if isInValue { append(UInt8(ascii: "\n")) }
        isInValue = false
        append(bytes)
    }

    /// Takes a part of a field's value, which may be empty.
    mutating func appendValue(_ bytes: UnsafeRawBufferPointer) {
        if !isInValue { append(UInt8(ascii: ":")) }
        isInValue = true
        append(bytes)
    }

    /// The value of a field, the last one if there are several. To ask for one that is not there costs next to nothing.
    func field(_ name: String) -> String? {
        var name = name
        return name.withUTF8 { find(UnsafeRawBufferPointer($0)) }
    }

    private func find(_ name: UnsafeRawBufferPointer) -> String? {
        var found: Range<Int>?
        var start = 0
        while start < count {
            let end = position(of: UInt8(ascii: "\n"), in: start..<count) ?? count
            let colon = start + name.count
            if colon < end, storage[colon] == UInt8(ascii: ":"), FieldSyntax.equals(text(start..<colon), name) {
                found = colon + 1..<end
            }
            start = end + 1
        }
        return found.map { String(decoding: FieldSyntax.trimmed(text($0)), as: UTF8.self) }
    }

    private func position(of byte: UInt8, in range: Range<Int>) -> Int? {
        guard let base = storage.baseAddress, let found = memchr(base + range.lowerBound, Int32(byte), range.count)
        else {
            return nil
        }
        return UnsafeRawPointer(found) - UnsafeRawPointer(base)
    }

    private func text(_ range: Range<Int>) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: storage[range])
    }

    private mutating func append(_ byte: UInt8) {
        reserve(1)
        storage[count] = byte
        count += 1
    }

    private mutating func append(_ bytes: UnsafeRawBufferPointer) {
        guard let source = bytes.baseAddress, bytes.count > 0 else { return }
        reserve(bytes.count)
        (storage.baseAddress.unsafelyUnwrapped + count).copyMemory(from: source, byteCount: bytes.count)
        count += bytes.count
    }

    private mutating func reserve(_ more: Int) {
        guard count + more > storage.count else { return }
        let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: max(512, (count + more) * 2), alignment: 16)
        larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: storage[0..<count]))
        storage.deallocate()
        storage = larger
    }
}
