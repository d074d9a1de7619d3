/// Labels of internationalised host names (IDNA 2008, RFC 5890 to 5892) in their encoded form.
///
/// The rule for labels written from right to left (RFC 5893) is not checked: it needs data that the standard library
/// lacks.
enum InternationalLabel {
    /// Whether what stands behind `xn--` encodes a valid label.
    static func isValid(encoded: UnsafeRawBufferPointer) -> Bool {
        withUnsafeTemporaryAllocation(of: Unicode.Scalar.self, capacity: 64) { buffer in
            guard let count = decode(encoded, into: buffer) else { return false }
            return isValid(UnsafeBufferPointer(rebasing: buffer[..<count]))
        }
    }

    // MARK: Punycode (RFC 3492)

    /// Decodes at most 63 characters; returns their number, or `nil` if the bytes are no Punycode.
    private static func decode(
        _ input: UnsafeRawBufferPointer, into output: UnsafeMutableBufferPointer<Unicode.Scalar>
    ) -> Int? {
        var count = 0
        var position = 0
        if let delimiter = input.lastIndex(of: UInt8(ascii: "-")) {
            for byte in input[..<delimiter] {
                output[count] = Unicode.Scalar(byte)
                count += 1
            }
            position = delimiter + 1
        }
        guard position < input.count else { return nil }
        var scalar = 128
        var index = 0
        var bias = 72
        var isFirst = true
        while position < input.count {
            let oldIndex = index
            var weight = 1
            var base = 36
            while true {
                guard position < input.count, let digit = digit(input[position]) else { return nil }
                position += 1
                index += digit * weight
                guard index < 1 << 40 else { return nil }
                let threshold = min(max(base - bias, 1), 26)
                if digit < threshold { break }
                weight *= 36 - threshold
                guard weight < 1 << 40 else { return nil }
                base += 36
            }
            count += 1
            guard count < output.count else { return nil }
            bias = adapt(index - oldIndex, count: count, isFirst: isFirst)
            isFirst = false
            scalar += index / count
            index %= count
            guard let value = UInt32(exactly: scalar).flatMap(Unicode.Scalar.init) else { return nil }
            for place in stride(from: count - 1, to: index, by: -1) { output[place] = output[place - 1] }
            output[index] = value
            index += 1
        }
        return count
    }

    private static func digit(_ byte: UInt8) -> Int? {
        if ASCII.isLetter(byte) { return Int((byte | 0x20) - UInt8(ascii: "a")) }
        return ASCII.isDigit(byte) ? Int(byte - UInt8(ascii: "0")) + 26 : nil
    }

    private static func adapt(_ delta: Int, count: Int, isFirst: Bool) -> Int {
        var delta = isFirst ? delta / 700 : delta / 2
        delta += delta / count
        var base = 0
        while delta > 35 * 26 / 2 {
            delta /= 35
            base += 36
        }
        return base + 36 * delta / (delta + 38)
    }

    // MARK: Validity (RFC 5891, section 4.2.3)

    private static func isValid(_ label: UnsafeBufferPointer<Unicode.Scalar>) -> Bool {
        guard let first = label.first, let last = label.last, first != "-", last != "-" else { return false }
        if label.count >= 4, label[2] == "-", label[3] == "-" { return false }
        switch first.properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark: return false
        default: break
        }
        for position in label.indices where !isAllowed(label, position) { return false }
        return true
    }

    /// RFC 5892: what is allowed always, and what is allowed by what stands around it.
    private static func isAllowed(_ label: UnsafeBufferPointer<Unicode.Scalar>, _ position: Int) -> Bool {
        let before = position > 0 ? label[position - 1] : nil
        let after = position + 1 < label.count ? label[position + 1] : nil
        switch label[position].value {
        case 0x200C: return isAfterVirama(before) || (isJoining(before) && isJoining(after))
        case 0x200D: return isAfterVirama(before)
        case 0xB7: return before == "l" && after == "l"
        case 0x375: return after.map(isGreek) ?? false
        case 0x5F3, 0x5F4: return before.map(isHebrew) ?? false
        case 0x30FB: return label.contains(where: isKanaOrHan)
        case 0x660...0x669: return !label.contains { 0x6F0...0x6F9 ~= $0.value }
        case 0x6F0...0x6F9: return !label.contains { 0x660...0x669 ~= $0.value }
        case 0xDF, 0x3C2, 0x6FD, 0x6FE, 0xF0B, 0x3007: return true
        case 0x640, 0x7FA, 0x302E, 0x302F, 0x3031...0x3035, 0x303B: return false
        case 0x2D, 0x30...0x39, 0x61...0x7A: return true
        case ..<0x80: return false
        default: return isLetterOrDigit(label[position])
        }
    }

    /// Section 2.1 and 2.2: letters, marks and digits that case folding and normalisation leave as they are.
    private static func isLetterOrDigit(_ scalar: Unicode.Scalar) -> Bool {
        let properties = scalar.properties
        switch properties.generalCategory {
        case .lowercaseLetter, .otherLetter, .modifierLetter, .nonspacingMark, .spacingMark, .decimalNumber:
            return !properties.changesWhenNFKCCaseFolded && !properties.isDefaultIgnorableCodePoint
        default:
            return false
        }
    }

    private static func isAfterVirama(_ scalar: Unicode.Scalar?) -> Bool {
        scalar?.properties.canonicalCombiningClass == .virama
    }

    /// Letters of scripts whose letters join: Arabic, Syriac, N'Ko, Mandaic, Mongolian and their like.
    private static func isJoining(_ scalar: Unicode.Scalar?) -> Bool {
        guard let scalar, scalar.properties.generalCategory == .otherLetter else { return false }
        return switch scalar.value {
        case 0x620...0x77F, 0x7CA...0x7EA, 0x840...0x8C7, 0x1820...0x18AA: true
        default: false
        }
    }

    private static func isGreek(_ scalar: Unicode.Scalar) -> Bool {
        0x370...0x3FF ~= scalar.value || 0x1F00...0x1FFF ~= scalar.value
    }

    private static func isHebrew(_ scalar: Unicode.Scalar) -> Bool {
        0x591...0x5F4 ~= scalar.value || 0xFB1D...0xFB4F ~= scalar.value
    }

    private static func isKanaOrHan(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x3041...0x309F, 0x30A1...0x30FA, 0x30FD...0x30FF, 0x31F0...0x31FF: true
        default: scalar.properties.isUnifiedIdeograph || scalar.value == 0x3005 || scalar.value == 0x3007
        }
    }
}
