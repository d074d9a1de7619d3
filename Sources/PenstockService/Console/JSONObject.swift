import JSON

/// A JSON object that is written member by member, for a line of a command's result.
final class JSONObject {
    private let buffer = ByteBuffer(capacity: 256)

    /// The object on one line.
    var text: String { (buffer.count == 0 ? "{" : buffer.text) + "}" }

    private func name(_ name: String) {
        buffer.append(buffer.count == 0 ? "{" : ",")
        buffer.writeString(name)
        buffer.append(":")
    }

    func add(_ name: String, _ text: String) {
        self.name(name)
        buffer.writeString(text)
    }

    func add(_ name: String, _ number: Int) {
        self.name(name)
        buffer.append(String(number))
    }

    func add(_ name: String, _ bool: Bool) {
        self.name(name)
        buffer.append(bool ? "true" : "false")
    }

    func add(_ name: String, _ object: JSONObject) {
        add(name, json: object.text)
    }

    func add(_ name: String, _ objects: [JSONObject]) {
        add(name, json: "[" + objects.map(\.text).joined(separator: ",") + "]")
    }

    /// - Parameter json: the member's value, as JSON.
    func add(_ name: String, json: String) {
        self.name(name)
        buffer.append(json)
    }
}
