import JSON

/// The cells of one activation. Cell 0 holds the address of the frame in which the function is defined; then come the
/// parameters, then the variables.
typealias Frame = UnsafeMutablePointer<Value>

/// Memory for frames, given and taken back in order.
struct FrameMemory: ~Copyable {
    /// Where the memory stood, to return to.
    struct Mark {
        fileprivate let chunk: Int
        fileprivate let next: Int
    }

    private var chunks: [UnsafeMutableBufferPointer<Value>]
    private var chunk = 0
    private var next = 0

    init() {
        chunks = [.allocate(capacity: 1024)]
    }

    deinit {
        for chunk in chunks { chunk.deallocate() }
    }

    var mark: Mark { Mark(chunk: chunk, next: next) }

    mutating func reset() {
        chunk = 0
        next = 0
    }

    mutating func pop(to mark: Mark) {
        chunk = mark.chunk
        next = mark.next
    }

    /// Cells for a frame; all variables start as `null`.
    mutating func push(_ count: Int) -> Frame {
        let frame = pushUninitialized(count)
        frame.initialize(repeating: .null, count: count)
        return frame
    }

    /// Cells for a frame whose content is moved there, possibly from cells that overlap.
    mutating func pushUninitialized(_ count: Int) -> Frame {
        while next + count > chunks[chunk].count {
            if chunk + 1 == chunks.count { chunks.append(.allocate(capacity: max(4096, count))) }
            chunk += 1
            next = 0
        }
        let frame = chunks[chunk].baseAddress.unsafelyUnwrapped + next
        next += count
        return frame
    }
}

/// A parameter at run time: a node and the frame that its variables are in. Stored in a cell.
struct Closure: BitwiseCopyable {
    let node: Int32
    let frame: Frame
}

extension UnsafeMutablePointer where Pointee == Value {
    /// The frame in which this frame's function is defined.
    @inline(__always)
    var link: Frame {
        get {
            UnsafeMutableRawPointer(self).load(as: UnsafeMutablePointer<Value>.self)
        }
        nonmutating set {
            UnsafeMutableRawPointer(self).storeBytes(of: newValue, as: UnsafeMutablePointer<Value>.self)
        }
    }

    /// The frame so many definitions out.
    @inline(__always)
    func out(_ hops: UInt16) -> Frame {
        var frame = self
        for _ in 0..<hops { frame = frame.link }
        return frame
    }

    func closure(_ slot: Int32) -> Closure {
        UnsafeMutableRawPointer(self + Int(slot)).load(as: Closure.self)
    }

    func setClosure(_ slot: Int32, _ closure: Closure) {
        UnsafeMutableRawPointer(self + Int(slot)).storeBytes(of: closure, as: Closure.self)
    }
}
