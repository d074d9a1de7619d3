import JQ
import JSON
import JSONSchema

extension FlowCheck {
    /// What in a flow can be told to be wrong before it runs, though it compiles: programs held against the schemas.
    /// A flow that does not compile has no warnings, but ``problems(_:)``.
    public static func warnings(_ flow: FlowDefinition) -> [FlowWarning] { warnings([flow]) }

    /// The same of several flows. A mapping file that they share is warned of only where it is wrong for all of them.
    public static func warnings(_ flows: [FlowDefinition]) -> [FlowWarning] {
        var check = StaticCheck()
        for flow in flows { check.add(flow) }
        return check.warnings
    }
}

/// Holds the programs of flows against their schemas.
///
/// For each step it knows what events reach it: those that the flow's schema allows and its `when` lets pass. What the
/// step's programs read is looked for there, and what its mapping can yield is held against the step's schema.
struct StaticCheck {
    /// An event as programs see it.
    struct Event {
        var input: Shape
        var variables: [Shape]
    }

    /// A program's text and the place that it stands at: the same for all steps that share a mapping file.
    private struct Source: Hashable {
        let name: String
        let text: String
        let place: SourcePlace?

        init(_ expression: Expression) {
            name = expression.name
            text = expression.text
            place = expression.inline?.place
        }
    }

    private var uses: [Source: (expression: Expression, analyses: [Analysis])] = [:]
    private var found: Set<FlowWarning> = []

    /// All warnings, by place.
    var warnings: [FlowWarning] {
        var all = found
        for (expression, analyses) in uses.values {
            for finding in Analysis.findings(in: analyses) {
                if let warning = warning(of: finding, in: expression) { all.insert(warning) }
            }
        }
        return all.sorted {
            ($0.place.file, $0.place.line, $0.place.column, $0.message)
                < ($1.place.file, $1.place.line, $1.place.column, $1.message)
        }
    }

    // MARK: - Flows and steps

    mutating func add(_ flow: FlowDefinition) {
        guard let compiled = try? CompiledFlow(flow, document: Document()) else { return }
        let event = event(of: flow, compiled)
        guard !event.input.isNothing else {
            warn(
                flow.schema?.place, "no event in the format \(flow.format.rawValue) can be valid by this schema",
                [flow.schema?.uri ?? ""])
            return
        }
        check(compiled.identity, flow.identity, event, "the identity")
        check(compiled.key, flow.key, event, "the key")
        for (step, definition) in zip(compiled.steps, flow.steps) { add(step, definition, event, flow) }
    }

    private mutating func add(
        _ step: CompiledStep, _ definition: StepDefinition, _ event: Event, _ flow: FlowDefinition
    ) {
        let event = condition(step, definition, event)
        guard !event.input.isNothing else { return }
        check(step.path, definition.path, event)
        if let probe = step.probe, let asked = definition.probe { check(probe.path, asked.path, event) }
        for (compiled, header) in zip(step.headers, definition.headers) {
            check(compiled.value, header.value, event)
        }
        checkResults(step, definition)
        if let undo = step.onFailure, let compensation = definition.onFailure {
            add(undo, compensation.step(of: definition), event, flow)
        }
        guard step.sendsBody else { return }
        checkBody(step, definition, event, flow)
    }

    /// The events for which the step applies; none if there are none.
    private mutating func condition(_ step: CompiledStep, _ definition: StepDefinition, _ event: Event) -> Event {
        guard let when = step.when, let expression = definition.when else { return event }
        let analysis = use(when, expression, event)
        let (input, variables) = when.assumingTrue(input: event.input, variables: event.variables)
        let isNever = analysis.output.truthy.isNothing || input.isNothing
        if isNever {
            warn(expression, (expression.name, 1, 1), "`when` is never true: the step \(step.name) never applies", [])
            return Event(input: .nothing, variables: [])
        }
        if analysis.leastOutputs > 1 {
            warn(expression, (expression.name, 1, 1), "`when` yields more than one output; it must yield one", [])
        }
        return rejoined(input, variables, before: event)
    }

    // MARK: - Programs

