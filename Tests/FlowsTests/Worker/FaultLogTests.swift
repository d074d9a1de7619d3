import Delivery
import HTTPCalls
import TestKit
import Testing

@testable import Flows

@Suite("Telling of calls without an answer")
struct FaultLogTests {
    private let refused = CallFault(.connection, "connection refused")

    @Test("an outage of thousands of calls is one line in ten seconds, which tells how many were not")
    func oneLine() {
        let recorder = LogRecorder()
        var log = FaultLog()
        let start = Instant(nanoseconds: 1_000_000_000_000)
        for number in 0..<3_000 {
            let now = start + .milliseconds(3 * number)
            log.note(refused, system: SystemIndex(rawValue: 0), name: "erp", now: now, logger: recorder.logger())
        }
        #expect(recorder.lines.count == 1)
        log.note(
            refused, system: SystemIndex(rawValue: 0), name: "erp", now: start + .seconds(10), logger: recorder.logger()
        )
        #expect(recorder.lines.map { $0.fields["more"] } == ["0", "2999"])
        #expect(recorder.lines[0].fields["system"] == "erp")
        #expect(recorder.lines[0].fields["error.type"] == "connection")
        #expect(recorder.lines[0].fields["detail"] == "connection refused")
    }

    @Test("another kind of fault, and another system, is told at once")
    func kinds() {
        let recorder = LogRecorder()
        var log = FaultLog()
        for (fault, system) in [(refused, 0), (CallFault(.timeout, ""), 0), (refused, 1), (refused, 0)] {
            log.note(
                fault, system: SystemIndex(rawValue: system), name: "s\(system)", now: .zero, logger: recorder.logger())
        }
        #expect(recorder.lines.count == 3)
    }
}
