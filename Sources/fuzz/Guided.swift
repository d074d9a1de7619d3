#if GUIDED
    import FuzzKit
    import Glibc

    @_silgen_name("LLVMFuzzerRunDriver")
    private func runDriver(
        _ count: UnsafeMutablePointer<Int32>,
        _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
        _ body: @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32
    ) -> Int32

    /// Coverage-guided fuzzing by libFuzzer, which keeps whatever reaches new code.
    enum Guided {
        // Set once, before libFuzzer starts; it runs everything on the main thread.
        nonisolated(unsafe) private static var target: (any FuzzTarget)?

        /// Never returns: libFuzzer ends the process.
        static func run(_ kind: TargetKind, _ arguments: [String]) {
            target = kind.make(Corpus.standard)
            var pointers = (["fuzz"] + arguments).map { strdup($0) } + [nil]
            var count = Int32(pointers.count - 1)
            let status = pointers.withUnsafeMutableBufferPointer { buffer -> Int32 in
                guard var base = buffer.baseAddress else { return 1 }
                return runDriver(&count, &base) { data, byteCount in
                    let bytes = Array(UnsafeBufferPointer(start: data, count: byteCount))
                    if case .finding(let text) = Guided.target?.run(FuzzCase(guided: bytes)) {
                        print("FINDING \(text)")
                        abort()
                    }
                    return 0
                }
            }
            exit(status)
        }
    }
#endif
