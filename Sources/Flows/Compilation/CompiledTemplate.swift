import JQ
import JSON

/// A text with expressions in braces, filled from the event: `erp/clients/{.data.id}`.
struct CompiledTemplate {
    enum Part {
        case text(String)
        case expression(Program)
        /// The program that gives what is remembered under the name.
        case reference(String, Program)
    }

    /// What is remembered that the text is filled with.
    var references: [String] {
        parts.compactMap { part in
            if case .reference(let name, _) = part { name } else { nil }
        }
    }

    let parts: [Part]
    /// What a configuration names it: `call`, `headers.X-Origin`.
    let name: String

    /// Writes a path: every filled-in value becomes one segment, percent-encoded (RFC 3986, section 3.3).
    func write(
        to path: ByteBuffer, _ event: Value, _ variables: [Value], _ evaluator: Evaluator, step: String
    ) throws(EventFault) {
        for part in parts {
            switch part {
            case .text(let text): path.append(text)
            case .expression(let program):
                var value = try fill(program, event, variables, evaluator, step: step)
                value.withUTF8 { encode($0, to: path) }
            case .reference(let name, let program):
                var value = try fill(program, of: name, event, variables, evaluator, step: step)
                value.withUTF8 { encode($0, to: path) }
            }
        }
    }

    /// The text with all values filled in as they are.
    func text(
        _ event: Value, _ variables: [Value], _ evaluator: Evaluator, step: String
    ) throws(EventFault) -> String {
        var result = ""
        for part in parts {
            switch part {
            case .text(let text): result += text
            case .expression(let program): result += try fill(program, event, variables, evaluator, step: step)
            case .reference(let name, let program):
                result += try fill(program, of: name, event, variables, evaluator, step: step)
            }
        }
        return result
    }

    private func fill(
        _ program: Program, of name: String, _ event: Value, _ variables: [Value], _ evaluator: Evaluator, step: String
    ) throws(EventFault) -> String {
        let value = try? evaluator.one(program, event, variables: variables)
        guard let text = value?.scalarText, !text.isEmpty else {
            throw fault(
                "no reference ‘\(name)’ is remembered for the key of this event: no step has remembered it yet",
                step: step)
        }
        return text
    }

    private func fill(
        _ program: Program, _ event: Value, _ variables: [Value], _ evaluator: Evaluator, step: String
    ) throws(EventFault) -> String {
        let value: Value
        do {
            value = try evaluator.one(program, event, variables: variables)
        } catch {
            throw fault("\(error)", step: step)
        }
        // An empty segment would turn `/clients/{id}` into the whole collection.
        guard let text = value.scalarText, !text.isEmpty else {
            throw fault("an expression in braces gives no string or number with content", step: step)
        }
        return text
    }

    private func fault(_ message: String, step: String) -> EventFault {
        EventFault(reason: .mapping, stage: .transformation, step: step, message: "\(name): \(message)")
    }

    /// Leaves the unreserved characters of RFC 3986 and encodes all others. A segment of dots only would climb.
    private func encode(_ bytes: UnsafeBufferPointer<UInt8>, to path: ByteBuffer) {
        let onlyDots = bytes.allSatisfy { $0 == UInt8(ascii: ".") }
        for byte in bytes {
            switch byte {
            case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x5f, 0x7e: path.append(byte)
            case 0x2e where !onlyDots: path.append(byte)
            default:
                path.append(UInt8(ascii: "%"))
                path.append(hexadecimal(byte >> 4))
                path.append(hexadecimal(byte & 15))
            }
        }
    }

    private func hexadecimal(_ digit: UInt8) -> UInt8 {
        digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "A") + digit - 10
    }
}
