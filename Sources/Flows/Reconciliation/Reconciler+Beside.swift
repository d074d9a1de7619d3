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

    /// One that works for another one, and is told to stop by it.
    private static func helper<Value>(_ share: Share, _ link: SideWork<Value>.Link) throws -> Reconciler {
        let helper = try Reconciler(share)
        helper.isStopped = { link.isStopped }
        helper.onProgress = { link.tell($0) }
        return helper
    }

    // MARK: - Topics and listing

    /// What is read of a listing, from time to time.
    final class ListingProgress: Sendable {
        struct State: Sendable {
            var listing: ReconcileManifest.Listing?
            var calls = 0
        }

        let state = Mutex(State())
    }

    /// Reads topics and the system's listing at the same time. How far the topics are read, and what was settled, is known
    /// before: that an event was settled, or a key let go, was then true before the system was read, whatever is read first.
    /// - Returns: false when it was stopped.
    func readTopicsAndListing() throws -> Bool {
        guard usesListing, manifest.listing?.isDone != true else { return try foldEvents() && foldStates() }
        let share = share
        let reading = ListingProgress()
        listingProgress = reading
        let side = SideWork<Bool>("reconcile listing") { link in
            let helper = try Reconciler.helper(share, link)
            helper.listingProgress = reading
            return try helper.readListing()
        }
        let outer = isStopped
        isStopped = { outer() || side.hasFailed }
        defer { isStopped = outer }
        var failure: (any Error)?
        var isWhole = false
        do {
            isWhole = try foldEvents() && foldStates()
        } catch {
            failure = error
        }
        if !isWhole { side.stop() }
        do {
            let isListed = try side.finish { progress in
                if let progress { onProgress(progress) }
                return !outer()
            }
            isWhole = isWhole && isListed
        } catch {
            failure = failure ?? error
        }
        callCount += reading.state.withLock { $0.calls }
        try save()
        listingProgress = nil
        if let failure { throw failure }
        return isWhole
    }

    // MARK: - Comparing

    /// The keys that are compared by one thread: from the first one that it names to the one before the second.
    struct Part: Sendable {
        var from: [UInt8]?
        var to: [UInt8]?
        /// Where findings and keys go that are to be read one by one.
        var findings: String
        var recheck: String
    }

    struct Compared: Sendable {
        var equal: Int
        var recheck: [String]
    }

    /// Compares all keys, in two threads where there are many and two processors.
    /// - Returns: `nil` when it was stopped.
    func compareParts(_ news: [String], _ findings: FindingsFile, _ recheck: SpilledTable) throws -> Compared? {
        guard let middle = middleKey, ProcessInfo.processInfo.activeProcessorCount > 1 else {
            return try join(news, Part(findings: "", recheck: ""), findings, recheck)
        }
        let share = share
        let upper = Part(from: middle, findings: "\(options.folder)/findings.upper", recheck: "recheck.upper")
        let side = SideWork<Compared?>("reconcile") { link in
            let helper = try Reconciler.helper(share, link)
            let file = try FindingsFile(writing: upper.findings)
            let compared = try helper.join(news, upper, file, helper.table(upper.recheck))
            try file.close()
            return compared
        }
        let outer = isStopped
        isStopped = { outer() || side.hasFailed }
        defer { isStopped = outer }
        let lower = Result { try join(news, Part(to: middle, findings: "", recheck: ""), findings, recheck) }
        if case .success(.some) = lower {} else { side.stop() }
        let other = Result { try side.finish { _ in !outer() } }
        guard let compared = try lower.get(), let more = try other.get() else {
            _ = try other.get()
            return nil
        }
        try findings.take(upper.findings)
        return Compared(equal: compared.equal + more.equal, recheck: compared.recheck + more.recheck)
    }
}
