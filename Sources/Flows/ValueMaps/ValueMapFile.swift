import JSON

/// Reads the file of one value map as a JSON object, code to value, and collects what is wrong with it.
struct ValueMapFile {
    /// Larger files are refused, in bytes.
    static let byteLimit = 32 << 20
    /// More problems than these are counted only.
    static let problemLimit = 20

    let map: Configuration.ValueMap
    let files: ConfigurationFiles
    private(set) var problems: [ConfigurationError] = []
    private var hiddenProblems = 0
    private let object = ByteBuffer()

    init(_ map: Configuration.ValueMap, files: ConfigurationFiles) {
        self.map = map
        self.files = files
    }

    private var path: String { map.file?.path ?? "" }
    private var key: String { "value_maps.\(map.name)" }

    /// The object as JSON, or `nil` when there are ``problems``.
    mutating func read() -> [UInt8]? {
        guard let bytes = files.read(path) else {
            report("the file cannot be read", at: map.file?.place ?? map.place)
            return nil
        }
        guard bytes.count <= ValueMapFile.byteLimit else {
            report("the file has more than \(ByteCount.text(ValueMapFile.byteLimit))", line: 1, column: 1)
            return nil
        }
        let isJSON = path.lowercased().hasSuffix(".json")
        if isJSON {
            readJSON(bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes[3...]) : bytes)
        } else {
            readCSV(bytes)
        }
        if hiddenProblems > 0 {
            let place = SourcePlace(file: path, line: 1, column: 1)
            problems.append(ConfigurationError(path: key, place: place, message: "\(hiddenProblems) more problems"))
        }
        return problems.isEmpty ? Array(object.bytes) : nil
    }

    // MARK: - Problems

    private mutating func report(_ message: String, at place: SourcePlace, key: String? = nil) {
        guard problems.count < ValueMapFile.problemLimit else {
            hiddenProblems += 1
            return
        }
        problems.append(ConfigurationError(path: key ?? self.key, place: place, message: message))
    }

    private mutating func report(_ message: String, line: Int, column: Int) {
        report(message, at: SourcePlace(file: path, line: line, column: column))
    }

    /// What is wrong with a code by itself; `nil` if nothing is.
    private func fault(ofCode code: String) -> String? {
        if code.isEmpty { return "the code is empty" }
        if code.first?.isWhitespace == true || code.last?.isWhitespace == true {
            return "the code \(quoted(code)) begins or ends with a space"
        }
        return nil
    }

    private func quoted(_ text: String) -> String {
        let buffer = ByteBuffer(capacity: 64)
        buffer.writeString(text)
        return buffer.text
    }

    /// The position of a column in the list of all; reports one that is not there.
    private mutating func position(of column: Configuration.ValueMap.Column, in names: [String]) -> Int? {
        if let position = names.firstIndex(of: column.name) { return position }
        let suggestion = Suggestion.phrase(Suggestion.nearest(to: column.name, among: names))
        let list = names.prefix(20).joined(separator: ", ") + (names.count > 20 ? ", …" : "")
        report(
            "no column \(column.name) in \(path)\(suggestion); its columns are \(list)", at: column.place,
            key: column.key)
        return nil
    }

    // MARK: - Entries

    private mutating func begin() { object.append("{") }

    private mutating func end() { object.append("}") }

    private mutating func beginEntry(_ code: String) {
        if object.count > 1 { object.append(",") }
        object.writeString(code)
        object.append(":")
    }
}

// MARK: - CSV

extension ValueMapFile {
    private mutating func readCSV(_ bytes: [UInt8]) {
        do {
            var reader = try CSVReader(bytes)
            guard let header = try reader.next() else {
                return report("the file is empty; a header with the names of the columns is needed", line: 1, column: 1)
            }
            guard let columns = columns(header) else { return }
            var lines: [String: Int] = [:]
            begin()
            while let row = try reader.next() { read(row, columns, header, &lines) }
            end()
        } catch {
            report(error.message, line: error.line, column: error.column)
        }
    }

    private mutating func columns(_ header: CSVReader.Row) -> (key: Int, values: [Int])? {
        let names = header.fields.map(\.text)
        var first: [String: Int] = [:]
        for field in header.fields {
            if field.text.isEmpty {
                report("a column of the header has no name", line: header.line, column: field.column)
            } else if first.updateValue(field.column, forKey: field.text) != nil {
                report(
                    "the column \(field.text) stands twice in the header", line: header.line, column: field.column)
            }
        }
        guard problems.isEmpty else { return nil }
        guard names.count > 1 || map.key != nil && map.value != nil else {
            report("there is only one column; codes and what they stand for are two", line: header.line, column: 1)
            return nil
        }
        let key = map.key.map { position(of: $0, in: names) } ?? 0
        var values: [Int?] = [1]
        switch map.value {
        case nil: break
        case .one(let column): values = [position(of: column, in: names)]
        case .several(let columns):
            values = []
            for column in columns { values.append(position(of: column, in: names)) }
        }
        guard let key, !values.contains(nil) else { return nil }
        return (key, values.compactMap { $0 })
    }

