import Delivery
import HTTPCalls
import JQ
import JSON

/// Runs golden cases of one flow: the compiled flow and the delivery core are those of a worker; the broker, the
/// systems and the clock are not there.
///
/// Time is virtual: back-offs, circuits and time limits pass at once, so that a case with an hour of `Retry-After` is
/// done in a moment. A runner belongs to one thread.
public final class GoldenRunner {
    private let definition: FlowDefinition
    private let flow: CompiledFlow
    private let runner: StepRunner
    private let slot = EventSlot()
    private var meter: CoverageMeter

    /// - Throws: ``FlowProblems`` when the flow does not compile.
    public init(_ definition: FlowDefinition) throws(FlowProblems) {
        self.definition = definition
        let document = Document(limits: Limits(byteCount: definition.eventByteLimit))
        flow = try CompiledFlow(definition, document: document, measuresCoverage: true)
        runner = StepRunner(flow: flow, document: document, evaluator: Evaluator(arena: document.arena))
        meter = CoverageMeter(definition, flow)
    }

    /// What the cases that were run so far have reached.
    public var coverage: FlowCoverage { meter.coverage }

    /// What is wrong with a case before it runs: steps that the flow does not have, files that cannot be read.
    public func problems(of golden: GoldenCase) -> [ConfigurationError] {
        let names = (flow.steps + flow.steps.compactMap(\.onFailure)).map(\.name)
        var problems = golden.answers.filter { !names.contains($0.name) }.map { entry in
            unknownStep(entry.name, "answers.\(entry.name)", entry.place, names)
        }
        for (index, call) in (golden.expectation?.calls ?? []).enumerated() {
            guard let step = call.step, !names.contains(step) else { continue }
            problems.append(unknownStep(step, "expect.calls[\(index)].step", call.place, names))
        }
        if let step = golden.expectation?.parked?.step, !names.contains(step), let place = golden.expectation?.place {
            problems.append(unknownStep(step, "expect.parked.step", place, names))
        }
        return problems
    }

    private func unknownStep(
        _ name: String, _ path: String, _ place: SourcePlace, _ names: [String]
    ) -> ConfigurationError {
        let suggestion = Suggestion.phrase(Suggestion.nearest(to: name, among: names))
        return ConfigurationError(
            path: path, place: place, message: "the flow \(flow.name) has no step ‘\(name)’\(suggestion)")
    }

    /// Runs a case.
    func run(_ golden: GoldenCase, files: ConfigurationFiles) -> GoldenRun {
        runner.fixedTime = Double(golden.now) / 1_000
        slot.begin()
        golden.store(in: slot, format: definition.format, files: files)
        var life = EventLife(definition: definition, flow: flow, runner: runner, slot: slot, golden: golden)
        life.run(&meter)
        slot.release()
        return life.result
    }
}

extension GoldenCase {
    /// Puts the case's record into a slot, as a worker does with one that it fetched.
    fileprivate func store(in slot: EventSlot, format: FlowDefinition.Format, files: ConfigurationFiles) {
        var headers = record?.headers.map { ($0.name, $0.value) } ?? []
        if record == nil, format == .cloudEvents { headers.append(("content-type", "application/cloudevents+json")) }
        Array((record?.key ?? "").utf8).withUnsafeBytes { key in
            let value = value(files)
            (value ?? []).withUnsafeBytes { bytes in
                slot.record.store(
                    partition: 0, offset: 0, timestamp: now, key: record?.key == nil ? nil : key,
                    value: value == nil ? nil : bytes)
            }
        }
        for (name, value) in headers {
            Array(name.utf8).withUnsafeBytes { name in
                Array(value.utf8).withUnsafeBytes { value in slot.record.addHeader(name, value) }
            }
        }
        slot.reference = remembered.map { remembered in
            let buffer = ByteBuffer(capacity: remembered.bytes.count)
            remembered.bytes.withUnsafeBytes { buffer.append($0) }
            return buffer
        }
    }

    private func value(_ files: ConfigurationFiles) -> [UInt8]? {
        if let event { return event.bytes }
        // That the file is there was found when the case was read.
        if let file = eventFile ?? record?.valueFile { return files.read(file.path) ?? [] }
        return record?.value?.bytes
    }
}
