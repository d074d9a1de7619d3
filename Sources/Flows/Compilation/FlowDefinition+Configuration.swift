import Delivery
import HTTPCalls

extension FlowDefinition {
    /// The definition of a flow of the configuration: its files are read, its systems' addresses and credentials put in.
    ///
    /// - Parameters:
    ///   - schemas: the texts of all schemas in the configuration's schema folder, by their paths within it.
    ///   - valueMaps: the value maps of the configuration.
    ///   - files: how mapping files are reached.
    /// - Throws: ``FlowProblems`` for what the configuration alone could not know to be wrong.
    public init(
        _ flow: Configuration.Flow, of configuration: Configuration, schemas: SchemaTexts,
        valueMaps: ValueMaps = ValueMaps(), files: ConfigurationFiles
    ) throws(FlowProblems) {
        let builder = DefinitionBuilder(configuration: configuration, files: files)
        let names = flow.steps.map(\.call.system) + flow.steps.compactMap(\.onFailure?.call.system)
        let used = configuration.systems.filter { names.contains($0.name) }
        var systems: [SystemDefinition] = []
        for system in used { systems.append(try builder.system(system)) }
        var steps: [StepDefinition] = []
        for (index, step) in flow.steps.enumerated() {
            let position = used.firstIndex { $0.name == step.call.system } ?? 0
            let key = "flows.\(flow.name).steps[\(index)]"
            var definition = try builder.step(step, key: key, system: position, flow)
            if let undo = step.onFailure {
                let position = used.firstIndex { $0.name == undo.call.system } ?? 0
                definition.onFailure = try builder.compensation(
                    undo, key: "\(key).on_failure", system: position, flow)
            }
            steps.append(definition)
        }
        self.init(
            name: flow.name, topic: flow.topic, group: flow.group, deadLetterTopic: flow.deadLetterTopic,
            format: flow.format == .json ? .json : .cloudEvents, source: flow.source,
            identity: flow.identity.map(Expression.init), key: flow.key.map(Expression.init),
            schema: builder.schema(flow.schema, flow), tombstones: builder.tombstones(flow), order: builder.order(flow),
            steps: steps, systems: systems, schemas: schemas, assignment: builder.assignment(flow),
            limits: builder.limits(flow), environment: ProgramEnvironment(valueMaps: valueMaps, files: files))
        version = flow.version.map(Expression.init)
        receipts = builder.receipts(flow)
        reconcile = try builder.reconcile(flow)
    }
}

/// Turns parts of the configuration into parts of a definition.
private struct DefinitionBuilder {
    let configuration: Configuration
    let files: ConfigurationFiles

    // MARK: - Flow

    func schema(_ file: Configuration.FileReference?, _ flow: Configuration.Flow) -> SchemaReference? {
        file.map {
            SchemaReference(uri: $0.name, place: "\($0.place): \($0.key)", assertsFormats: flow.assertsFormats)
        }
    }

    func tombstones(_ flow: Configuration.Flow) -> FlowDefinition.Tombstones {
        switch flow.tombstones {
        case .skip: .skip
        case .park: .park
        case .deliver: .deliver
        }
    }

    func order(_ flow: Configuration.Flow) -> Order {
        switch flow.order {
        case .key: .key
        case .partition: .partition
        case .none: .none
        }
    }

    func assignment(_ flow: Configuration.Flow) -> FlowDefinition.Assignment {
        switch flow.assignment {
        case .cooperative: .cooperativeSticky
        case .range: .range
        case .roundRobin: .roundRobin
        }
    }

    func limits(_ flow: Configuration.Flow) -> FlowLimits {
        FlowLimits(
            backOff: BackOff(initial: flow.backoff.initial, maximum: flow.backoff.max),
            buffer: BufferLimits(events: flow.buffer.events, bytes: flow.buffer.byteCount),
            commitInterval: flow.commitInterval, drainTimeout: flow.drainDeadline,
            sessionTimeout: flow.sessionTimeout, stallAfter: flow.stallAfter)
    }

    func receipts(_ flow: Configuration.Flow) -> ReceiptSettings? {
        guard flow.receipts.isEnabled else { return nil }
        return ReceiptSettings(
            topic: flow.receipts.topic, retention: flow.receipts.retention > .zero ? flow.receipts.retention : nil,
            memoryByteCount: flow.receipts.memory, cacheFolder: flow.receipts.cacheFolder)
    }

