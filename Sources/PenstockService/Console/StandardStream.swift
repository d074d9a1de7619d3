import Foundation

/// Standard output and standard error, whose readers may go away at any time.
public enum StandardStream {
    /// Writes to standard output.
    ///
    /// When its reader is gone, as in `penstock tail … | head`, the process ends the way other programs do, by SIGPIPE;
    /// when it cannot be written for another reason, such as a full disk, with exit code 3. A result that nobody gets
    /// is not worth going on for.
    public static func output(_ text: String) {
        var text = text
        text.withUTF8 { output(UnsafeRawBufferPointer($0)) }
    }

    /// Writes bytes to standard output, as ``output(_:)-(String)`` does.
    public static func output(_ bytes: UnsafeRawBufferPointer) {
        guard let base = bytes.baseAddress else { return }
        do {
            let data = Data(
                bytesNoCopy: UnsafeMutableRawPointer(mutating: base), count: bytes.count, deallocator: .none)
            try FileHandle.standardOutput.write(contentsOf: data)
        } catch {
            let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
            if underlying?.code == Int(EPIPE) {
                signal(SIGPIPE, SIG_DFL)
                raise(SIGPIPE)
            }
            self.error("error: standard output: \(TextFile.reason(error))\n")
            exit(ExitStatus.couldNotReach.rawValue)
        }
    }

    /// Writes to standard error, at once. What cannot be written is dropped: a service must not end because whoever
    /// collects its log did.
    public static func error(_ text: String) {
        try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
    }
}
