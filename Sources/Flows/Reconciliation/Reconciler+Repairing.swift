import JSON
import Kafka
import Reconciliation

/// What a repair asks of the comparison that it follows.
extension Reconciler {
    /// Notes that what was found is being repaired, so that a repair that is stopped can be gone on with.
    public func beginRepair() throws {
        manifest.isRepairing = true
        try save()
    }

    /// Keys of which events have come since they were compared: what was found of them says nothing any more.
    public func movedKeys(among keys: Set<[UInt8]>) throws -> Set<[UInt8]> {
        var fold = ReconcileManifest.Fold()
        fold.parts = try newParts(behind: manifest.readThrough ?? manifest.events?.parts ?? [:])
        var moved: Set<[UInt8]> = []
        let scan = try TopicScan(definition.topic, fold.parts, client: client, logger: logger)
        defer { scan.close() }
        _ = try scan.run { record, _ in
            compiled.withKey(of: record) { key in
                guard let key, keys.contains(Array(key)) else { return }
                moved.insert(Array(key))
            }
        } afterBatch: {
            true
        }
        return moved
    }

    /// Reads keys again that were repaired, by their newest events.
    ///
    /// - Parameter references: what is remembered of a key now, a JSON object.
    /// - Returns: what was found, the equal ones only counted; `nil` when there is no way to read single records, or it was
    ///   stopped.
    public func verify(
        _ lines: [RedrivePlan.Line], references: [[UInt8]: String]
    ) throws -> (equal: Int, findings: [Finding])? {
        guard reconcile.get != nil else { return nil }
        let path = "\(options.folder)/findings.verified"
        let findings = try FindingsFile(writing: path)
        let keys = table("recheck.0")
        for line in lines {
            guard let key = line.key.bytes, let letter = line.letters.first?.letter else { continue }
            letter.restore(into: record)
            scratch.removeAll()
            let event = ByteBuffer(capacity: 512)
            RecordSpilling.write(record, to: event)
            let state = references[key].map { "{\"references\":\($0)}" } ?? ""
            try add(key, Array(event.bytes), Array(state.utf8), to: keys)
        }
        try keys.spill()
        let checking = Rechecking(
            self, findings, eventParts: manifest.readThrough ?? manifest.events?.parts ?? [:],
            stateParts: manifest.states?.parts ?? [:])
        for line in lines { if let key = line.key.bytes { checking.repaired[key] = line.letters.first?.letter.place } }
        guard try checking.run(keys, isFirstRead: true) else { return nil }
        try findings.close()
        var found: [Finding] = []
        try FindingsFile.read(path) { finding in
            found.append(finding)
            return true
        }
        return (checking.equal, found)
    }
}
