#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

#if !canImport(Darwin)
    // The C library has it, but Swift's overlay does not show GNU extensions.
    @_silgen_name("pthread_getattr_np")
    private func attributesOfThread(_ thread: pthread_t, _ attributes: UnsafeMutablePointer<pthread_attr_t>) -> Int32
#endif

/// The thread's stack: how far down it reaches, and where we are.
enum Stack {
    /// What must stay free for the functions that a check allows.
    static let reserve: UInt = 64 << 10

    /// About where the caller's frame lies.
    @inline(__always)
    static var pointer: UInt {
        var probe: UInt8 = 0
        return withUnsafeMutablePointer(to: &probe) { UInt(bitPattern: $0) }
    }

    /// The lowest and the highest address. If the system does not say, half a megabyte below here is assumed.
    static func bounds() -> (bottom: UInt, top: UInt) {
        let fallback = (bottom: pointer &- 448 << 10, top: pointer &+ 16 << 10)
        #if canImport(Darwin)
            let top = UInt(bitPattern: pthread_get_stackaddr_np(pthread_self()))
            return (top - UInt(pthread_get_stacksize_np(pthread_self())), top)
        #else
            var attributes = pthread_attr_t()
            guard attributesOfThread(pthread_self(), &attributes) == 0 else { return fallback }
            defer { pthread_attr_destroy(&attributes) }
            var bottom: UnsafeMutableRawPointer?
            var size = 0
            guard pthread_attr_getstack(&attributes, &bottom, &size) == 0, let bottom else { return fallback }
            return (UInt(bitPattern: bottom), UInt(bitPattern: bottom) + UInt(size))
        #endif
    }
}