    /// Analyses one use of a program; what all its uses have in common is reported in the end.
    private mutating func use(_ program: Program, _ expression: Expression, _ event: Event) -> Analysis {
        let analysis = program.analyse(input: event.input, variables: event.variables)
        uses[Source(expression), default: (expression, [])].analyses.append(analysis)
        return analysis
    }

    /// A program whose output must be a string or a number with content.
    private mutating func check(_ program: Program?, _ expression: Expression?, _ event: Event, _ what: String) {
        guard let program, let expression else { return }
        let analysis = use(program, expression, event)
        guard analysis.isComplete, analysis.findings.isEmpty else { return }
        let start = program.placeWriting([])
        if analysis.leastOutputs > 1 {
            warn(expression, start, "\(what) yields more than one output; it must yield one", [])
        }
        let text = analysis.output.only([.string, .number])
        guard !analysis.output.isNothing, text.isNothing || text == text.only(.string) && text.strings.list == [""]
        else { return }
        warn(
            expression, start,
            "\(what) is \(text.isNothing ? analysis.output.kinds.phrase : "an empty string"); "
                + "it must be a string or a number with content", analysis.output.origins.schemas)
    }

    private mutating func check(_ template: CompiledTemplate, _ parts: [TemplatePart], _ event: Event) {
        for (compiled, part) in zip(template.parts, parts) {
            guard case .expression(let program) = compiled, case .expression(let expression) = part else { continue }
            check(program, expression, event, "`{\(expression.text)}`")
        }
    }

    // MARK: - What is sent

    private mutating func checkBody(
        _ step: CompiledStep, _ definition: StepDefinition, _ event: Event, _ flow: FlowDefinition
    ) {
        guard let map = step.map, let expression = definition.map else {
            guard let schema = step.schema, let reference = definition.schema else { return }
            var work = ShapeWork()
            let data = flow.format == .json ? event.input : event.input.member("data", &work)
            for misfit in data.misfits(in: schema.shape) {
                warn(reference.place, "the event's data, sent as it is: " + message(of: misfit), misfit.schemas)
            }
            return
        }
        let analysis = use(map, expression, event)
        guard analysis.isComplete else { return }
        let start = map.placeWriting([])
        if analysis.output.isNothing, analysis.findings.isEmpty {
            warn(expression, start, "the mapping never yields a document for the step \(step.name)", [])
        }
        if analysis.leastOutputs > 1 {
            warn(expression, start, "the mapping yields more than one document; it must yield one", [])
        }
        let document = Event(input: analysis.output, variables: event.variables)
        check(step.batch?.key, definition.batch?.key, document, "batch.key")
        guard let schema = step.schema else { return }
        for misfit in analysis.output.misfits(in: schema.shape) {
            let path = if case .forbidden(let name) = misfit.reason { misfit.path + [name] } else { misfit.path }
            warn(expression, map.placeWriting(path), message(of: misfit), misfit.schemas)
        }
    }

    /// Whatever the answer is, what `results` yields of it must be able to say something of an event.
    private mutating func checkResults(_ step: CompiledStep, _ definition: StepDefinition) {
        guard let results = step.batch?.results, let expression = definition.batch?.results else { return }
        let analysis = use(results, expression, Event(input: .anything, variables: []))
        guard analysis.isComplete, analysis.findings.isEmpty, !analysis.output.isNothing else { return }
        var work = ShapeWork()
        let objects = analysis.output.only(.object)
        let status = objects.isNothing ? .nothing : objects.member("status", &work).only([.number, .string])
        guard status.isNothing else { return }
        warn(
            expression, results.placeWriting([]),
            "`results` yields nothing with a `status`; it must yield `{ key, status, body }` for each event", [])
    }

    // MARK: - Warnings

    private mutating func warn(
        _ expression: Expression, _ start: (source: String, line: Int, column: Int), _ message: String,
        _ schemas: [String]
    ) {
        found.insert(
            FlowWarning(
                place: place(start.source, start.line, start.column, in: expression), message: message,
                schemas: schemas, isCertain: true))
    }

    private mutating func warn(_ place: String?, _ message: String, _ schemas: [String]) {
        found.insert(
            FlowWarning(place: SourcePlace(text: place ?? ""), message: message, schemas: schemas, isCertain: true))
    }
}
