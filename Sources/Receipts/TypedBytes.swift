extension [UInt8] {
    /// `withUnsafeBytes` with a typed error, which the standard library's does not have on every version.
    func withUnsafeBytesTyped<R, E: Error>(
        _ body: (UnsafeRawBufferPointer) throws(E) -> R
    ) throws(E) -> R {
        let result: Result<R, E> = withUnsafeBytes { bytes in
            do throws(E) {
                return .success(try body(bytes))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }
}
