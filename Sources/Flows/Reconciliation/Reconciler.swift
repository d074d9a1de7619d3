import Delivery
import Foundation
import JSON
import Kafka
import Logging
import Reconciliation

/// Compares the last state of each key of a flow's topic with what a system holds.
///
/// The topic is folded to the last event of each key, what the group has settled is asked for, what is remembered of the
/// keys is read, then the system is read, and then what has come into the topic meanwhile. All of it lies in tables that
/// spill to the work folder, so that memory does not grow with the number of keys, and a comparison that was stopped is
/// gone on with. Nothing is written to Kafka or called that would change anything.
public final class Reconciler {
    public struct Options: Sendable {
        /// Where runs and findings go; it is made, and may be deleted at any time.
        public var folder: String
        /// Bytes that each table collects before it spills.
        public var memoryByteCount = 64 << 20
        /// Reads records one by one also where the system has a listing.
        public var byItem = false
        /// Begins anew, whatever lies in the folder.
        public var isFresh = false
        /// A repair follows, and one that was stopped is gone on with.
        public var repairs = false
        /// How long keys that are in motion are waited for.
        public var settleTime = Duration.seconds(30)
        /// How long the system may give no answer at all.
        public var patience = Duration.seconds(30)
        /// Work that was begun longer ago is begun anew.
        public var maximumAge = Duration.seconds(86_400)

        public init(folder: String) {
            self.folder = folder
        }
    }

    /// How a comparison goes.
    public struct Progress: Sendable {
        public enum Stage: String, Sendable {
            case topic, states, listing, comparing, checking
        }

        public var stage: Stage
        public var done: Int
        public var total: Int?
        /// What holds it up; `nil`: nothing.
        public var trouble: String?
    }

    /// What a comparison found.
    public struct Outcome: Sendable {
        public var tally: Tally
        /// The path of a `FindingsFile`.
        public var findings: String
        /// Names the comparison.
        public var run: String
        /// Milliseconds since 1970.
        public var startedAt: Int64
        public var finishedAt: Int64
        /// Milliseconds of work.
        public var spent: Int64
        public var events: Int
        public var eventsWithoutKey: Int
        /// Records of the system's listing; `nil` where it was read one by one.
        public var listed: Int?
        /// Requests to the system in this process.
        public var calls: Int
        /// Work of an earlier process was gone on with.
        public var isResumed: Bool
    }

    let definition: FlowDefinition
    let reconcile: ReconcileDefinition
    let compiled: CompiledReconciliation
    let options: Options
    let client: ClientProperties
    let logger: Logger
    let shared: SharedLimits?
    let record = StoredRecord()
    let scratch = ByteBuffer(capacity: 4_096)
    let referenceBuffer = ByteBuffer(capacity: 256)
    /// What the system's documents are read into.
    let actual = Document()
    /// What our own notes are read into.
    let notes = Document()

    /// How far the comparison is, what lies only in memory included.
    var manifest: ReconcileManifest
    var heldEvents: Held<ReconcileManifest.Fold>?
    var heldStates: Held<ReconcileManifest.Fold>?
    var heldListing: Held<ReconcileManifest.Listing>?
    /// What a thread beside this one has read of the listing, or what this one tells of it.
    var listingProgress: ListingProgress?
    private var side: SideThread<Reconciler>?
    private var knownAdmin: Admin?
    /// Divides the keys about in two; `nil` where that is not known.
    var middleKey: [UInt8]?
    /// Works for another one, which keeps the manifest.
    let isHelper: Bool
    private let isResumed: Bool
    let beginning = ContinuousClock.now
    let spentBefore: Int64
    var isStopped: () -> Bool = { false }
    var onProgress: (Progress) -> Void = { _ in }
    var callCount = 0

    /// - Parameter shared: the limits of a process whose workers call the system, too.
    /// - Throws: ``FlowProblems``, ``ReconcileFailure``, or that the folder cannot be made.
    public init(
        _ flow: FlowDefinition, _ options: Options, client: ClientProperties, shared: SharedLimits? = nil,
        logger: Logger
    ) throws {
        compiled = try CompiledReconciliation(flow)
        reconcile = compiled.definition
        definition = flow
        self.options = options
        self.client = client
        self.shared = shared
        self.logger = logger
        try FileManager.default.createDirectory(atPath: options.folder, withIntermediateDirectories: true)
        let fingerprint = try CompiledReconciliation.fingerprint(flow, byItem: options.byItem)
        let found =
            options.isFresh
            ? nil
            : ReconcileManifest.load(
                folder: options.folder, fingerprint: fingerprint, now: Timestamp.now(),
                maximumAge: options.maximumAge, repairs: options.repairs)
        isResumed = found != nil
        isHelper = false
        manifest = found ?? ReconcileManifest(fingerprint: fingerprint, now: Timestamp.now())
        spentBefore = manifest.spent
        if found == nil { Reconciler.clear(options.folder) }
    }

