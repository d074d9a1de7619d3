import JSON
import RegularExpressions

extension Evaluator {
    /// `_match`: as flags `false` stands for the forms with one argument, which also take `[pattern, flags]`.
    func match(_ input: Value, _ arguments: Arguments) throws(Raised) -> Value {
        var pattern = arguments.first
        var flags = arguments.second
        if flags.kind == .false {
            flags = .null
            if pattern.kind == .array, pattern.count > 0 {
                if pattern.count > 1 { flags = pattern.elements[1] }
                pattern = pattern.elements[0]
            } else if pattern.kind != .string {
                throw fail("\(Text.kindName(pattern.kind)) not a string or array")
            }
        }
        guard input.kind == .string else { throw typeError(input, "cannot be matched, as it is not a string") }
        let (expression, isGlobal) = try expression(pattern, flags)
        if arguments.third.kind == .true {
            return .bool(try search(expression, input.bytes, from: 0))
        }
        return try allMatches(of: expression, in: input, isGlobal: isGlobal)
    }

    func expression(_ pattern: Value, _ flags: Value) throws(Raised) -> (RegularExpression, isGlobal: Bool) {
        guard pattern.kind == .string else {
            throw typeError(pattern, "cannot be matched, as it is not a string")
        }
        guard flags.kind == .string || flags.kind == .null else { throw typeError(flags, "is not a string") }
        if let known = patterns.find(pattern.bytes, flags.bytes) { return known }
        var options: RegularExpression.Options = []
        var isGlobal = false
        for flag in flags.string ?? "" {
            switch flag {
            case "g": isGlobal = true
            case "i": options.insert(.caseInsensitive)
            case "x": options.insert(.extended)
            // In Oniguruma's words: `m` lets the dot match newlines; `s`, where `$` ends the text, is Perl's default.
            case "m", "p": options.insert(.dotMatchesNewline)
            case "s": break
            case "n": options.insert(.notEmpty)
            case "l": options.insert(.longest)
            default: throw fail("\(flags.string ?? "") is not a valid modifier string")
            }
        }
        do throws(PatternError) {
            let expression = try RegularExpression(
                pattern.string ?? "", dialect: .oniguruma, options: options)
            patterns.add(pattern.bytes, flags.bytes, expression, isGlobal: isGlobal)
            return (expression, isGlobal)
        } catch {
            throw fail("Regex failure: \(error.description)")
        }
    }

    private func search(
        _ expression: RegularExpression, _ bytes: UnsafeRawBufferPointer, from offset: Int
    ) throws(Raised) -> Bool {
        try spend(1 + (bytes.count - offset) / 64)
        do throws(MatchError) {
            return try expression.firstMatch(in: bytes, from: offset)
        } catch {
            // A match that was given up has cost as much as many steps.
            try spend(50_000)
            throw fail("Regex failure: \(error.description)")
        }
    }

    /// Runs a body for each match, with the offset of its start in characters.
    private func eachMatch(
        of expression: RegularExpression, in input: Value, isGlobal: Bool,
        _ body: (_ range: Range<Int>, _ offset: Int) throws(Raised) -> Void
    ) throws(Raised) {
        let bytes = input.bytes
        var start = 0
        var counted = 0
        var characters = 0
        while start <= bytes.count, try search(expression, bytes, from: start) {
            guard let range = expression.group(0) else { return }
            characters += length(input, counted..<range.lowerBound)
            counted = range.lowerBound
            try body(range, characters)
            guard isGlobal else { return }
            start = range.upperBound
            if range.isEmpty { start += start < bytes.count ? UTF8Text.length(bytes[start]) : 1 }
        }
    }

    /// Characters in a range of bytes.
    private func length(_ value: Value, _ range: Range<Int>) -> Int {
        value.flags.contains(.ascii)
            ? range.count : UTF8Text.count(UnsafeRawBufferPointer(rebasing: value.bytes[range]))
    }

    private func part(_ value: Value, _ range: Range<Int>) -> Value {
        .string(UnsafeRawBufferPointer(rebasing: value.bytes[range]), flags: value.flags)
    }

    private func allMatches(
        of expression: RegularExpression, in input: Value, isGlobal: Bool
    ) throws(Raised) -> Value {
        var result = Value.emptyArray
        try eachMatch(of: expression, in: input, isGlobal: isGlobal) { (range, offset) throws(Raised) in
            let captures = try allocate(Value.self, max(expression.groupCount - 1, 1))
            for group in 1..<max(expression.groupCount, 1) {
                captures[group - 1] = try capture(group, of: expression, in: input, range, offset)
            }
            let members = try allocateMembers(4)
            members[0] = Member(key: Evaluator.name("offset"), value: .number(Double(offset)))
            members[1] = Member(key: Evaluator.name("length"), value: .number(Double(length(input, range))))
            members[2] = Member(key: Evaluator.name("string"), value: part(input, range))
            let all = UnsafeBufferPointer(start: UnsafePointer(captures), count: expression.groupCount - 1)
            members[3] = Member(key: Evaluator.name("captures"), value: .array(all))
            result = try append(arena.object(uncheckedMembers: members, count: 4), to: result)
        }
        return result
    }

