import JSON

extension Evaluator {
    func changingCase(_ value: Value, first: UInt8, _ name: StaticString) throws(Raised) -> Value {
        guard value.kind == .string else { throw fail("\(name) input must be a string") }
        let bytes = value.bytes
        try spend(bytes.count / Evaluator.bytesPerStep)
        guard let source = bytes.baseAddress, bytes.contains(where: { $0 &- first < 26 }) else { return value }
        let room = try allocate(byteCount: bytes.count)
        let input = source.assumingMemoryBound(to: UInt8.self)
        let output = room.assumingMemoryBound(to: UInt8.self)
        for index in 0..<bytes.count {
            let byte = input[index]
            output[index] = byte &- first < 26 ? byte ^ 0x20 : byte
        }
        return .string(UnsafeRawBufferPointer(start: room, count: bytes.count), flags: value.flags)
    }

    func trimming(_ value: Value, prefix: Value) -> Value {
        guard UTF8Text.startsWith(value.bytes, prefix.bytes) else { return value }
        return .string(UnsafeRawBufferPointer(rebasing: value.bytes[prefix.count...]), flags: value.flags)
    }

    func trimming(_ value: Value, suffix: Value) -> Value {
        guard UTF8Text.endsWith(value.bytes, suffix.bytes) else { return value }
        return .string(
            UnsafeRawBufferPointer(rebasing: value.bytes[..<(value.count - suffix.count)]), flags: value.flags)
    }

    func trimmed(_ value: Value, start: Bool, end: Bool) throws(Raised) -> Value {
        guard value.kind == .string else { throw fail("trim input must be a string") }
        let bytes = value.bytes
        var lower = 0
        var upper = bytes.count
        while start, lower < upper {
            let (scalar, length) = UTF8Text.decode(bytes, at: lower)
            guard Evaluator.isWhiteSpace(scalar) else { break }
            lower += length
        }
        while end, upper > lower {
            var first = upper - 1
            while first > lower, bytes[first] & 0xC0 == 0x80 { first -= 1 }
            guard Evaluator.isWhiteSpace(UTF8Text.decode(bytes, at: first).scalar) else { break }
            upper = first
        }
        return .string(UnsafeRawBufferPointer(rebasing: bytes[lower..<upper]), flags: value.flags)
    }

    private static func isWhiteSpace(_ scalar: UInt32) -> Bool {
        if scalar < 0x80 { return scalar == 0x20 || (0x09...0x0D).contains(scalar) }
        return Unicode.Scalar(scalar)?.properties.isWhitespace ?? false
    }

    func joined(_ value: Value, _ separator: Value) throws(Raised) -> Value {
        guard value.kind == .array || value.kind == .object else { throw cannotIterate(value) }
        if value.count == 0 { return .emptyString }
        // As the chain of additions that it is in jq, so that everything else than strings fails alike.
        var parts = try allocate(Value.self, value.count * 2)
        let start = parts
        for index in 0..<value.count {
            try spend(1)
            let element = value.kind == .array ? value.elements[index] : value.members[index].value
            if index > 0 {
                try joining(start, parts - start, with: separator)
                parts[0] = separator.kind == .null ? .emptyString : separator
                parts += 1
            }
            var text = element
            switch element.kind {
            case .null: text = .emptyString
            case .number, .true, .false: text = try toString(element)
            default: try joining(start, parts - start, with: element)
            }
            parts[0] = text
            parts += 1
        }
        return try concatenate(UnsafeBufferPointer(start: start, count: parts - start))
    }

    private func joining(
        _ start: UnsafeMutablePointer<Value>, _ count: Int, with next: Value
    ) throws(Raised) {
        if next.kind == .string || next.kind == .null { return }
        let sum = try concatenate(UnsafeBufferPointer(start: start, count: count))
        throw typeError(sum, next, "cannot be added")
    }

    func explode(_ value: Value) throws(Raised) -> Value {
        guard value.kind == .string else { throw fail("explode input must be a string") }
        let bytes = value.bytes
        try spend(bytes.count)
        let cells = try allocate(Value.self, max(bytes.count, 1))
        var count = 0
        var offset = 0
        while offset < bytes.count {
            let (scalar, length) = UTF8Text.decode(bytes, at: offset)
            cells[count] = .number(Double(scalar))
            count += 1
            offset += length
        }
        return .array(UnsafeBufferPointer(start: cells, count: count))
    }

    func implode(_ value: Value) throws(Raised) -> Value {
        guard value.kind == .array else { throw fail("implode input must be an array") }
        try spend(value.count)
        let room = try allocate(byteCount: max(value.count * 4, 1))
        let output = room.bindMemory(to: UInt8.self, capacity: max(value.count * 4, 1))
        var count = 0
        for element in value.elements {
            guard let number = element.double, !number.isNaN else {
                throw typeError(element, "can't be imploded, unicode codepoint needs to be numeric")
            }
            let scalar = Evaluator.integer(number)
            count += UTF8Text.encode(scalar < 0 || scalar > 0x10FFFF ? 0xFFFD : UInt32(scalar), to: output + count)
        }
        let bytes = UnsafeRawBufferPointer(start: room, count: count)
        return .string(bytes, flags: Text.flags(of: bytes))
    }

    func indices(of part: Value, in value: Value) throws(Raised) -> Value {
        switch (value.kind, part.kind) {
        case (.string, .string): return try stringIndices(value, part)
        case (.array, .array): return try occurrences(of: part, in: value)
        case (.array, _): return try occurrences(of: try array(part), in: value)
        default: return try index(value, part)
        }
    }

    func stringIndices(_ value: Value, _ part: Value) throws(Raised) -> Value {
        guard value.kind == .string else {
            throw typeError(value, "cannot be searched, as it is not a string")
        }
        guard part.kind == .string else { throw typeError(part, "is not a string") }
        var result = Value.emptyArray
        if part.count == 0 { return result }
        try spend(value.count / Evaluator.bytesPerStep)
        let bytes = value.bytes
        let isASCII = value.flags.contains(.ascii)
        var start = 0
        var position = 0
        var counted = 0
        while let found = UTF8Text.find(part.bytes, in: bytes, from: start) {
            try spend(1)
            position +=
                isASCII ? found - counted : UTF8Text.count(UnsafeRawBufferPointer(rebasing: bytes[counted..<found]))
            counted = found
            result = try append(.number(Double(position)), to: result)
            start = found + 1
        }
        return result
    }
}
