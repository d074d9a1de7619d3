import Foundation
import Testing

@testable import Receipts

/// The files are a cache that may go away at any time: an answer is right, or a typed error.
@Suite struct SpillFileTests {
    private static let count = 20_000

    private func filled(_ folder: String) throws -> ReceiptStore {
        var limits = ReceiptStore.Limits(memoryByteCount: 16 << 10)
        limits.pageCacheByteCount = 16 << 10
        let store = ReceiptStore(limits: limits, folder: folder)
        store.begin(7)
        for number in 0..<Self.count { try store.note(receipt(effect(number)), partition: 7) }
        #expect(store.spilledCount > Self.count / 2)
        return store
    }

    /// Asks for everything until an error: what is answered is right.
    private func askAll(_ store: ReceiptStore) throws {
        for number in 0..<Self.count { #expect(try store.contains(effect(number), partition: 7)) }
    }

    @Test("A file that is deleted while it is used")
    func deleted() throws {
        try withFolder { folder in
            let store = try filled(folder)
            try FileManager.default.removeItem(atPath: folder + "/receipts-7.sqlite")
            do { try askAll(store) } catch { #expect((error as? ReceiptStoreError)?.kind == .file) }
        }
    }

    @Test("A damaged file is a typed error, until the partition begins again", arguments: [0, 4096])
    func damaged(kept: Int) throws {
        try withFolder { folder in
            let store = try filled(folder)
            store.begin(8)
            let path = folder + "/receipts-7.sqlite"
            #expect(truncate(path, off_t(kept)) == 0)
            let failure = try #require(throws: ReceiptStoreError.self) { try askAll(store) }
            #expect(failure.kind == .file && failure.code != 0)
            // It knows nothing any more, and says so, rather than that there are no receipts.
            #expect(throws: failure) { try store.contains(effect(-1), partition: 7) }
            #expect(throws: failure) { try store.note(receipt(effect(-1)), partition: 7) }
            #expect(try !store.contains(effect(1), partition: 8))

            store.begin(7)
            #expect(try !store.contains(effect(1), partition: 7))
            for number in 0..<Self.count { try store.note(receipt(effect(number)), partition: 7) }
            try askAll(store)
        }
    }

    @Test("A folder that cannot be made is told when a file is needed")
    func noFolder() throws {
        try withFolder { folder in
            try Data("a file".utf8).write(to: URL(filePath: folder))
            let store = ReceiptStore(limits: .init(memoryByteCount: 16 << 10), folder: folder)
            store.begin(0)
            try store.note(receipt(effect(0)), partition: 0)
            #expect(throws: ReceiptStoreError.self) {
                for number in 0..<Self.count { try store.note(receipt(effect(number)), partition: 0) }
            }
        }
    }

    @Test("A file that another process left behind counts for nothing")
    func leftBehind() throws {
        try withFolder { folder in
            let store = try filled(folder)
            let again = ReceiptStore(limits: .init(memoryByteCount: 16 << 10), folder: folder)
            again.begin(7)
            for number in 0..<5000 { try again.note(receipt(effect(-1 - number)), partition: 7) }
            #expect(again.spilledCount > 0)
            for number in 0..<Self.count { #expect(try !again.contains(effect(number), partition: 7)) }
            try askAll(store)
        }
    }

    @Test("The filter has no false negatives, and few false positives")
    func filter() {
        var filter = SpilledFilter()
        for number in 0..<100_000 { filter.insert(PlacedEffect(effect(number)).place, limit: .max) }
        let right = (0..<100_000).count { filter.mayContain(PlacedEffect(effect($0)).place) }
        #expect(right == 100_000)
        let wrong = (0..<100_000).count { filter.mayContain(PlacedEffect(effect(-1 - $0)).place) }
        #expect(wrong < 1000, "\(wrong)")
        let byteCount = filter.byteCount
        #expect(byteCount < 100_000 * 5)
    }
    @Test("A filter that has reached its limit does not grow, is wrong more often, and never forgets (D8, D13)")
    func limitedFilter() {
        var filter = SpilledFilter()
        let limit = 64 << 10  // Filters of 1 to 32 KiB, made for 32,256 entries.
        for number in 0..<100_000 { filter.insert(PlacedEffect(effect(number)).place, limit: limit) }
        #expect(filter.byteCount == 63 << 10)
        #expect((0..<100_000).allSatisfy { filter.mayContain(PlacedEffect(effect($0)).place) })
        let wrong = (0..<1000).count { filter.mayContain(PlacedEffect(effect(-1 - $0)).place) }
        #expect(wrong > 100, "\(wrong)")
    }
}