    /// One that works for another one, in a thread of its own.
    init(_ share: Share) throws {
        compiled = try CompiledReconciliation(share.definition)
        reconcile = compiled.definition
        definition = share.definition
        options = share.options
        client = share.client
        shared = share.shared
        logger = share.logger
        manifest = share.manifest
        isResumed = false
        isHelper = true
        spentBefore = 0
    }

    /// Whether all records are read by the system's listing.
    var usesListing: Bool { reconcile.list != nil && !options.byItem }

    /// Runs until everything is compared, or until it is told to stop: then the work is kept.
    ///
    /// - Parameters:
    ///   - isStopped: asked several times a second.
    ///   - onProgress: told how it goes, several times a second.
    /// - Returns: `nil` when it was stopped.
    public func run(isStopped: @escaping () -> Bool, onProgress: @escaping (Progress) -> Void) throws -> Outcome? {
        self.isStopped = isStopped
        self.onProgress = onProgress
        if manifest.equal != nil { return try outcome() }
        defer { endSideThread() }
        do {
            if try compareAll() { return try outcome() }
            try keep()
            return nil
        } catch {
            try? keep()
            throw error
        }
    }

    /// - Returns: false when it was stopped.
    private func compareAll() throws -> Bool {
        if usesListing { _ = sideThread() }
        if manifest.committed == nil {
            try beginEvents()
            manifest.committed = try committedPositions()
            try save()
        }
        try beginStates()
        guard try readTopicsAndListing(), let equal = try compare() else { return false }
        manifest.equal = equal
        manifest.finishedAt = Timestamp.now()
        (heldEvents, heldStates, heldListing) = (nil, nil, nil)
        try save()
        return true
    }

    private func outcome() throws -> Outcome {
        var tally = Tally()
        tally.addEqual(manifest.equal ?? 0)
        try FindingsFile.read(findingsPath) { finding in
            tally.add(finding)
            return true
        }
        return Outcome(
            tally: tally, findings: findingsPath, run: manifest.run, startedAt: manifest.startedAt,
            finishedAt: manifest.finishedAt ?? Timestamp.now(), spent: manifest.spent,
            events: manifest.events?.records ?? 0, eventsWithoutKey: manifest.events?.withoutKey ?? 0,
            listed: manifest.listing?.records, calls: callCount, isResumed: isResumed)
    }

    // MARK: - What is made once

    /// The thread beside this one.
    func sideThread() -> SideThread<Reconciler> {
        if let side { return side }
        let share = share
        let new = SideThread("reconcile") { try Reconciler(share) }
        side = new
        return new
    }

    private func endSideThread() {
        side?.end()
        side = nil
    }

    func admin() throws -> Admin {
        if let knownAdmin { return knownAdmin }
        let admin = try Admin(properties: client, logger: logger)
        knownAdmin = admin
        return admin
    }

    // MARK: - The group

    /// What the group has committed for the flow's topic.
    func committedPositions() throws -> [Int32: ReconcileManifest.Committed] {
        let admin = try admin()
        let partitions = try admin.describeTopics([definition.topic], within: .seconds(30)).flatMap(\.topicPartitions)
        var committed: [Int32: ReconcileManifest.Committed] = [:]
        let positions = try admin.groupOffsets(
            group: definition.group, partitions: partitions, within: .seconds(30))
        for position in positions {
            if let error = position.error { throw error }
            guard let offset = position.offset else { continue }
            committed[position.partition.partition] = .init(offset: offset, metadata: position.metadata)
        }
        return committed
    }
}

/// Which events a group has settled.
struct SettledEvents {
    private let positions: [Int32: SettledPosition]

    init(_ committed: [Int32: ReconcileManifest.Committed]) {
        positions = committed.mapValues { SettledPosition(offset: $0.offset, metadata: $0.metadata) }
    }

    func contains(_ place: DeadLetter.Place) -> Bool {
        positions[place.partition]?.contains(place.offset) ?? false
    }
}
