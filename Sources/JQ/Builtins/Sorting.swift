import JSON

/// An element with what it is sorted by.
struct Row: BitwiseCopyable {
    let key: Value
    let element: Value
}

/// Sorting, grouping and extremes.
extension Evaluator {
    func sorted(_ value: Value) throws(Raised) -> Value {
        guard value.kind == .array else { throw typeError(value, "cannot be sorted, as it is not an array") }
        let count = value.count
        let cells = try allocate(Value.self, max(count, 1))
        let spare = try allocate(Value.self, max(count, 1))
        if let source = value.elements.baseAddress { cells.update(from: source, count: count) }
        try sort(cells, count, spare) { (a, b) throws(Raised) in try compare(a, b) }
        return .array(UnsafeBufferPointer(start: cells, count: count))
    }

    /// The elements with their keys, by the keys; equal ones keep their order.
    func sortedRows(_ value: Value, _ keys: Value) throws(Raised) -> UnsafeBufferPointer<Row> {
        guard value.kind == .array, keys.kind == .array, keys.count == value.count else {
            throw typeError(value, keys, "cannot be sorted, as they are not both arrays")
        }
        let count = value.count
        let rows = try allocate(Row.self, max(count, 1))
        let spare = try allocate(Row.self, max(count, 1))
        for index in 0..<count { rows[index] = Row(key: keys.elements[index], element: value.elements[index]) }
        try sort(rows, count, spare) { (a, b) throws(Raised) in try compare(a.key, b.key) }
        return UnsafeBufferPointer(start: rows, count: count)
    }

    func elements(of rows: UnsafeBufferPointer<Row>) throws(Raised) -> Value {
        let cells = try allocate(Value.self, max(rows.count, 1))
        for index in rows.indices { cells[index] = rows[index].element }
        return .array(UnsafeBufferPointer(start: cells, count: rows.count))
    }

    func groups(of rows: UnsafeBufferPointer<Row>) throws(Raised) -> Value {
        let all = try elements(of: rows).elements
        var result = Value.emptyArray
        var start = 0
        while start < rows.count {
            var end = start + 1
            while end < rows.count, try compare(rows[start].key, rows[end].key) == 0 { end += 1 }
            result = try append(.array(UnsafeBufferPointer(rebasing: all[start..<end])), to: result)
            start = end
        }
        return result
    }

    func unique(of rows: UnsafeBufferPointer<Row>) throws(Raised) -> Value {
        let cells = try allocate(Value.self, max(rows.count, 1))
        var count = 0
        for index in rows.indices {
            if index > 0, try compare(rows[index - 1].key, rows[index].key) == 0 { continue }
            cells[count] = rows[index].element
            count += 1
        }
        return .array(UnsafeBufferPointer(start: cells, count: count))
    }

    /// Of several least ones the first, of several greatest ones the last, as in jq.
    func extreme(of value: Value, _ keys: Value, isMaximum: Bool) throws(Raised) -> Value {
        guard value.kind == .array, keys.kind == .array else {
            throw typeError(value, keys, "cannot be iterated over")
        }
        guard keys.count == value.count else { throw typeError(value, keys, "have wrong length") }
        if value.count == 0 { return .null }
        var best = 0
        for index in 1..<value.count {
            try spend(1)
            let order = try compare(keys.elements[index], keys.elements[best])
            if isMaximum ? order >= 0 : order < 0 { best = index }
        }
        return value.elements[best]
    }
}
