import Testing

@testable import Delivery

@Suite("Faults and systems (D5)") struct SystemsTests {
    private static let doubtful = RetryPolicy(statuses: [404, 409, 500, 503, 429, 401, 200, 301], attempts: 3)

    @Test(
        "A status is the event's fault or the system's",
        arguments: [
            (200, Verdict.success), (204, .success), (299, .success),
            (400, .eventFault(status: 400)), (404, .eventFault(status: 404)), (409, .eventFault(status: 409)),
            (410, .eventFault(status: 410)), (413, .eventFault(status: 413)), (418, .eventFault(status: 418)),
            (422, .eventFault(status: 422)),
            (401, .refused(status: 401)), (403, .refused(status: 403)),
            (408, .targetFault), (425, .targetFault), (429, .targetFault), (500, .targetFault), (502, .targetFault),
            (503, .targetFault), (504, .targetFault), (599, .targetFault),
            (301, .redirected(status: 301)), (308, .redirected(status: 308)),
            (0, .targetFault), (100, .targetFault), (600, .targetFault), (-1, .targetFault),
        ])
    func classification(status: Int, verdict: Verdict) {
        #expect(Verdict(.answered(status: status, retryAfter: nil), policy: nil) == verdict)
    }

    @Test("No answer is the system's fault: unknown is unknown (D4)")
    func unanswered() {
        #expect(Verdict(.notSent, policy: Self.doubtful) == .targetFault)
        #expect(Verdict(.sentNoAnswer, policy: Self.doubtful) == .targetFault)
    }

    @Test(
        "A declared status is doubtful, but a plain target fault stays one",
        arguments: [
            (404, Verdict.doubtful(status: 404)), (409, .doubtful(status: 409)), (500, .doubtful(status: 500)),
            (503, .targetFault), (429, .targetFault), (401, .refused(status: 401)), (200, .success),
            (301, .redirected(status: 301)), (422, .eventFault(status: 422)),
        ])
    func declared(status: Int, verdict: Verdict) {
        #expect(Verdict(.answered(status: status, retryAfter: nil), policy: Self.doubtful) == verdict)
    }

    private func event(_ slot: UInt32) -> EventID { EventID(slot: slot, generation: 0) }

    private func instant(_ seconds: Int64) -> Instant { Instant(nanoseconds: seconds * 1_000_000_000) }

    @Test("D5: a trial from before the circuit opened again closes nothing; the next one does")
    func outdatedTrial() {
        var circuit = CircuitBreaker(CircuitLimits(failureThreshold: 1, openTime: .seconds(1)))
        #expect(circuit.failed(event(1), isTrial: false, isRefusal: false, now: instant(0)) == true)
        #expect(circuit.advance(to: instant(1)) == true)
        #expect(circuit.started() == true)
        // An older call is refused while the trial is under way.
        #expect(circuit.failed(event(2), isTrial: false, isRefusal: true, now: instant(1)) == true)
        #expect(circuit.advance(to: instant(9)) == true)
        #expect(circuit.state == .halfOpen && circuit.allowance == 0)
        #expect(circuit.succeeded(isTrial: true) == false)
        #expect(circuit.state == .halfOpen && circuit.allowance == 1)
        #expect(circuit.started() == true)
        #expect(circuit.succeeded(isTrial: true) == true)
        #expect(circuit.state == .closed)
    }

    @Test("The circuit opens on faults of different events in a row, and closes on a good trial")
    func circuit() {
        var circuit = CircuitBreaker(CircuitLimits(failureThreshold: 2, openTime: .seconds(1)))
        #expect(circuit.failed(event(1), isTrial: false, isRefusal: false, now: instant(0)) == false)
        #expect(circuit.failed(event(1), isTrial: false, isRefusal: false, now: instant(0)) == false)
        #expect(circuit.state == .closed)
        #expect(circuit.failed(event(2), isTrial: false, isRefusal: false, now: instant(0)) == true)
        #expect(circuit.state == .open && circuit.allowance == 0)
        // An old call's success says nothing.
        #expect(circuit.succeeded(isTrial: false) == false)
        #expect(circuit.advance(to: Instant(nanoseconds: 999_999_999)) == false)
        #expect(circuit.advance(to: instant(1)) == true)
        #expect(circuit.state == .halfOpen && circuit.allowance == 1)
        #expect(circuit.started() == true)
        #expect(circuit.allowance == 0)
        #expect(circuit.succeeded(isTrial: true) == true)
        #expect(circuit.state == .closed && circuit.allowance == .max && circuit.openUntil == nil)
    }

    @Test("A success between faults begins the count anew")
    func countsInARow() {
        var circuit = CircuitBreaker(CircuitLimits(failureThreshold: 2))
        _ = circuit.failed(event(1), isTrial: false, isRefusal: false, now: instant(0))
        _ = circuit.succeeded(isTrial: false)
        #expect(circuit.failed(event(2), isTrial: false, isRefusal: false, now: instant(0)) == false)
    }

    @Test("Each failed trial doubles the time open, up to the maximum; a success begins anew")
    func growth() {
        var circuit = CircuitBreaker(
            CircuitLimits(failureThreshold: 1, openTime: .seconds(1), maximumOpenTime: .seconds(3)))
        _ = circuit.failed(event(0), isTrial: false, isRefusal: false, now: instant(0))
        var times: [Int64] = []
        var now = instant(0)
        for _ in 0..<4 {
            let until = circuit.openUntil ?? now
            times.append((until - now).components.seconds)
            now = until
            _ = circuit.advance(to: now)
            _ = circuit.started()
            _ = circuit.failed(event(0), isTrial: true, isRefusal: false, now: now)
        }
        #expect(times == [1, 2, 3, 3])
        _ = circuit.advance(to: .distantFuture)
        _ = circuit.started()
        #expect(circuit.succeeded(isTrial: true) == true)
        _ = circuit.failed(event(0), isTrial: false, isRefusal: false, now: now)
        #expect(circuit.openUntil == now + .seconds(1))
    }

    @Test("A refusal opens the circuit at once")
    func refusal() {
        var circuit = CircuitBreaker(CircuitLimits(failureThreshold: 100))
        #expect(circuit.failed(event(0), isTrial: false, isRefusal: true, now: instant(0)) == true)
        #expect(circuit.state == .open)
    }

    @Test("Retry-After holds for all calls of the system, is cut at the ceiling, and the later one counts")
    func retryAfter() {
        var system = SystemState(SystemLimits(concurrency: 4, retryAfterCeiling: .seconds(10)))
        #expect(system.startable == 4)
        #expect(system.postpone(by: 5_000_000_000, now: instant(0)) == 5_000_000_000)
        #expect(system.postpone(by: 1_000_000_000, now: instant(0)) == 1_000_000_000)
        #expect(system.startable == 0)
        #expect(system.blockedUntil == instant(5) && system.nextDeadline == instant(5))
        _ = system.advance(to: instant(4))
        #expect(system.startable == 0)
        _ = system.advance(to: instant(5))
        #expect(system.startable == 4)
        #expect(system.postpone(by: .max, now: instant(5)) == 10_000_000_000)
        #expect(system.postpone(by: -1, now: instant(5)) == 0)
        #expect(system.blockedUntil == instant(15))
    }

    @Test("The buffer fills at either bound and is free again when both counts are low (D8)")
    func bounds() {
        var bounds = BufferBounds(BufferLimits(events: 4, bytes: 100))
        #expect(bounds.add(events: 3, bytes: 30) == false)
        #expect(bounds.add(events: 1, bytes: 10) == true)
        #expect(bounds.isFull)
        #expect(bounds.add(events: -1, bytes: -10) == false)
        #expect(bounds.add(events: -1, bytes: -10) == true)
        #expect(!bounds.isFull)
        #expect(bounds.add(events: 0, bytes: 80) == true)
        #expect(bounds.isFull)
        #expect(bounds.add(events: -2, bytes: -49) == false)
        #expect(bounds.add(events: 0, bytes: -1) == true)
        #expect(!bounds.isFull)
    }
}