    private mutating func read(
        _ row: CSVReader.Row, _ columns: (key: Int, values: [Int]), _ header: CSVReader.Row,
        _ lines: inout [String: Int]
    ) {
        guard row.fields.count == header.fields.count else {
            return report(
                "the row has \(row.fields.count) field\(row.fields.count == 1 ? "" : "s"), the header "
                    + "\(header.fields.count)", line: row.line, column: 1)
        }
        let code = row.fields[columns.key]
        if let fault = fault(ofCode: code.text) { return report(fault, line: row.line, column: code.column) }
        if let other = lines.updateValue(row.line, forKey: code.text) {
            lines[code.text] = other
            return report(
                "the code \(quoted(code.text)) stands twice, first on line \(other)", line: row.line,
                column: code.column)
        }
        beginEntry(code.text)
        guard case .several = map.value else { return object.writeString(row.fields[columns.values[0]].text) }
        for (index, column) in columns.values.enumerated() {
            object.append(index == 0 ? "{" : ",")
            object.writeString(header.fields[column].text)
            object.append(":")
            object.writeString(row.fields[column].text)
        }
        object.append("}")
    }
}

// MARK: - JSON

extension ValueMapFile {
    private mutating func readJSON(_ bytes: [UInt8]) {
        let document = Document()
        bytes.withUnsafeBytes { text in
            do {
                let root = try document.parse(text)
                begin()
                switch root.kind {
                case .object: readObject(root, text)
                case .array: readRows(root, text)
                default: report("expected an object by code, or a list of objects", line: 1, column: 1)
                }
                end()
            } catch let error as ParseError {
                report(message(error, text), line: error.line, column: error.column)
            } catch {
                report("\(error)", line: 1, column: 1)
            }
        }
    }

    /// For a code that stands twice the parser knows the second place only.
    private func message(_ error: ParseError, _ text: UnsafeRawBufferPointer) -> String {
        guard case .duplicateMember(let name) = error.kind, let first = Pointer(tokens: [name]).range(in: text) else {
            return error.message
        }
        let place = TextPlace(of: first.lowerBound, in: text)
        return "the code \(quoted(name)) stands twice, first on line \(place.line)"
    }

    private mutating func report(_ message: String, _ pointer: Pointer, _ text: UnsafeRawBufferPointer) {
        let place = TextPlace(of: pointer.range(in: text)?.lowerBound ?? 0, in: text)
        report(message, line: place.line, column: place.column)
    }

    private mutating func readObject(_ root: Value, _ text: UnsafeRawBufferPointer) {
        if let key = map.key {
            report(
                "\(path) is an object by code, which has no column \(key.name); leave ‘key’ out", at: key.place,
                key: key.key)
        }
        for member in root.members {
            let code = member.key.string ?? ""
            if let fault = fault(ofCode: code) {
                report(fault, Pointer(tokens: [code]), text)
            } else {
                beginEntry(code)
                write(member.value, Pointer(tokens: [code]), text)
            }
        }
    }

    private mutating func readRows(_ root: Value, _ text: UnsafeRawBufferPointer) {
        let names = root[0]?.members.map { $0.key.string ?? "" } ?? []
        guard root.count > 0, names.count > 1 || map.key != nil && map.value != nil else {
            return report(
                "the list's first element must be an object of a code and what it stands for", line: 1, column: 1)
        }
        let key = map.key?.name ?? names[0]
        guard map.key.map({ position(of: $0, in: names) != nil }) ?? true, hasValues(in: names) else { return }
        var rows: [String: Int] = [:]
        for (index, row) in root.elements.enumerated() {
            let place = Pointer(tokens: [String(index)])
            guard let code = row[key].flatMap(codeText) else {
                report("expected an object whose \(key) is a string, number or boolean", place, text)
                continue
            }
            if let fault = fault(ofCode: code) {
                report(fault, place.appending(key), text)
            } else if let other = rows.updateValue(index, forKey: code) {
                rows[code] = other
                let first = Pointer(tokens: [String(other), key]).range(in: text)?.lowerBound ?? 0
                report(
                    "the code \(quoted(code)) stands twice, first on line \(TextPlace(of: first, in: text).line)",
                    place.appending(key), text)
            } else {
                beginEntry(code)
                if map.value == nil {
                    writeColumn(names[1], of: row, place, text)
                } else {
                    write(row, place, text)
                }
            }
        }
    }

    private mutating func hasValues(in names: [String]) -> Bool {
        switch map.value {
        case nil: return true
        case .one(let column): return position(of: column, in: names) != nil
        case .several(let columns):
            var isThere = true
            for column in columns where position(of: column, in: names) == nil { isThere = false }
            return isThere
        }
    }

    private func codeText(_ value: Value) -> String? {
        switch value.kind {
        case .true: "true"
        case .false: "false"
        default: value.scalarText
        }
    }

    /// Writes what a code stands for: the value, or the columns of it that the configuration names.
    private mutating func write(_ value: Value, _ place: Pointer, _ text: UnsafeRawBufferPointer) {
        switch map.value {
        case nil: object.write(value)
        case .one(let column): writeColumn(column.name, of: value, place, text)
        case .several(let columns):
            for (index, column) in columns.enumerated() {
                object.append(index == 0 ? "{" : ",")
                object.writeString(column.name)
                object.append(":")
                writeColumn(column.name, of: value, place, text)
            }
            object.append("}")
        }
    }

    private mutating func writeColumn(
        _ name: String, of value: Value, _ place: Pointer, _ text: UnsafeRawBufferPointer
    ) {
        guard let member = value[name] else {
            return report("no member \(name) here", place, text)
        }
        object.write(member)
    }
}
