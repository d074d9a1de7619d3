import JSON

extension Explainer {
    // MARK: Arrays

    func arrayFailures(_ site: Site, _ node: Node) -> [ValidationFailure] {
        guard node.array >= 0 else { return [] }
        let rule = tables.arrays[Int(node.array)]
        let count = site.value.count
        var failures: [ValidationFailure] = []
        if count < rule.minItems {
            failures.append(
                failure(site, .minItems, "must have at least \(Self.count(rule.minItems, "element")), but has \(count)")
            )
        }
        if count > rule.maxItems {
            failures.append(
                failure(site, .maxItems, "must have at most \(Self.count(rule.maxItems, "element")), but has \(count)"))
        }
        failures += elementFailures(site, rule)
        if rule.contains >= 0 { failures += containsFailures(site, rule) }
        if rule.isUnique, !machine.hasUniqueElements(site.value.elements) {
            failures.append(failure(site, .uniqueItems, "must not have the same element twice"))
        }
        return failures
    }

    private func elementFailures(_ site: Site, _ rule: ArrayRule) -> [ValidationFailure] {
        let isDraft7 = site.place.resource.dialect.draft == .draft7
        let prefixKeyword: Keyword = isDraft7 ? .items : .prefixItems
        let itemsKeyword: Keyword = isDraft7 && !rule.prefix.isEmpty ? .additionalItems : .items
        var failures: [ValidationFailure] = []
        for position in 0..<site.value.count where found.count < Self.failureLimit {
            if position < rule.prefix.count {
                let index = tables.children[Int(rule.prefix.start) + position]
                failures += child(site, index, "\(prefixKeyword.rawValue)/\(position)", element: position)
            } else if rule.items >= 0 {
                failures += child(site, rule.items, itemsKeyword.rawValue, element: position)
            }
        }
        return failures
    }

    private func containsFailures(_ site: Site, _ rule: ArrayRule) -> [ValidationFailure] {
        let count = site.value.elements.count { machine.check(rule.contains, $0) }
        if count < rule.minContains {
            let message =
                rule.minContains == 1
                ? "must contain an element that matches the schema"
                : "must contain at least \(rule.minContains) elements that match the schema, but contains \(count)"
            let isOwn = site.place.value[Keyword.minContains.rawValue] != nil && rule.minContains != 1
            return [failure(site, isOwn ? .minContains : .contains, message)]
        }
        if count > rule.maxContains {
            let most = Self.count(rule.maxContains, "element")
            return [
                failure(
                    site, .maxContains, "must contain at most \(most) that match the schema, but contains \(count)")
            ]
        }
        return []
    }

    // MARK: Objects

    func objectFailures(_ site: Site, _ node: Node) -> [ValidationFailure] {
        guard node.object >= 0 else { return [] }
        let rule = tables.objects[Int(node.object)]
        let count = site.value.count
        var failures: [ValidationFailure] = []
        if count < rule.minProperties {
            let least = Self.count(rule.minProperties, "member")
            failures.append(failure(site, .minProperties, "must have at least \(least), but has \(count)"))
        }
        if count > rule.maxProperties {
            let most = Self.count(rule.maxProperties, "member")
            failures.append(failure(site, .maxProperties, "must have at most \(most), but has \(count)"))
        }
        let missing = rule.names.entries(in: tables.names).filter {
            $0.isRequired && site.value.member($0.name.bytes) == nil
        }
        if !missing.isEmpty {
            let names = missing.map { Self.text($0.name) }.joined(separator: ", ")
            failures.append(failure(site, .required, "lacks the required \(names)"))
        }
        for member in site.value.members where found.count < Self.failureLimit {
            failures += memberFailures(site, rule, member)
        }
        return failures + dependentFailures(site, rule)
    }

    private func memberFailures(_ site: Site, _ rule: ObjectRule, _ member: Member) -> [ValidationFailure] {
        let token = (member.key.string ?? "").pointerToken
        var failures: [ValidationFailure] = []
        var isEvaluated = false
        if !rule.names.isEmpty, let entry = rule.names.find(member.key, in: tables.names), entry.pointee.node >= 0 {
            isEvaluated = true
            failures += child(site, entry.pointee.node, "properties/\(token)", member: member)
        }
        for index in rule.patterns.indices {
            let pattern = tables.patternRules[index]
            guard machine.matches(pattern.pattern, member.key) else { continue }
            isEvaluated = true
            let text = program.patterns[Int(pattern.pattern)].pattern.pointerToken
            failures += child(site, pattern.node, "patternProperties/\(text)", member: member)
        }
        if rule.propertyNames >= 0 {
            let causes = self.failures(
                of: self.site(site, rule.propertyNames, member.key, Keyword.propertyNames.rawValue, token: token))
            if !causes.isEmpty {
                failures.append(
                    failure(
                        site, .propertyNames, "has the member \(Self.text(member.key)), whose name is not allowed",
                        causes: causes))
            }
        }
        if !isEvaluated, rule.additional >= 0 {
            failures += child(site, rule.additional, Keyword.additionalProperties.rawValue, member: member)
        }
        return failures
    }

    private func dependentFailures(_ site: Site, _ rule: ObjectRule) -> [ValidationFailure] {
        var failures: [ValidationFailure] = []
        for index in rule.dependents.indices {
            let dependent = tables.dependents[index]
            guard site.value.member(dependent.name.bytes) != nil else { continue }
            let missing = dependent.required.indices.filter { site.value.member(tables.values[$0].bytes) == nil }
            if !missing.isEmpty {
                let names = missing.map { Self.text(tables.values[$0]) }.joined(separator: ", ")
                let message = "lacks \(names), required beside \(Self.text(dependent.name))"
                failures.append(failure(site, dependent.keyword, message))
            }
            let token = (dependent.name.string ?? "").pointerToken
            failures += inPlace(site, dependent.node, "\(dependent.keyword.rawValue)/\(token)")
        }
        return failures
    }
}
