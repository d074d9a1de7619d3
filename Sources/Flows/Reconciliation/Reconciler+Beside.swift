import Foundation
import Kafka
import Logging
import Reconciliation
import Synchronization

/// What two threads do of one comparison.
extension Reconciler {
    /// What a second thread needs to work on the same comparison, with everything else made anew.
    struct Share: Sendable {
        let definition: FlowDefinition
        let options: Options
        let client: ClientProperties
        let shared: SharedLimits?
        let logger: Logger
        let manifest: ReconcileManifest
    }

    var share: Share {
        Share(
            definition: definition, options: options, client: client, shared: shared, logger: logger,
            manifest: manifest)
    }

    /// Has the other thread work on the comparison as it is now.
    private func start<Value: Sendable>(
        _ body: @escaping @Sendable (Reconciler) throws -> Value
    ) -> SideWork<Value> {
        let manifest = manifest
        return sideThread().start { helper, work in
            helper.manifest = manifest
            helper.isStopped = { work.isStopped }
            helper.onProgress = { work.tell($0) }
            return try body(helper)
        }
    }

    // MARK: - Topics and listing

    /// What lies in the folder of a listing that another thread reads.
    final class ListingProgress: Sendable {
        private let listing = Mutex<ReconcileManifest.Listing?>(nil)

        var kept: ReconcileManifest.Listing? { listing.withLock { $0 } }
        func note(_ kept: ReconcileManifest.Listing) { listing.withLock { $0 = kept } }
    }

    /// What was read of a listing.
    struct ListingRead: Sendable {
        var isWhole: Bool
        var listing: ReconcileManifest.Listing?
        var held: Held<ReconcileManifest.Listing>?
        var calls: Int
    }

    /// Reads topics and the system's listing at the same time. How far the topics are read, and what was settled, is known
    /// before: that an event was settled, or a key let go, was then true before the system was read, whatever is read first.
    /// - Returns: false when it was stopped.
    func readTopicsAndListing() throws -> Bool {
        guard usesListing, manifest.listing?.isDone != true else { return try foldEvents() && foldStates() }
        let reading = ListingProgress()
        listingProgress = reading
        defer { listingProgress = nil }
        let side = start { helper in
            helper.listingProgress = reading
            helper.callCount = 0
            let isWhole = try helper.readListing()
            return ListingRead(
                isWhole: isWhole, listing: helper.manifest.listing, held: helper.heldListing.take(),
                calls: helper.callCount)
        }
        let topics = Result { try beside(side) { try foldEvents() && foldStates() } }
        let listing = Result { try wait(for: side, beside: topics) }
        if case .success(let read) = listing {
            callCount += read.calls
            manifest.listing = read.listing
            heldListing = read.held
        } else {
            manifest.listing = reading.kept ?? manifest.listing
        }
        let isWhole = try topics.get()
        return try listing.get().isWhole && isWhole
    }

    /// Works beside another thread, and stops when that one has failed.
    private func beside<Value, Result>(_ side: SideWork<Value>, _ body: () throws -> Result) rethrows -> Result {
        let outer = isStopped
        isStopped = { outer() || side.hasFailed }
        defer { isStopped = outer }
        return try body()
    }

    /// Waits for another thread, which need not go on if the work of this one was stopped or failed.
    private func wait<Value>(for side: SideWork<Value>, beside own: Result<Bool, any Error>) throws -> Value {
        if case .success(true) = own {} else { side.stop() }
        return try side.wait { progress in
            if let progress { onProgress(progress) }
            return !isStopped()
        }
    }

    // MARK: - Comparing

    /// What all keys are compared by: tables, each with its runs and what of it lies in memory.
    struct Tables: Sendable {
        struct Contents: Sendable {
            var runs: [String]
            var memory: MemoryRun?
        }

        var events: Contents
        var news: Contents
        var states: Contents
        var listing: Contents
    }

    /// The keys that are compared by one thread: from the first one that it names to the one before the second.
    struct Part: Sendable {
        var from: [UInt8]?
        var to: [UInt8]?
    }

    struct Compared: Sendable {
        var equal: Int
        var recheck: [String]
    }

    /// Compares all keys, in two threads where there are many and two processors.
    /// - Returns: `nil` when it was stopped.
    func compareParts(_ tables: Tables, _ findings: FindingsFile, _ recheck: SpilledTable) throws -> Compared? {
        guard let middle = middleKey, ProcessInfo.processInfo.activeProcessorCount > 1 else {
            return try join(tables, Part(), findings, recheck)
        }
        let path = "\(options.folder)/findings.upper"
        let side = start { helper in
            let file = try FindingsFile(writing: path)
            let compared = try helper.join(tables, Part(from: middle), file, helper.table("recheck.upper"))
            try file.close()
            return compared
        }
        let lower = Result { try beside(side) { try join(tables, Part(to: middle), findings, recheck) } }
        let upper = Result { try wait(for: side, beside: lower.map { $0 != nil }) }
        guard let compared = try lower.get(), let more = try upper.get() else {
            // The other thread's error is why this one stopped.
            _ = try upper.get()
            return nil
        }
        try findings.take(path)
        return Compared(equal: compared.equal + more.equal, recheck: compared.recheck + more.recheck)
    }
}
