import Foundation

/// Input by name: a file, or standard input for `-`.
enum TextFile {
    /// - Throws: ``CommandFailure`` that names the file and says why.
    static func read(_ path: String) throws(CommandFailure) -> [UInt8] {
        do {
            if path == "-" { return Array(try FileHandle.standardInput.readToEnd() ?? Data()) }
            return Array(try Data(contentsOf: URL(filePath: path)))
        } catch {
            throw CommandFailure("\(path): cannot be read: \(reason(error))", status: .usedWrongly)
        }
    }

    /// In words, without the wrapping of Foundation's errors.
    static func reason(_ error: any Error) -> String {
        let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
        guard let underlying, underlying.domain == NSPOSIXErrorDomain else { return error.localizedDescription }
        return String(cString: strerror(Int32(underlying.code)))
    }
}
