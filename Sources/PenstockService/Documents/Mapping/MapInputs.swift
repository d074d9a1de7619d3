import Flows
import Foundation
import JSON

/// What a program that is run by hand is run on: the documents of its inputs, one after the other or all at once.
struct MapInputs {
    enum Item {
        /// The place for messages, and where the program may put values: the same arena for all items. Valid until the
        /// next item.
        case document(place: String, Value, Arena)
        case fault(String)
    }

    /// By hand the machine's memory is the limit.
    static let limits = Limits(depth: 10_000, byteCount: .max)

    private let options: MapOptions
    private let flush: () -> Void
    private let document = Document(limits: limits, arena: Arena(byteLimit: .max >> 1))

    /// - Parameter flush: called before an input may be waited for.
    init(_ options: MapOptions, flush: @escaping () -> Void) {
        self.options = options
        self.flush = flush
    }

    /// A file that is missing is told before the first output.
    func checkFiles() throws(CommandFailure) {
        for file in options.files where file != "-" && !options.readsNothing { _ = try ByteStream(path: file) }
    }

    func forEach(_ body: (Item) throws -> Void) throws {
        if options.readsNothing {
            document.arena.reset()
            try body(.document(place: "null input", .null, document.arena))
        } else if options.slurps {
            try slurp(body)
        } else {
            for file in options.files { try read(file, body) }
        }
    }

    private func stream(_ file: String) throws -> ByteStream {
        let stream = try ByteStream(path: file)
        stream.willRead = flush
        return stream
    }

    private func read(_ file: String, _ body: (Item) throws -> Void) throws {
        if options.readsText { return try readLines(file, body) }
        try InputDocuments.forEach(in: file, stream: stream, document: document) { item in
            switch item {
            case .document(let found): try body(.document(place: found.place.description, found.value, document.arena))
            case .fault(let fault): try body(.fault(fault.description))
            }
        }
    }

    // MARK: - Raw input

    private func readLines(_ file: String, _ body: (Item) throws -> Void) throws {
        let input = try stream(file)
        while true {
            let bytes = input.bytes
            guard let end = bytes.firstIndex(of: 0x0A) ?? (input.isAtEnd && bytes.count > 0 ? bytes.count : nil) else {
                if input.isAtEnd { return }
                try input.fill()
                continue
            }
            document.arena.reset()
            let text = String(decoding: UnsafeRawBufferPointer(rebasing: bytes[..<end]), as: UTF8.self)
            try body(
                .document(place: "\(input.name):\(input.line)", try document.arena.string(text), document.arena))
            input.take(min(end + 1, bytes.count))
        }
    }

    // MARK: - All at once

    private func slurp(_ body: (Item) throws -> Void) throws {
        let arena = Arena(byteLimit: .max >> 1)
        try withExtendedLifetime(arena) {
            if options.readsText {
                var bytes: [UInt8] = []
                for file in options.files { bytes += try TextFile.read(file) }
                return try body(
                    .document(place: name, try arena.string(String(decoding: bytes, as: UTF8.self)), arena))
            }
            var values: [Value] = []
            var isWhole = true
            for file in options.files {
                try InputDocuments.forEach(in: file, stream: stream, document: document) { item in
                    switch item {
                    case .document(let found): values.append(try arena.copy(found.value))
                    case .fault(let fault):
                        isWhole = false
                        try body(.fault(fault.description))
                    }
                }
            }
            // A part of the documents would be a wrong answer.
            guard isWhole else { return }
            try body(.document(place: name, try arena.array(values), arena))
        }
    }

    private var name: String {
        options.files == ["-"] ? "standard input" : options.files.joined(separator: ", ")
    }
}
