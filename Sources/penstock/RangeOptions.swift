import ArgumentParser
import Flows
import Foundation
import PenstockService

/// The flow that a command is about, and its configuration.
struct FlowOptions: ParsableArguments {
    @Argument(help: "The flow.") var flow: String
    @OptionGroup var configuration: ConfigurationOptions

    func project() throws -> (project: Project, flow: FlowDefinition) {
        let project = try configuration.project()
        return (project, try project.flow(named: flow))
    }
}

extension RangePoint {
    /// Reads an option.
    /// - Throws: what may be written.
    static func parse(_ option: String, _ text: String) throws -> RangePoint {
        guard let point = RangePoint(text, now: Timestamp.now()) else {
            throw ValidationError("\(option): expected \(RangePoint.forms), not \(text)")
        }
        return point
    }
}
