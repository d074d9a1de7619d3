import JQ
import JSON
import JSONSchema

/// What programs see of an event.
extension StaticCheck {
    /// The events of a flow: what the decoder gives, as far as the flow's schema allows it.
    func event(of flow: FlowDefinition, _ compiled: CompiledFlow) -> Event {
        let decoded = flow.format == .json ? Shape.anything : StaticCheck.cloudEvent
        let input = compiled.schema.map { decoded.intersection($0.shape) } ?? decoded
        return Event(input: input, variables: EventVariables.names.map { variable($0, input) })
    }

    /// What is certain of a CloudEvent without a schema: see ``EventDecoder``.
    private static let cloudEvent: Shape = {
        let text = Shape.string(.except([""]))
        return .object(
            required: ["specversion": .string(.only(["1.0"])), "id": text, "source": text, "type": text],
            others: .anything)
    }()

    private func variable(_ name: String, _ input: Shape) -> Shape {
        switch name {
        case "event": attributes(of: input)
        case "headers": .object(others: .string)
        case "reference", "steps": Shape(.object)
        case "idempotency_key": .string
        default: .anything
        }
    }

    /// `$event`: all members of the event but the data.
    private func attributes(of input: Shape) -> Shape {
        guard input.kinds.contains(.object) else { return .anything }
        let absent = ObjectShape.Slot(shape: .nothing, isRequired: false)
        let objects = input.only(.object).mapObjects { $0.with("data", absent)?.with("data_base64", absent) }
        return input.kinds == .object ? objects : objects.union(.object())
    }

    /// The event after a condition that may have spoken of its attributes as `.type` or as `$event.type`.
    func rejoined(_ input: Shape, _ variables: [Shape], before: Event) -> Event {
        var variables = variables
        guard let position = EventVariables.names.firstIndex(of: "event"), position < variables.count,
            input.kinds == .object
        else { return Event(input: input, variables: variables) }
        if variables[position] == before.variables[position] {
            variables[position] = attributes(of: input)
            return Event(input: input, variables: variables)
        }
        let possible = ObjectShape.Slot(shape: .anything, isRequired: false)
        let attributes = variables[position].mapObjects {
            $0.with("data", possible)?.with("data_base64", possible)
        }
        let joined = input.intersection(attributes)
        variables[position] = self.attributes(of: joined)
        return Event(input: joined, variables: variables)
    }
}
