/// What is known of each partition, by its number. Numbers are small, and each event asks several times.
struct PartitionTable {
    private var entries: [PartitionReceipts?] = []
    private(set) var count = 0

    subscript(partition: Int32) -> PartitionReceipts? {
        get {
            let index = Int(partition)
            return entries.indices.contains(index) ? entries[index] : nil
        }
        set {
            let index = Int(partition)
            guard index >= 0 else { return }
            while entries.count <= index { entries.append(nil) }
            if entries[index] != nil { count -= 1 }
            if newValue != nil { count += 1 }
            entries[index] = newValue
        }
    }

    var values: some Sequence<PartitionReceipts> { entries.lazy.compactMap { $0 } }
}
