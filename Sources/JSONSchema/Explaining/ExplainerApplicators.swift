import JSON

extension Explainer {
    func applicatorFailures(_ site: Site, _ node: Node) -> [ValidationFailure] {
        node.applicators.indices.flatMap { failures(of: tables.applicators[$0], site) }
    }

    private func failures(of applicator: Applicator, _ site: Site) -> [ValidationFailure] {
        let children = applicator.children.indices.map { tables.children[$0] }
        switch applicator.kind {
        case .reference:
            // A dynamic reference that leads to no dynamic anchor is an ordinary one.
            let isOrdinary = site.place.value[Keyword.ref.rawValue] != nil
            return inPlace(site, children[0], (isOrdinary ? Keyword.ref : Keyword.dynamicRef).rawValue)
        case .dynamicReference:
            return inPlace(site, machine.target(of: applicator), Keyword.dynamicRef.rawValue)
        case .allOf:
            return children.enumerated().flatMap { inPlace(site, $0.element, "allOf/\($0.offset)") }
        case .anyOf:
            return alternatives(site, children, .anyOf, "must match one of \(children.count) schemas, but matches none")
        case .oneOf:
            let matching = children.indices.filter { machine.check(children[$0], site.value) }
            guard matching.count > 1 else {
                return alternatives(
                    site, children, .oneOf, "must match exactly one of \(children.count) schemas, but matches none")
            }
            let numbers = matching.map(String.init).joined(separator: ", ")
            return [failure(site, .oneOf, "must match exactly one schema, but matches those at \(numbers)")]
        case .not:
            guard machine.check(children[0], site.value) else { return [] }
            return [failure(site, .not, "matches a schema that it must not match")]
        case .condition:
            return machine.check(children[0], site.value)
                ? inPlace(site, children[1], Keyword.then.rawValue)
                : inPlace(site, children[2], Keyword.else.rawValue)
        }
    }

    private func alternatives(
        _ site: Site, _ children: [NodeIndex], _ keyword: Keyword, _ message: String
    ) -> [ValidationFailure] {
        guard !children.contains(where: { machine.check($0, site.value) }) else { return [] }
        let causes = children.enumerated().flatMap { inPlace(site, $0.element, "\(keyword.rawValue)/\($0.offset)") }
        return [failure(site, keyword, message, causes: causes)]
    }
}
