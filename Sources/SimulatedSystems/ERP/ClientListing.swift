import JSON

/// All clients page by page, in the order in which they were created.
///
/// `limit` is how many, at most 1000; `offset` how many to pass over, or `cursor` what the last page gave as `next`, which
/// stays right when clients are removed meanwhile.
extension ClientStore {
    static let pageLimit = 1_000

    /// `nil` when the query asks for no listing, or for one that cannot be.
    func page(_ query: [String: String]) -> [UInt8]? {
        guard ["limit", "offset", "cursor"].contains(where: { query[$0] != nil }) else { return nil }
        let limit = min(query["limit"].flatMap { Int($0) } ?? 100, ClientStore.pageLimit)
        let start = query["cursor"].map(position(after:)) ?? query["offset"].flatMap { Int($0) } ?? 0
        guard limit > 0, start >= 0 else { return nil }
        let end = min(order.count, start + limit)
        let buffer = ByteBuffer(capacity: 300 * limit)
        buffer.append("{\"clients\":[")
        for (index, id) in order[min(start, end)..<end].enumerated() {
            if index > 0 { buffer.append(",") }
            records[id]?.write(to: buffer)
        }
        buffer.append("],\"total\":\(order.count),\"next\":")
        if end < order.count { buffer.writeString(order[end - 1]) } else { buffer.append("null") }
        buffer.append("}")
        return Array(buffer.bytes)
    }

    /// Where the client behind the one with this identifier stands; identifiers ascend, also where one was removed.
    private func position(after id: String) -> Int {
        guard let number = Int(id.dropFirst()) else { return 0 }
        var range = order[...]
        while !range.isEmpty {
            let middle = range.startIndex + range.count / 2
            if (Int(range[middle].dropFirst()) ?? 0) <= number {
                range = range[(middle + 1)...]
            } else {
                range = range[..<middle]
            }
        }
        return range.startIndex
    }
}

extension ClientStore.Record {
    /// The same as ``tree``, written without one: a listing has many.
    func write(to buffer: ByteBuffer) {
        let address = client.address
        let members: [(String, String)] = [
            ("{\"clientId\":", id), (",\"clientIdentifier\":", client.identifier), (",\"clientName\":", client.name),
            (",\"clientEmail\":", client.email), (",\"clientAddress\":{\"street\":", address.street),
            (",\"city\":", address.city), (",\"state\":", address.state), (",\"zipCode\":", address.zipCode),
            ("},\"status\":", client.status), (",\"createdAt\":", Timestamp.text(milliseconds: createdAt)),
            (",\"updatedAt\":", Timestamp.text(milliseconds: updatedAt)),
        ]
        for (name, value) in members {
            buffer.append(name)
            buffer.writeString(value)
        }
        buffer.append("}")
    }
}
