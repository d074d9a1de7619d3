/// The paths that every simulated system has beside its own API: health, faults, counters.
extension SimulatedResponder {
    /// `nil` when the request is for the system's own API.
    func administrativeAnswer(_ request: SimulatedRequest) -> Answer? {
        if request.segments == ["healthz"] { return .json(200, .object([.init("status", .string("ok"))])) }
        guard request.segments.first == "_simulated" else { return nil }
        let name = request.segments.count == 2 ? request.segments[1] : ""
        switch (request.method, name) {
        case ("GET", "summary"):
            return .json(200, .object(system.summary + [.init("faults", faults.counters.tree)]))
        case ("GET", "faults"):
            return .json(200, .object([.init("rules", .array(faults.rules.map(\.tree)))]))
        case ("PUT", "faults"):
            // Whatever type it claims to be: `curl -d` calls it a form.
            return install(request.document ?? JSONTree(parsing: request.body))
        case ("DELETE", "faults"):
            faults.clear()
            return Answer(204)
        default:
            return system.administer(name, request) ?? .problem(404, "There is no \(request.method) \(request.path).")
        }
    }

    private func install(_ document: JSONTree?) -> Answer {
        guard let document else { return .problem(400, "The body is no JSON document.") }
        do {
            let (rules, seed) = try FaultRule.list(document)
            faults.replace(with: rules, seed: seed)
            return .json(200, .object([.init("rules", .array(rules.map(\.tree)))]))
        } catch {
            return .problem(422, "The faults are not well described.", errors: [error])
        }
    }
}

extension FaultControl.Counters {
    var tree: JSONTree {
        .object([
            .init("answered", .int(answered)), .init("limited", .int(limited)), .init("delayed", .int(delayed)),
            .init("hung", .int(hung)), .init("dropped_before_applying", .int(droppedBeforeApplying)),
            .init("dropped_after_applying", .int(droppedAfterApplying)),
            .init("dropped_mid_answer", .int(droppedMidAnswer)),
        ])
    }
}