    // MARK: - Steps

    func step(
        _ step: Configuration.Step, key: String, system: Int, _ flow: Configuration.Flow
    ) throws(FlowProblems) -> StepDefinition {
        let retry = step.retry.map { RetryPolicy(statuses: Set($0.statuses), attempts: $0.attempts) }
        var definition = StepDefinition(
            name: step.name, when: step.when.map(Expression.init), map: try mapping(step.map),
            schema: schema(step.schema, flow), method: try method(step.call), system: system,
            path: parts(step.call.path),
            headers: try headers(step.headers, of: step.call, key: key),
            retry: retry ?? RetryPolicy(), successStatuses: step.successStatuses.map(Set.init))
        definition.place = step.place
        definition.remember = step.remember.map { (name: $0.name, value: Expression($0.value)) }
        definition.createFirst = flow.steps.firstIndex { $0.name == step.createFirst }
        definition.probe = step.probe.map { probe($0) }
        definition.batch = step.batch.map { batch($0, results: step.results) }
        return definition
    }

    private func batch(
        _ batch: Configuration.Step.Batch, results: Configuration.Expression?
    ) -> BatchDefinition {
        BatchDefinition(
            BatchPolicy(
                items: batch.max, bytes: batch.byteCount, linger: batch.linger, takesSameKey: batch.sameKey == .inOrder),
            body: batch.body.map(Expression.init), key: batch.key.map(Expression.init),
            results: results.map(Expression.init))
    }

    func compensation(
        _ undo: Configuration.Step.Compensation, key: String, system: Int, _ flow: Configuration.Flow
    ) throws(FlowProblems) -> CompensationDefinition {
        let retry = undo.retry.map { RetryPolicy(statuses: Set($0.statuses), attempts: $0.attempts) }
        var definition = CompensationDefinition(
            map: try mapping(undo.map), schema: schema(undo.schema, flow), method: try method(undo.call),
            system: system, path: parts(undo.call.path), headers: try headers(undo.headers, of: undo.call, key: key),
            retry: retry ?? RetryPolicy(), successStatuses: undo.successStatuses.map(Set.init))
        definition.place = undo.place
        return definition
    }

    private func probe(_ probe: Configuration.Step.Probe) -> ProbeDefinition {
        let system = configuration.systems.first { $0.name == probe.call.system }
        return ProbeDefinition(
            path: parts(probe.call.path), hit: probe.hit.map(Expression.init),
            wait: probe.wait ?? system?.timeout ?? .seconds(30))
    }

    /// Fields that no call can carry would park or hold every event, and are told before the first.
    private func headers(
        _ headers: [Configuration.Named<Configuration.Template>], of call: Configuration.Call, key: String
    ) throws(FlowProblems) -> [(name: String, value: [TemplatePart])] {
        let system = configuration.systems.first { $0.name == call.system }
        var taken: [String] = []
        if let field = system?.idempotencyHeader { taken.append(field.lowercased()) }
        if let field = system?.authentication.fieldName { taken.append(field.lowercased()) }
        for header in headers {
            let place = "\(header.place): \(key).headers"
            do {
                _ = try HeaderFields([header.name: ""])
            } catch {
                throw FlowProblems(problems: ["\(place): \(error)"])
            }
            if taken.contains(header.name.lowercased()) {
                throw FlowProblems(problems: ["\(place): \(RequestError.refusedHeader(name: header.name))"])
            }
        }
        return headers.map { (name: $0.name, value: parts($0.value)) }
    }

    private func method(_ call: Configuration.Call) throws(FlowProblems) -> Method {
        do {
            return try Method(call.method.rawValue)
        } catch {
            throw FlowProblems(problems: ["\(call.place): \(error)"])
        }
    }

    private func mapping(_ mapping: Configuration.Mapping?) throws(FlowProblems) -> Expression? {
        switch mapping {
        case nil: return nil
        case .inline(let expression): return Expression(expression)
        case .file(let file):
            guard let text = files.read(file.path).flatMap({ String(validating: $0, as: UTF8.self) }) else {
                throw FlowProblems(problems: ["\(file.place): \(file.key): \(file.path) cannot be read as UTF-8"])
            }
            return Expression(text, file: file.path)
        }
    }

