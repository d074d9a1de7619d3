import CLibcurl
import Glibc

/// libcurl as a whole.
enum Library {
    /// The result of `curl_global_init`, which runs once in the process: a `static let` is initialised by the first
    /// thread that reads it, and all others wait. Never cleaned up; other code may use libcurl too.
    static let initialized: CURLcode = curl_global_init(Int(CURL_GLOBAL_SSL))

    static func text(_ code: CURLcode) -> String { String(cString: curl_easy_strerror(code)) }
}

/// Time that only moves forward.
enum MonotonicClock {
    /// Nanoseconds from an unspecified start.
    @inline(__always)
    static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
