/// The parser's stack: values whose container is still open, and a mark for each open container.
///
/// One piece of memory that only grows and is used again by the next document. Children of a container lie contiguous
/// on top of the stack when it closes, so they are moved into the arena by one copy.
struct Scratch: ~Copyable {
    private(set) var base: UnsafeMutablePointer<Value>
    private(set) var capacity: Int

    init(capacity: Int = 256) {
        base = .allocate(capacity: capacity)
        self.capacity = capacity
    }

    deinit { base.deallocate() }

    mutating func grow(used: Int) {
        let larger = UnsafeMutablePointer<Value>.allocate(capacity: capacity * 2)
        larger.update(from: base, count: used)
        base.deallocate()
        base = larger
        capacity *= 2
    }

    /// Gives memory back that an unusually large document made the stack take.
    mutating func shrink(to limit: Int = 1 << 16) {
        guard capacity > limit else { return }
        base.deallocate()
        base = .allocate(capacity: 256)
        capacity = 256
    }
}
