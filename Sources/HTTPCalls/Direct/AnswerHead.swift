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

    /// The value of a field, the last one if there are several.
    func field(_ name: String) -> String? {
        var name = name
        return name.withUTF8 { name in
            var found: UnsafeRawBufferPointer?
            forEach { if FieldSyntax.equals($0, UnsafeRawBufferPointer(name)) { found = $1 } }
            return found.map { String(decoding: FieldSyntax.trimmed($0), as: UTF8.self) }
        }
    }

    private func forEach(_ body: (_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Void) {
        let text = UnsafeRawBufferPointer(rebasing: storage[0..<count])
        for line in text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: true) {
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { continue }
            body(
                UnsafeRawBufferPointer(rebasing: line[..<colon]), UnsafeRawBufferPointer(rebasing: line[(colon + 1)...])
            )
        }
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
