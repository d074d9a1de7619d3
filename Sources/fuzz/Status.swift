import Glibc

/// What a worker is at, in a file that both it and its supervisor map: it outlives a crash, and costs a copy of the
/// case.
struct Status {
    /// Room for the case; more is cut.
    static let caseLimit = 1 << 20

    struct Header: BitwiseCopyable {
        var number: Int = -1
        /// The worker's CPU time in nanoseconds when the case began: a machine that stands still makes no case slow.
        var began: UInt64 = 0
        var accepted = 0
        var refused = 0
        var findings = 0
        /// The slowest case so far.
        var slowest: UInt64 = 0
        var slowestNumber = -1
        var caseByteCount = 0
    }

    private let memory: UnsafeMutableRawPointer

    /// Maps the file, which is made if need be.
    init?(path: String) {
        let byteCount = MemoryLayout<Header>.stride + Self.caseLimit
        let descriptor = open(path, O_RDWR | O_CREAT, 0o600)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        guard ftruncate(descriptor, byteCount) == 0,
            let memory = mmap(nil, byteCount, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0), memory != MAP_FAILED
        else { return nil }
        self.memory = memory
    }

    var header: Header {
        get { memory.load(as: Header.self) }
        nonmutating set { memory.storeBytes(of: newValue, as: Header.self) }
    }

    /// The case that is under way, as ``FuzzCase/file``.
    var caseBytes: [UInt8] {
        let start = memory + MemoryLayout<Header>.stride
        let count = min(max(header.caseByteCount, 0), Self.caseLimit)
        return Array(UnsafeRawBufferPointer(start: start, count: count))
    }

    func begin(number: Int, caseBytes: [UInt8]) {
        let count = min(caseBytes.count, Self.caseLimit)
        caseBytes.withUnsafeBytes { bytes in
            guard let source = bytes.baseAddress else { return }
            (memory + MemoryLayout<Header>.stride).copyMemory(from: source, byteCount: count)
        }
        header.caseByteCount = count
        header.began = Self.now()
        header.number = number
    }

    /// The CPU time of this process, in nanoseconds.
    static func now() -> UInt64 { read(CLOCK_PROCESS_CPUTIME_ID) }

    /// That of another process; `nil` if there is none.
    static func cpuTime(of process: pid_t) -> UInt64? {
        var clock = clockid_t()
        return clock_getcpuclockid(process, &clock) == 0 ? read(clock) : nil
    }

    static func read(_ clock: clockid_t) -> UInt64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
