import Foundation
import Reconciliation

/// The work folder: what is there for a later process.
extension Reconciler {
    var findingsPath: String { "\(options.folder)/findings.ndjson" }

    func table(_ name: String, runs: [String] = [], memory: MemoryRun? = nil) -> SpilledTable {
        SpilledTable(
            folder: options.folder, name: name, runs: runs, memory: memory, memoryByteCount: options.memoryByteCount)
    }

    /// What was read at last and lies in memory, and what the folder holds of the same.
    struct Held<State: Sendable>: Sendable {
        let run: MemoryRun
        let kept: State?
    }

    /// Notes in the folder what it holds: what lies in memory only is not there for a later process.
    func save() throws {
        guard !isHelper else { return }
        manifest.spent = spentBefore + Int64((ContinuousClock.now - beginning) / .milliseconds(1))
        var kept = manifest
        if let heldEvents { kept.events = heldEvents.kept }
        if let heldStates { kept.states = heldStates.kept }
        if let heldListing { kept.listing = heldListing.kept }
        if let listing = listingProgress?.kept { kept.listing = listing }
        try kept.save(folder: options.folder)
    }

    /// Writes what was read and lies in memory, too, so that the work can be gone on with.
    func keep() throws {
        let (events, states, listing) = (manifest.events?.runs, manifest.states?.runs, manifest.listing?.runs)
        if let runs = try write(heldEvents?.run, "events", behind: events) { manifest.events?.runs = runs }
        heldEvents = nil
        if let runs = try write(heldStates?.run, "states", behind: states) { manifest.states?.runs = runs }
        heldStates = nil
        if let runs = try write(heldListing?.run, "listing", behind: listing) { manifest.listing?.runs = runs }
        heldListing = nil
        try save()
    }

    /// - Returns: all of a table's runs; `nil`: there was nothing to write.
    private func write(_ run: MemoryRun?, _ name: String, behind runs: [String]?) throws -> [String]? {
        guard let run else { return nil }
        let table = table(name, runs: runs ?? [])
        try table.write(run)
        return table.runs
    }

    /// Removes what a comparison has left in its folder.
    public static func clear(_ folder: String) {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] where isOurs(name) {
            try? FileManager.default.removeItem(atPath: "\(folder)/\(name)")
        }
    }

    private static func isOurs(_ name: String) -> Bool {
        let tables = [
            "events.", "tail.", "states.", "listing.", "recheck.", "pending.", "waiting.", "news.", "findings",
            "repaired",
        ]
        return name == ReconcileManifest.fileName || tables.contains { name.hasPrefix($0) }
    }
}
