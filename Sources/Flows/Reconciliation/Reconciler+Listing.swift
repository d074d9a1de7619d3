import Delivery
import Foundation
import JSON
import Reconciliation

/// Reading what the system holds, page by page.
extension Reconciler {
    /// What an item of the listing is in its table: its document, or why there is none.
    enum ListedItem {
        static let document: UInt8 = 0
        static let unreadable: UInt8 = 1
    }

    /// Reads all pages, one after the other; while the items of one are looked at, the next one is under way.
    /// - Returns: false when it was stopped.
    func readListing() throws -> Bool {
        guard let list = reconcile.list else { return true }
        var listing = manifest.listing ?? ReconcileManifest.Listing()
        guard !listing.isDone else { return true }
        let table = table("listing", runs: listing.runs)
        let reader = try systemReader()
        defer { callCount += reader.callCount }
        var page: [UInt8] = []
        var last: [UInt8] = []
        try ask(list, listing.position, reader)
        while true {
            swap(&page, &last)
            page.removeAll(keepingCapacity: true)
            guard try receive(reader, list, listing, into: &page) else {
                try note(&listing, table)
                return false
            }
            let next = try page.withUnsafeBytes { body in
                let content = try read(body, list, listing.position)
                try requireProgress(body, content, list, listing.position, behind: last)
                let next = list.isPaged ? listing.position.next(content, hasCursor: list.next != nil) : nil
                if let next { try ask(list, next, reader) }
                try add(content.items, to: table, &listing)
                return next
            }
            listing.pages += 1
            onProgress(Progress(stage: .listing, done: listing.records, total: nil))
            guard let next else { break }
            listing.position = next
            if table.isFull { try note(&listing, table) }
        }
        try table.hold()
        listing.isDone = true
        heldListing = table.memory.map { Held(run: $0, kept: manifest.listing) }
        manifest.listing = listing
        return true
    }

    /// A system that does not know the parameter gives the first page again and again.
    private func requireProgress(
        _ body: UnsafeRawBufferPointer, _ page: EntityReader.Page, _ list: ListingDefinition,
        _ position: ListingDefinition.Position, behind last: [UInt8]
    ) throws {
        guard !page.items.isEmpty, last.count == body.count else { return }
        let isSame = last.withUnsafeBytes { last in
            guard let left = last.baseAddress, let right = body.baseAddress else { return false }
            return memcmp(left, right, body.count) == 0
        }
        guard isSame else { return }
        throw ReconcileFailure.answerUnreadable(
            call: call(list, position), reason: "gives the same records as the page before: it knows no such paging")
    }

    func systemReader() throws -> SystemReader {
        try SystemReader(reconcile.system, limits: definition.limits, shared: shared, logger: logger)
    }

    private func note(_ listing: inout ReconcileManifest.Listing, _ table: SpilledTable) throws {
        try table.spill()
        listing.runs = table.runs
        manifest.listing = listing
        listingProgress?.note(listing)
        try save()
    }

    private func ask(
        _ list: ListingDefinition, _ position: ListingDefinition.Position, _ reader: SystemReader
    ) throws {
        let path = list.path(at: position)
        do {
            try reader.ask(path, tag: 0)
        } catch {
            throw ReconcileFailure.answerUnreadable(call: "GET \(reconcile.system.name)\(path)", reason: "\(error)")
        }
        reader.send()
    }

    /// Waits for the page that was asked for.
    /// - Returns: false when it was stopped.
    private func receive(
        _ reader: SystemReader, _ list: ListingDefinition, _ listing: ReconcileManifest.Listing,
        into page: inout [UInt8]
    ) throws -> Bool {
        var refusal: Int?
        var isAnswered = false
        while !isAnswered {
            if isStopped() { return false }
            try reader.turn(100) { _, answer in
                isAnswered = true
                switch answer {
                case .found(let body): page.append(contentsOf: body)
                case .refused(let status): refusal = status
                }
            }
            onProgress(Progress(stage: .listing, done: listing.records, total: nil, trouble: reader.trouble))
            try checkPatience(reader)
        }
        guard let refusal else { return true }
        throw ReconcileFailure.answerUnreadable(
            call: call(list, listing.position), reason: "was answered with status \(refusal)")
    }

    /// A system that gives no answer at all ends the comparison; what was read is kept.
    func checkPatience(_ reader: SystemReader) throws {
        guard reader.pending > 0, Instant.now - reader.lastAnswered > options.patience else { return }
        throw ReconcileFailure.systemUnwell(
            name: reconcile.system.name, trouble: reader.trouble ?? "its calls wait")
    }

    private func call(_ list: ListingDefinition, _ position: ListingDefinition.Position) -> String {
        "GET \(reconcile.system.name)\(list.path(at: position))"
    }

    private func read(
        _ body: UnsafeRawBufferPointer, _ list: ListingDefinition, _ position: ListingDefinition.Position
    ) throws -> EntityReader.Page {
        do {
            return try compiled.entity.page(body)
        } catch {
            throw ReconcileFailure.answerUnreadable(call: call(list, position), reason: "\(error)")
        }
    }

    /// An item whose document cannot be told is kept with the reason; one without a key is counted.
    private func add(
        _ items: [Value], to table: SpilledTable, _ listing: inout ReconcileManifest.Listing
    ) throws {
        for item in items {
            listing.records += 1
            scratch.removeAll()
            do {
                let document = try compiled.entity.document(of: item)
                scratch.append(ListedItem.document)
                scratch.write(document)
            } catch {
                scratch.append(ListedItem.unreadable)
                scratch.append(error.reason)
            }
            do {
                try compiled.entity.withKey(of: item) { key in
                    table.append(key: key, ordinal: UInt64(listing.records), payload: scratch.bytes)
                }
            } catch {
                listing.unreadable += 1
            }
        }
    }
}

extension ListingDefinition.Position {
    /// What the page behind this one is asked for with; `nil` when this was the last.
    func next(_ page: EntityReader.Page, hasCursor: Bool) -> Self? {
        var next = self
        next.offset += page.items.count
        next.page += 1
        next.cursor = page.next
        if hasCursor { return page.next == nil || page.next == cursor ? nil : next }
        return page.items.isEmpty ? nil : next
    }
}
