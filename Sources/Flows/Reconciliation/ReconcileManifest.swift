import Foundation

/// How far a comparison is, beside its runs in the work folder, so that it can be gone on with.
struct ReconcileManifest: Codable, Equatable {
    static let version = 1
    static let fileName = "manifest.json"

    /// A topic that is folded into a table.
    struct Fold: Codable, Equatable {
        var parts: [Int32: TopicScan.Part] = [:]
        var runs: [String] = []
        /// Records that were taken.
        var records = 0
        /// Records that were passed over, because they have no key.
        var withoutKey = 0
        var isDone = false
    }

    /// The system's listing.
    struct Listing: Codable, Equatable {
        var position = ListingDefinition.Position()
        var runs: [String] = []
        var records = 0
        var pages = 0
        var unreadable = 0
        var isDone = false
    }

    /// What a group had committed.
    struct Committed: Codable, Equatable {
        var offset: Int64
        var metadata: String
    }

    var version = ReconcileManifest.version
    var fingerprint: String
    /// Names this comparison, and the repairs that follow from it.
    var run: String
    /// Milliseconds since 1970.
    var startedAt: Int64
    /// Time that was spent, over all processes that worked on it, in milliseconds.
    var spent: Int64 = 0
    var events: Fold?
    var committed: [Int32: Committed]?
    var states: Fold?
    var listing: Listing?
    /// Keys that are equal, once everything is compared.
    var equal: Int?
    var finishedAt: Int64?
    /// How far the topic was read at last: newer events of a key mean that a finding of it says nothing any more.
    var readThrough: [Int32: TopicScan.Part]?
    /// What was found is being repaired; else a comparison that is finished is begun anew.
    var isRepairing: Bool?

    init(fingerprint: String, now: Int64) {
        self.fingerprint = fingerprint
        run = UUID().uuidString.lowercased()
        startedAt = now
    }

    /// Reads a work folder; `nil` when there is none that can be gone on with.
    ///
    /// - Parameters:
    ///   - maximumAge: older work is begun anew: what the system held then says little of now.
    ///   - repairs: a repair that was stopped is gone on with; otherwise a comparison that is finished is begun anew.
    static func load(
        folder: String, fingerprint: String, now: Int64, maximumAge: Duration, repairs: Bool
    ) -> ReconcileManifest? {
        guard let data = FileManager.default.contents(atPath: "\(folder)/\(fileName)"),
            let manifest = try? JSONDecoder().decode(ReconcileManifest.self, from: data),
            manifest.version == version, manifest.fingerprint == fingerprint,
            now - manifest.startedAt <= Int64(maximumAge / .milliseconds(1)),
            manifest.equal == nil || repairs && manifest.isRepairing == true
        else { return nil }
        return manifest
    }

    /// Writes it beside the runs, as a whole or not at all.
    func save(folder: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        let path = "\(folder)/\(ReconcileManifest.fileName)"
        try encoder.encode(self).write(to: URL(fileURLWithPath: path), options: .atomic)
    }
}