    private func parts(_ template: Configuration.Template) -> [TemplatePart] {
        template.parts.map { part in
            switch part {
            case .text(let text): .text(text)
            case .expression(let expression): .expression(Expression(expression))
            case .reference(let name): .reference(name)
            }
        }
    }

    // MARK: - Reconciliation

    func reconcile(_ flow: Configuration.Flow) throws(FlowProblems) -> ReconcileDefinition? {
        guard let reconcile = flow.reconcile, let system = configuration.system(named: reconcile.systemName),
            let entity = system.entities.first(where: { $0.name == reconcile.entityName })
        else { return nil }
        var definition = ReconcileDefinition(
            entity: reconcile.entity, system: try self.system(system), list: entity.list.map(listing),
            get: entity.get.map { parts($0.path) }, key: entity.key.map(Expression.init))
        definition.normalise = try mapping(entity.normalise)
        definition.expect = try mapping(reconcile.expect)
        definition.comparesAll = reconcile.members == .all
        definition.ignore = reconcile.ignore
        definition.every = reconcile.every
        definition.missingStep = flow.steps.firstIndex { $0.name == reconcile.repair.missing }
        definition.differentStep = flow.steps.firstIndex { $0.name == reconcile.repair.different }
        return definition
    }

    private func listing(_ listing: Configuration.System.Listing) -> ListingDefinition {
        ListingDefinition(
            path: parts(listing.call.path), items: listing.items.map(Expression.init),
            next: listing.next.map(Expression.init), pageSize: listing.pageSize)
    }

    // MARK: - Systems

    func system(_ system: Configuration.System) throws(FlowProblems) -> SystemDefinition {
        SystemDefinition(
            name: system.name, endpoint: try endpoint(system),
            limits: SystemLimits(
                concurrency: system.concurrency, rate: system.rateLimit,
                circuit: CircuitLimits(
                    failureThreshold: system.circuit.failures, openTime: system.circuit.openFor,
                    maximumOpenTime: system.circuit.openForMax)),
            idempotencyHeader: system.idempotencyHeader)
    }

    private func endpoint(_ system: Configuration.System) throws(FlowProblems) -> SystemEndpoint {
        var headers = HeaderFields()
        for header in system.headers {
            do {
                try headers.append(header.name, header.value.reveal())
            } catch {
                throw FlowProblems(problems: ["\(header.place): systems.\(system.name).headers: \(error)"])
            }
        }
        return SystemEndpoint(
            name: system.name, baseURL: system.baseURL, authentication: authentication(system.authentication),
            connectTimeoutMilliseconds: milliseconds(system.connectTimeout),
            timeoutMilliseconds: milliseconds(system.timeout), responseByteLimit: system.responseByteLimit,
            tls: .init(
                authoritiesFile: system.tls.authorities?.path, certificateFile: system.tls.certificate?.path,
                keyFile: system.tls.key?.path),
            httpVersion: version(system.httpVersion), headers: headers)
    }

    private func milliseconds(_ duration: Duration) -> Int {
        max(1, Int(duration / .milliseconds(1)))
    }

    private func version(_ version: Configuration.System.HTTPVersion) -> SystemEndpoint.HTTPVersion {
        switch version {
        case .automatic: .automatic
        case .http1: .http1
        case .http2: .http2
        }
    }

    private func authentication(_ authentication: Configuration.Authentication) -> HTTPCalls.Authentication {
        switch authentication {
        case .none: .none
        case .basic(let basic): .basic(user: basic.username, password: .init(basic.password.reveal()))
        case .bearer(let bearer): .bearer(.init(bearer.token.reveal()))
        case .apiKey(let key): .apiKey(header: key.header, value: .init(key.value.reveal()))
        case .oauth2ClientCredentials(let grant):
            .oauth2ClientCredentials(
                ClientCredentials(
                    tokenURL: grant.tokenURL, id: grant.clientID, secret: .init(grant.clientSecret.reveal()),
                    scope: grant.scope, audience: grant.audience,
                    placement: grant.credentialsIn == .body ? .body : .header))
        }
    }
}

extension Configuration.Authentication {
    /// The header field that carries the credentials.
    fileprivate var fieldName: String? {
        switch self {
        case .none: nil
        case .basic, .bearer, .oauth2ClientCredentials: "Authorization"
        case .apiKey(let key): key.header
        }
    }
}
