/// Reads the members of an object and says precisely what is wrong with them.
struct ObjectReader {
    private let members: [JSONTree.Member]
    private let pointer: String

    /// - Parameter pointer: where the object stands, as a JSON Pointer.
    init(_ tree: JSONTree, at pointer: String) throws(DocumentFault) {
        guard let members = tree.members else { throw DocumentFault(pointer, "is no object") }
        self.members = members
        self.pointer = pointer
    }

    func fault(_ detail: String) -> DocumentFault { DocumentFault(pointer, detail) }
    func fault(_ name: String, _ detail: String) -> DocumentFault { DocumentFault(pointer + "/" + name, detail) }

    /// Refuses members of any other name.
    func allow(_ names: [String]) throws(DocumentFault) {
        if let stranger = members.first(where: { !names.contains($0.name) }) {
            throw fault(stranger.name, "is unknown; known are \(names.joined(separator: ", "))")
        }
    }

    /// Those of the names that the object has.
    func names(among names: [String]) -> [String] {
        names.filter { name in members.contains { $0.name == name } }
    }

    func string(_ name: String) throws(DocumentFault) -> String? {
        try read(name, "is no string", \.string)
    }

    func number(_ name: String) throws(DocumentFault) -> Double? {
        try read(name, "is no number", \.double)
    }

    func int(_ name: String) throws(DocumentFault) -> Int? {
        guard let value = try read(name, "is no whole number", \.int) else { return nil }
        guard value >= 0 else { throw fault(name, "is negative") }
        return value
    }

    /// A number from 0 to 1.
    func share(_ name: String) throws(DocumentFault) -> Double? {
        guard let value = try number(name) else { return nil }
        guard (0...1).contains(value) else { throw fault(name, "is not from 0 to 1") }
        return value
    }

    /// A time given in milliseconds.
    func duration(_ name: String) throws(DocumentFault) -> Duration? {
        guard let value = try number(name) else { return nil }
        guard (0...1e12).contains(value) else { throw fault(name, "is negative or too long") }
        return .microseconds(Int64((value * 1000).rounded()))
    }

    func object(_ name: String) throws(DocumentFault) -> ObjectReader {
        guard let tree = self[name] else { throw fault(name, "is missing") }
        return try ObjectReader(tree, at: pointer + "/" + name)
    }

    private subscript(_ name: String) -> JSONTree? { members.first { $0.name == name }?.value }

    private func read<Result>(
        _ name: String, _ complaint: String, _ convert: (JSONTree) -> Result?
    ) throws(DocumentFault) -> Result? {
        guard let tree = self[name] else { return nil }
        guard let result = convert(tree) else { throw fault(name, complaint) }
        return result
    }
}