    private func capture(
        _ group: Int, of expression: RegularExpression, in input: Value, _ match: Range<Int>, _ offset: Int
    ) throws(Raised) -> Value {
        let range = expression.group(group)
        var position = -1
        if let range {
            position =
                range.lowerBound >= match.lowerBound
                ? offset + length(input, match.lowerBound..<range.lowerBound) : length(input, 0..<range.lowerBound)
        }
        let members = try allocateMembers(4)
        members[0] = Member(key: Evaluator.name("offset"), value: .number(Double(position)))
        let count = range.map { length(input, $0) } ?? 0
        // jq puts the string of an empty capture first; it shows where a match is written as text.
        let (first, second) = count > 0 ? (1, 2) : (2, 1)
        members[first] = Member(key: Evaluator.name("length"), value: .number(Double(count)))
        members[second] = Member(key: Evaluator.name("string"), value: range.map { part(input, $0) } ?? .null)
        members[3] = Member(key: Evaluator.name("name"), value: try nameOfGroup(group, of: expression))
        return arena.object(uncheckedMembers: members, count: 4)
    }

    private func nameOfGroup(_ group: Int, of expression: RegularExpression) throws(Raised) -> Value {
        guard let name = expression.groupNames[group] else { return .null }
        return try string(name)
    }

    /// The object of named captures of a match's object.
    func namedCaptures(_ match: Value) throws(Raised) -> Value {
        let captures = match["captures"] ?? .emptyArray
        let members = try allocateMembers(max(captures.count, 1))
        var count = 0
        for capture in captures.elements {
            guard let name = capture["name"], name.kind == .string else { continue }
            count = try put(name, capture["string"] ?? .null, into: members, count)
        }
        return arena.object(uncheckedMembers: members, count: count)
    }

    // MARK: Replacing

    /// `sub`: each output of the replacement gives an output, in which all matches are replaced by it.
    func generateSubstitution(_ index: Int32, _ input: Value, _ frame: Frame, _ sink: Sink) throws(Raised) {
        let node = nodes[Int(index)]
        try generate(node.a, input, frame) { pattern throws(Raised) in
            try optional(node.c, input, frame) { flags throws(Raised) in
                currentNode = index
                guard input.kind == .string else {
                    throw typeError(input, "cannot be matched, as it is not a string")
                }
                let (expression, isGlobal) = try expression(pattern, flags)
                try substitute(expression, isGlobal, node.b, input, frame, sink)
            }
        }
    }

    private func substitute(
        _ expression: RegularExpression, _ isGlobal: Bool, _ replacement: Int32, _ input: Value, _ frame: Frame,
        _ sink: Sink
    ) throws(Raised) {
        let matches = try replacements(of: expression, in: input, isGlobal: isGlobal)
        var results = Value.emptyArray
        var previous = 0
        for match in matches {
            let gap = part(input, previous..<match.start)
            var position = 0
            try generate(replacement, match.captures, frame) { text throws(Raised) in
                let piece = try add(gap, text)
                if position < results.count {
                    let longer = try add(results.elements[position], piece)
                    results = try set(results, .number(Double(position)), longer)
                } else {
                    results = try append(piece, to: results)
                }
                position += 1
            }
            previous = match.end
        }
        let rest = part(input, previous..<input.count)
        if results.count == 0 { return try sink(input) }
        for result in results.elements { try sink(try add(result, rest)) }
    }

    /// A match to be replaced.
    private struct Replacement: BitwiseCopyable {
        let start: Int
        let end: Int
        let captures: Value
    }

    /// All matches before the first replacement is made, because that may use the same expression.
    private func replacements(
        of expression: RegularExpression, in input: Value, isGlobal: Bool
    ) throws(Raised) -> UnsafeBufferPointer<Replacement> {
        var cells = try allocate(Replacement.self, 4)
        var capacity = 4
        var count = 0
        try eachMatch(of: expression, in: input, isGlobal: isGlobal) { (range, _) throws(Raised) in
            if count == capacity {
                let larger = try allocate(Replacement.self, capacity * 2)
                larger.update(from: cells, count: count)
                cells = larger
                capacity *= 2
            }
            cells[count] = Replacement(
                start: range.lowerBound, end: range.upperBound, captures: try captures(of: expression, in: input))
            count += 1
        }
        return UnsafeBufferPointer(start: cells, count: count)
    }

    private func captures(of expression: RegularExpression, in input: Value) throws(Raised) -> Value {
        if expression.groupCount <= 1 { return .emptyObject }
        let members = try allocateMembers(expression.groupCount)
        var count = 0
        for group in 1..<expression.groupCount where expression.groupNames[group] != nil {
            let value = expression.group(group).map { part(input, $0) } ?? .null
            count = try put(try nameOfGroup(group, of: expression), value, into: members, count)
        }
        return arena.object(uncheckedMembers: members, count: count)
    }
}
