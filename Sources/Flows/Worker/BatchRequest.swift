import Delivery
import HTTPCalls
import JQ
import JSON
import Logging

/// One call with several events: made from what is prepared in their slots, and kept until it is answered.
final class BatchRequest {
    fileprivate(set) var id = BatchID(index: 0, generation: 0)
    fileprivate(set) var events: [EventID] = []
    let path = ByteBuffer(capacity: 64, retainedCapacity: 256)
    let body = ByteBuffer(capacity: 4_096, retainedCapacity: 1 << 20)
    var headers = HeaderFields()
}

extension BatchRequest {
    /// Writes the call of these events and starts it; its answer comes under the tag of the first one.
    ///
    /// - Returns: how it ended at once; `nil`: it is under way.
    func start(
        _ members: [EventSlot], of step: CompiledStep, by writer: BatchWriter, with caller: HTTPCaller, logger: Logger
    ) -> BatchOutcome? {
        for slot in members {
            slot.attempts += 1
            slot.isProbe = false
        }
        do {
            try writer.write(members, of: step, to: self)
            try caller.start(
                Request(
                    system: SystemIndex(rawValue: Int(step.system.index)), method: step.method, path: path.bytes,
                    headers: headers, body: body.bytes),
                tag: events[0].rawValue)
            members[0].batch = self
            return nil
        } catch let fault as EventFault {
            // As if the system had refused the batch: it is halved until the event is alone that is to blame.
            if members.count == 1 { members[0].fault = fault }
            return .whole(.answered(status: 422, retryAfter: nil))
        } catch {
            logger.error("call not started; trying again", metadata: ["step": "\(step.name)", "error": "\(error)"])
            return .whole(.notSent)
        }
    }
}

/// The requests that are not in use, kept for the next ones.
struct BatchRequests {
    private var unused: [BatchRequest] = []

    mutating func take(_ id: BatchID, _ events: [EventID]) -> BatchRequest {
        let request = unused.popLast() ?? BatchRequest()
        request.id = id
        request.events = events
        return request
    }

    mutating func giveBack(_ request: BatchRequest) {
        request.body.removeAll()
        unused.append(request)
    }
}

/// Writes calls with several events. Its arena is apart from that of events: what it makes outlives the reading of one.
final class BatchWriter {
    let document: Document
    let evaluator: Evaluator
    private let list = ByteBuffer(capacity: 4_096, retainedCapacity: 1 << 20)

    init() {
        document = Document(limits: Limits(byteCount: 256 << 20))
        evaluator = Evaluator(arena: document.arena)
    }

    /// - Parameter slots: with the step's prepared requests, at least one.
    /// - Throws: what is wrong with the call, as a fault of its events.
    func write(_ slots: [EventSlot], of step: CompiledStep, to request: BatchRequest) throws(EventFault) {
        do {
            request.path.removeAll()
            try step.path.write(to: request.path, .null, [], evaluator, step: step.name)
            request.headers.removeAll()
            if !step.namesContentType { try request.headers.append("Content-Type", "application/json") }
            if let header = step.idempotencyHeader {
                try request.headers.append(header, IdempotencyKey.text(ofBatch: slots.map(\.idempotencyKey)))
            }
            for (name, template) in step.headers {
                try request.headers.append(name, try template.text(.null, [], evaluator, step: step.name))
            }
            try writeBody(slots, of: step, to: request.body)
        } catch let fault as EventFault {
            throw fault
        } catch {
            throw EventFault(reason: .mapping, stage: .transformation, step: step.name, message: "batch: \(error)")
        }
    }

    private func writeBody(_ slots: [EventSlot], of step: CompiledStep, to body: ByteBuffer) throws {
        let program = step.batch?.body
        let target = program == nil ? body : list
        target.removeAll()
        target.append("[")
        for (index, slot) in slots.enumerated() {
            if index > 0 { target.append(",") }
            target.append(slot.body.bytes)
        }
        target.append("]")
        guard let program else { return }
        do {
            body.removeAll()
            body.write(try evaluator.one(program, try document.parse(list.bytes)))
        } catch {
            throw EventFault(reason: .mapping, stage: .transformation, step: step.name, message: "batch.body: \(error)")
        }
    }
}
