import Foundation

/// An input that is read piece by piece: a file, or standard input for `-`. Bytes that are taken make room for more.
final class ByteStream {
    /// For messages: the path, or `standard input`.
    let name: String
    private let descriptor: Int32
    private var memory: UnsafeMutableRawBufferPointer
    private var start = 0
    private var end = 0
    /// The place of the first byte that has not been taken.
    private(set) var line = 1
    private(set) var column = 1
    private(set) var isAtEnd = false
    /// Called before a read that may wait, for what has been printed to be seen.
    var willRead: () -> Void = {}

    /// - Throws: ``CommandFailure`` when the file cannot be opened.
    init(path: String) throws(CommandFailure) {
        name = path == "-" ? "standard input" : path
        memory = .allocate(byteCount: 64 << 10, alignment: 16)
        guard path != "-" else {
            descriptor = STDIN_FILENO
            return
        }
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
            memory.deallocate()
            throw CommandFailure("\(path): cannot be read: it is a folder", status: .usedWrongly)
        }
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            memory.deallocate()
            throw CommandFailure("\(path): cannot be read: \(String(cString: strerror(errno)))", status: .usedWrongly)
        }
    }

    deinit {
        memory.deallocate()
        if descriptor != STDIN_FILENO { close(descriptor) }
    }

    /// What has been read and not been taken. Valid until the next call.
    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: memory[start..<end]) }

    /// Reads more, as much again as there is; sets ``isAtEnd`` when there is no more.
    /// - Throws: ``CommandFailure`` when reading fails.
    func fill() throws(CommandFailure) {
        guard !isAtEnd else { return }
        makeRoom()
        willRead()
        while true {
            let count = read(descriptor, memory.baseAddress.map { $0 + end }, memory.count - end)
            if count > 0 {
                end += count
                return
            }
            if count == 0 {
                isAtEnd = true
                return
            }
            guard errno == EINTR else {
                throw CommandFailure(
                    "\(name): cannot be read: \(String(cString: strerror(errno)))", status: .usedWrongly)
            }
        }
    }

    private func makeRoom() {
        if start > 0 {
            memory.copyMemory(from: bytes)
            end -= start
            start = 0
        }
        guard memory.count - end < 32 << 10 else { return }
        let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: memory.count * 2, alignment: 16)
        larger.copyMemory(from: bytes)
        memory.deallocate()
        memory = larger
    }

    /// Takes bytes away from the front.
    func take(_ count: Int) {
        let taken = UnsafeRawBufferPointer(rebasing: memory[start..<start + count])
        var rest = taken
        while let base = rest.baseAddress, let found = memchr(base, 0x0A, rest.count) {
            line += 1
            column = 1
            rest = UnsafeRawBufferPointer(rebasing: rest[(UnsafeRawPointer(found) - base + 1)...])
        }
        column += rest.count
        start += count
    }
}
