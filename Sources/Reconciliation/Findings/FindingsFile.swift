import JSON

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The findings that are not equal, a line of JSON each, in a file of the work folder.
public final class FindingsFile {
    public let path: String
    private var file: UnsafeMutablePointer<FILE>?
    private let line = ByteBuffer(capacity: 4_096)

    /// - Parameter path: is written anew.
    public init(writing path: String) throws(SpillError) {
        self.path = path
        file = fopen(path, "we")
        if file == nil { throw RunFile.failure(path) }
    }

    deinit { if let file { fclose(file) } }

    public func add(_ finding: Finding) throws(SpillError) {
        line.removeAll()
        finding.write(to: line)
        line.append("\n")
        guard let file, fwrite(line.bytes.baseAddress, 1, line.count, file) == line.count else {
            throw RunFile.failure(path)
        }
    }

    /// Takes over another file of findings, which is removed.
    public func take(_ other: String) throws(SpillError) {
        guard let file, let source = fopen(other, "re") else { throw RunFile.failure(other) }
        defer { fclose(source) }
        let block = UnsafeMutableRawPointer.allocate(byteCount: 64 << 10, alignment: 16)
        defer { block.deallocate() }
        while case let count = fread(block, 1, 64 << 10, source), count > 0 {
            guard fwrite(block, 1, count, file) == count else { throw RunFile.failure(path) }
        }
        guard ferror(source) == 0 else { throw RunFile.failure(other) }
        unlink(other)
    }

    public func close() throws(SpillError) {
        guard let open = file else { return }
        file = nil
        guard fclose(open) == 0 else { throw RunFile.failure(path) }
    }

    /// Reads a file of findings line by line.
    /// - Parameter body: gives false to end.
    public static func read(_ path: String, _ body: (Finding) throws -> Bool) throws {
        guard let file = fopen(path, "re") else { throw RunFile.failure(path) }
        defer { fclose(file) }
        var line: UnsafeMutablePointer<CChar>?
        var capacity = 0
        defer { free(line) }
        let document = Document()
        while true {
            let count = getline(&line, &capacity, file)
            guard count > 0, let start = line else { return }
            let bytes = UnsafeRawBufferPointer(start: start, count: count)
            guard let value = try? document.parse(bytes), let finding = Finding(value) else {
                throw SpillError(path: path, reason: "a line of it is no finding")
            }
            guard try body(finding) else { return }
        }
    }
}
