import CAllocationCounter
import Foundation
import JQ
import JSON
import JSONSchema
import Testing

/// An event that is valid costs no allocation once everything has its size: parse, validate, map, validate, write.
///
/// It is the optimised code that allocates nothing: `make allocations` runs this suite in a release build.
@Suite(.enabled(if: isMeasurable, "needs a release build with glibc and without a sanitizer: make allocations"))
struct AllocationTests {
    private static let root: URL = {
        // This file is Tests/FuzzTests/AllocationTests.swift in the package.
        var url = URL(fileURLWithPath: #filePath)
        for _ in 0..<3 { url.deleteLastPathComponent() }
        return url
    }()

    private static func bytes(_ path: String) throws -> [UInt8] {
        Array(try Data(contentsOf: root.appending(path: path)))
    }

    @Test func theCounterCounts() {
        let before = allocation_count()
        let memory = UnsafeMutableRawPointer.allocate(byteCount: 100, alignment: 1)
        #expect(allocation_count() > before)
        memory.deallocate()
    }

    @Test func theExampleEventAllocatesNothing() throws {
        let registry = SchemaRegistry { try? Self.bytes("Schemas/" + $0) }
        let input = try Schema(uri: "crm/customer-event.v1.json", in: registry)
        let output = try Schema(uri: "erp/client.v2.json", in: registry)
        let mapping = try Self.bytes("examples/crm-to-erp/mappings/customer-to-client.jq")
        let program = try Program(String(decoding: mapping, as: UTF8.self))
        let event = try Self.bytes("examples/crm-to-erp/events/customer-updated.json")

        let document = Document()
        let evaluator = Evaluator(arena: document.arena)
        let buffer = ByteBuffer()
        try event.withUnsafeBytes { bytes in
            /// The allocations of so many events: of parsing, validating, mapping, validating, and writing.
            func transform(_ events: Int) throws -> [Int] {
                var counts = (0, 0, 0, 0, 0)
                for _ in 0..<events {
                    let start = allocation_count()
                    let value = try document.parse(bytes)
                    let parsed = allocation_count()
                    guard input.isValid(value) else { throw Invalid() }
                    let checked = allocation_count()
                    let mapped = try evaluator.one(program, value)
                    let done = allocation_count()
                    guard output.isValid(mapped) else { throw Invalid() }
                    let valid = allocation_count()
                    buffer.removeAll()
                    buffer.write(mapped)
                    counts.0 += parsed - start
                    counts.1 += checked - parsed
                    counts.2 += done - checked
                    counts.3 += valid - done
                    counts.4 += allocation_count() - valid
                }
                return [counts.0, counts.1, counts.2, counts.3, counts.4]
            }
            _ = try transform(10)
            let counts = try transform(1000)
            #expect(counts == [0, 0, 0, 0, 0])
        }
        #expect(buffer.text.contains(#""clientIdentifier":"#))
    }

    private struct Invalid: Error {}
}

/// Whether the counter counts, and what it counts is optimised code.
private var isMeasurable: Bool {
    #if DEBUG
        false
    #else
        allocation_counter_is_active() != 0
    #endif
}
