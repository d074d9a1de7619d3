import Foundation

extension [UInt8] {
    /// Whether these bytes stand anywhere in the array.
    func holds(_ wanted: [UInt8]) -> Bool {
        guard let first = wanted.first else { return true }
        return withUnsafeBytes { bytes in
            wanted.withUnsafeBytes { wanted in
                guard let base = bytes.baseAddress, let other = wanted.baseAddress else { return false }
                var start = 0
                while start + wanted.count <= bytes.count {
                    let left = bytes.count - start - wanted.count + 1
                    guard let found = memchr(base + start, Int32(first), left) else { return false }
                    if memcmp(found, other, wanted.count) == 0 { return true }
                    start = UnsafeRawPointer(found) - base + 1
                }
                return false
            }
        }
    }
}
